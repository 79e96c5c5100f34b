package dev.foldline.infra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("A manifest")
class ManifestsTest {

  static final List<Arguments> MISTAKES =
      List.of(
          without("apps/v1/Deployment", "/spec", "selector"),
          misspelt("apps/v1/Deployment", "/spec/template/spec/containers/0", "readinessProbe"),
          misspelt("apps/v1/Deployment", "/spec/template/spec/securityContext", "runAsNonRoot"),
          wrong("apps/v1/Deployment", "/spec/template/spec", "terminationGracePeriodSeconds"),
          without("v1/Service", "/spec/ports/0", "port"),
          wrong("v1/ConfigMap", "/data", "QUARKUS_PROFILE"),
          misspelt("autoscaling/v2/HorizontalPodAutoscaler", "/spec", "minReplicas"),
          without("autoscaling/v2/HorizontalPodAutoscaler", "/spec", "maxReplicas"),
          misspelt("policy/v1/PodDisruptionBudget", "/spec", "maxUnavailable"),
          without("batch/v1/CronJob", "/spec", "schedule"),
          wrong("batch/v1/CronJob", "/spec", "concurrencyPolicy"),
          without("keda.sh/v1alpha1/ScaledObject", "/spec", "triggers"),
          misspelt("keda.sh/v1alpha1/ScaledObject", "/spec", "minReplicaCount"),
          misspelt("serving.knative.dev/v1/Service", "/spec/template/spec", "timeoutSeconds"),
          wrong("serving.knative.dev/v1/Service", "/spec/template/spec", "containerConcurrency"),
          misspelt("kustomize.config.k8s.io/v1beta1/Kustomization", "", "resources"),
          misspelt("compose", "/services/bank", "environment"),
          wrong("compose", "/services/bank", "ports"),
          misspelt("AWS/Template", "", "Resources"),
          misspelt("AWS/Serverless/Function", "/Properties", "MemorySize"),
          misspelt("AWS/Serverless/Function", "/Properties/FunctionUrlConfig", "AuthType"));

  @ParameterizedTest
  @MethodSource("manifests")
  void is_what_its_schema_says(Manifest manifest) {
    assertThat(Schemas.problems(manifest)).isEmpty();
  }

  @ParameterizedTest
  @FieldSource("MISTAKES")
  void is_not_with_a_mistake(String schema, String at, Mistake mistake, String field) {
    Manifest manifest =
        manifests()
            .filter(each -> each.is(schema) && each.content().at(at).has(field))
            .findFirst()
            .orElseThrow();
    JsonNode mistaken = manifest.content().deepCopy();
    mistake.make((ObjectNode) mistaken.at(at), field);

    assertThat(Schemas.problems(new Manifest(manifest.file(), schema, mistaken)))
        .anyMatch(problem -> problem.contains(field));
  }

  @Test
  void is_not_without_a_schema() {
    Manifest unknown =
        new Manifest(
            Manifest.COMPOSE,
            "apps/v1/Deploiment",
            manifests().findFirst().orElseThrow().content());

    assertThatThrownBy(() -> Schemas.problems(unknown)).hasMessageContaining("no schema");
  }

  @Test
  void is_in_the_kustomization_of_its_directory() throws IOException {
    assertThat(manifests().filter(each -> each.is("kustomize.config.k8s.io/v1beta1/Kustomization")))
        .isNotEmpty()
        .allSatisfy(
            kustomization -> {
              Path directory = kustomization.file().resolveSibling("");
              List<Path> named =
                  kustomization
                      .content()
                      .path("resources")
                      .valueStream()
                      .map(each -> directory.resolve(each.asText()).normalize())
                      .toList();
              assertThat(named).allMatch(Files::exists);
              try (Stream<Path> files = Files.list(directory)) {
                assertThat(
                        files
                            .filter(Files::isRegularFile)
                            .filter(file -> !file.equals(kustomization.file())))
                    .isSubsetOf(named);
              }
            });
  }

  static Stream<Manifest> manifests() {
    return Manifest.all().stream();
  }

  private interface Mistake {
    void make(ObjectNode object, String field);
  }

  private static Arguments without(String schema, String at, String field) {
    return mistake("without", schema, at, ObjectNode::remove, field);
  }

  private static Arguments misspelt(String schema, String at, String field) {
    return mistake(
        "misspelt",
        schema,
        at,
        (object, right) -> object.set(right + "s", object.remove(right)),
        field);
  }

  private static Arguments wrong(String schema, String at, String field) {
    return mistake(
        "of a wrong type", schema, at, (object, right) -> object.putObject(right), field);
  }

  private static Arguments mistake(
      String what, String schema, String at, Mistake mistake, String field) {
    return argumentSet(schema + at + "/" + field + " " + what, schema, at, mistake, field);
  }
}
