package dev.foldline.infra;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A manifest that runs a container. */
record Workload(Manifest manifest, JsonNode template) {

  static final String DEPLOYMENT = "apps/v1/Deployment";
  static final String KNATIVE_SERVICE = "serving.knative.dev/v1/Service";
  static final String CRON_JOB = "batch/v1/CronJob";

  static Stream<Workload> of(Manifest manifest) {
    JsonNode spec = manifest.content().path("spec");
    return switch (manifest.schema()) {
      case DEPLOYMENT, KNATIVE_SERVICE -> Stream.of(new Workload(manifest, spec.path("template")));
      case CRON_JOB -> Stream.of(new Workload(manifest, spec.at("/jobTemplate/spec/template")));
      default -> Stream.empty();
    };
  }

  boolean isKnative() {
    return manifest.is(KNATIVE_SERVICE);
  }

  /** Whether it runs Foldline, not what calls it. */
  boolean isFoldline() {
    return !manifest.is(CRON_JOB);
  }

  JsonNode pod() {
    return template.path("spec");
  }

  JsonNode container() {
    return pod().at("/containers/0");
  }

  JsonNode labels() {
    return template.at("/metadata/labels");
  }

  /** What is set here, beside what comes from elsewhere. */
  Map<String, String> variables() {
    Map<String, String> variables = new TreeMap<>();
    container()
        .path("env")
        .forEach(each -> variables.put(each.path("name").asText(), each.path("value").asText()));
    return variables;
  }

  List<String> roles() {
    return List.of(variables().getOrDefault("FOLDLINE_RUN", "").split(",", -1));
  }

  List<JsonNode> probes() {
    return Stream.of("startupProbe", "readinessProbe", "livenessProbe")
        .map(container()::path)
        .filter(JsonNode::isObject)
        .toList();
  }

  boolean listensOn(JsonNode port) {
    return container()
        .path("ports")
        .valueStream()
        .anyMatch(
            each -> port.equals(each.path("name")) || port.equals(each.path("containerPort")));
  }

  /** How long it has to end, once it was told to. */
  Duration toEnd() {
    // Knative gives an instance as long to end as a call may take.
    return isKnative()
        ? Duration.ofSeconds(pod().path("timeoutSeconds").asLong())
        : Duration.ofSeconds(
            pod().path("terminationGracePeriodSeconds").asLong()
                - container().at("/lifecycle/preStop/sleep/seconds").asLong());
  }

  @Override
  public String toString() {
    return manifest.toString();
  }
}
