package dev.foldline.infra;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the schemas can't say: that the manifests fit together, and what they run. */
@DisplayName("The workloads")
class WorkloadsTest {

  /** Of Quarkus 3.34, its Redis client and SmallRye JWT, by their guides. */
  private static final List<String> OTHERS =
      List.of(
          "quarkus.profile",
          "quarkus.redis.hosts",
          "quarkus.shutdown.timeout",
          "mp.jwt.verify.issuer",
          "mp.jwt.verify.publickey.location");

  private static final Pattern LISTED =
      Pattern.compile("(?m)^\\| `(foldline\\.[^`]+)`.*?\\| (`[^`]*`)?");
  private static final Pattern NAME_OF_A_SECRET =
      Pattern.compile("(?i)(password|secret|token|_keys?|authorization)$");
  private static final Pattern SECRET =
      Pattern.compile("(?i)://[^\\s/@:]*:[^\\s/@]+@|bearer +[\\w.-]{8}|-----BEGIN|\\beyJ");

  private static final Path CONFIGURATION = Manifest.INFRA.resolve("docs/configuration.md");
  private static final Path PAGE = Manifest.INFRA.resolve("docs/kubernetes.md");
  private static final Path WORKERS = Manifest.INFRA.resolve("kubernetes/workers");
  private static final Path LAUNCHER =
      Manifest.ROOT.resolve(
          "src/quarkus/deployment/src/main/resources/dev/foldline/quarkus/deployment/run");

  @ParameterizedTest
  @MethodSource("platforms")
  void have_each_role_once(List<Manifest> platform) throws IOException {
    List<String> roles =
        platform.stream()
            .flatMap(Workload::of)
            .filter(Workload::isFoldline)
            .flatMap(workload -> workload.roles().stream())
            .toList();

    assertThat(roles)
        .containsExactlyInAnyOrder(properties().getOrDefault("foldline.run", "").split(",", -1));
  }

  @Test
  void on_Knative_may_all_sleep() {
    assertThat(all().filter(Workload::isKnative))
        .isNotEmpty()
        .allSatisfy(workload -> assertThat(workload.roles()).isSubsetOf("commands", "queries"));
  }

  @Test
  void run_one_image() {
    assertThat(foldline().map(workload -> workload.container().path("image").asText()).distinct())
        .containsExactly("foldline-bank");
    assertThat(
            Stream.of("kubernetes", "knative")
                .map(Manifest.INFRA::resolve)
                .flatMap(directory -> Yaml.read(directory.resolve("kustomization.yaml")).stream())
                .map(kustomization -> kustomization.path("images"))
                .distinct())
        .singleElement()
        .satisfies(images -> assertThat(images.at("/0/name").asText()).isEqualTo("foldline-bank"));
  }

  @ParameterizedTest
  @MethodSource("foldline")
  void are_asked_how_they_are_where_they_listen(Workload workload) {
    List<String> health = new ArrayList<>(List.of("/q/health/ready", "/q/health/live"));
    if (!workload.isKnative()) {
      health.add("/q/health/started");
    }
    assertThat(workload.probes())
        .allSatisfy(probe -> assertThat(workload.listensOn(probe.at("/httpGet/port"))).isTrue())
        .extracting(probe -> probe.at("/httpGet/path").asText())
        .containsExactlyInAnyOrderElementsOf(health);
    assertThat(workload.container().at("/ports/0/containerPort").asInt()).isEqualTo(8080);
    if (!workload.isKnative()) {
      assertThat(workload.template().at("/metadata/annotations/prometheus.io~1port").asText())
          .isEqualTo("8080");
    }
  }

  @Test
  void are_found_by_who_selects_them() {
    assertThat(all().map(Workload::manifest).filter(each -> each.is(Workload.DEPLOYMENT)))
        .isNotEmpty()
        .allSatisfy(
            deployment -> {
              Workload workload = Workload.of(deployment).findFirst().orElseThrow();
              assertThat(deployment.content().at("/spec/selector/matchLabels"))
                  .isEqualTo(workload.labels());
              assertThat(selected(workload.labels())).containsExactly(workload);
              assertThat(workload.pod().path("topologySpreadConstraints"))
                  .isNotEmpty()
                  .allSatisfy(
                      spread ->
                          assertThat(spread.at("/labelSelector/matchLabels"))
                              .isEqualTo(workload.labels()));
            });
    assertThat(of("v1/Service"))
        .isNotEmpty()
        .allSatisfy(
            service ->
                assertThat(selected(service.content().at("/spec/selector")))
                    .singleElement()
                    .satisfies(
                        workload ->
                            assertThat(service.content().at("/spec/ports"))
                                .isNotEmpty()
                                .allMatch(port -> workload.listensOn(port.path("targetPort")))));
    assertThat(of("policy/v1/PodDisruptionBudget"))
        .isNotEmpty()
        .allSatisfy(
            budget ->
                assertThat(selected(budget.content().at("/spec/selector/matchLabels"))).hasSize(1));
    assertThat(of("autoscaling/v2/HorizontalPodAutoscaler", "keda.sh/v1alpha1/ScaledObject"))
        .hasSize(2)
        .allSatisfy(
            scaler ->
                assertThat(foldline().filter(workload -> !workload.isKnative()))
                    .filteredOn(
                        workload ->
                            workload
                                .manifest()
                                .name()
                                .equals(scaler.content().at("/spec/scaleTargetRef/name").asText()))
                    .singleElement()
                    // Or each apply would take back what the scaler said.
                    .matches(
                        workload -> !workload.manifest().content().path("spec").has("replicas")));
  }

  @Test
  void are_never_without_an_instance_that_measures_its_lag() throws IOException {
    JsonNode spec =
        of("keda.sh/v1alpha1/ScaledObject").findFirst().orElseThrow().content().path("spec");
    String query =
        spec.at("/triggers/0/metadata/query").asText().replace("max(", "max by (projection) (");

    assertThat(spec.path("minReplicaCount").asInt()).isEqualTo(1);
    assertThat(Files.readString(Manifest.INFRA.resolve("prometheus/alerts.yml")))
        .contains(query + " > ");
  }

  @ParameterizedTest
  @MethodSource("foldline")
  void have_longer_to_end_than_the_application_takes(Workload workload) {
    assertThat(workload.toEnd())
        .isGreaterThan(seconds(configuration().getOrDefault("QUARKUS_SHUTDOWN_TIMEOUT", "")));
  }

  @Test
  void on_a_laptop_have_longer_to_end_too() {
    JsonNode bank = Yaml.read(Manifest.COMPOSE).getFirst().at("/services/bank");

    assertThat(bank.has("stop_grace_period")).as("it is 10 seconds then").isFalse();
    assertThat(seconds(bank.at("/environment/QUARKUS_SHUTDOWN_TIMEOUT").asText()))
        .isLessThan(Duration.ofSeconds(10));
  }

  @ParameterizedTest
  @MethodSource("all")
  void may_do_nothing_but_write_temporary_files(Workload workload) {
    JsonNode container = workload.container().path("securityContext");
    JsonNode pod = workload.pod().path("securityContext");
    JsonNode whose = workload.isKnative() ? container : pod;

    assertThat(whose.path("runAsNonRoot").asBoolean()).isTrue();
    assertThat(whose.at("/seccompProfile/type").asText()).isEqualTo("RuntimeDefault");
    assertThat(container.path("readOnlyRootFilesystem").asBoolean()).isTrue();
    assertThat(container.path("allowPrivilegeEscalation").asBoolean(true)).isFalse();
    assertThat(container.at("/capabilities/drop/0").asText()).isEqualTo("ALL");
    assertThat(container.path("capabilities").has("add")).isFalse();
    assertThat(workload.pod().path("automountServiceAccountToken").asBoolean(true)).isFalse();
    assertThat(workload.container().path("volumeMounts"))
        .filteredOn(mount -> !mount.path("readOnly").asBoolean())
        .allMatch(mount -> mount.path("mountPath").asText().equals("/tmp"))
        .hasSize(workload.isFoldline() ? 1 : 0);
    assertThat(workload.container().at("/resources/limits/memory").asText()).isNotEmpty();
    assertThat(workload.container().at("/resources/requests/cpu").asText()).isNotEmpty();
  }

  @ParameterizedTest
  @MethodSource("deployments")
  void are_replaced_without_a_gap(Workload workload) {
    assertThat(workload.manifest().content().at("/spec/strategy/rollingUpdate/maxUnavailable"))
        .hasToString("0");
  }

  @Test
  void set_what_there_is() throws IOException {
    List<String> known =
        Stream.concat(properties().keySet().stream(), OTHERS.stream())
            .map(property -> property.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_"))
            .toList();
    Stream<String> compose =
        Yaml.read(Manifest.COMPOSE)
            .getFirst()
            .at("/services/bank/environment")
            .propertyStream()
            .map(Map.Entry::getKey);
    Stream<String> lambda =
        of("AWS/Serverless/Function")
            .map(manifest -> manifest.content().at("/Properties/Environment/Variables"))
            .flatMap(JsonNode::propertyStream)
            .map(Map.Entry::getKey);
    Stream<String> set =
        Stream.of(
                configuration().keySet().stream(),
                foldline().flatMap(workload -> workload.variables().keySet().stream()),
                compose,
                lambda)
            .flatMap(names -> names)
            .filter(name -> name.matches("(FOLDLINE|QUARKUS|MP)_.*"));

    assertThat(set).isNotEmpty().isSubsetOf(known);
  }

  @Test
  void refer_to_what_is_applied_with_them_or_said_to_be_made() throws IOException {
    String page = Files.readString(PAGE);
    List<String> configurations = of("v1/ConfigMap").map(Manifest::name).toList();

    assertThat(all())
        .allSatisfy(
            workload -> {
              assertThat(workload.pod().findValues("configMapRef"))
                  .allMatch(each -> configurations.contains(each.path("name").asText()));
              assertThat(workload.pod().findValuesAsText("secretName"))
                  .allMatch(name -> page.contains("create secret generic " + name + " "));
              assertThat(workload.pod().findValues("secretRef"))
                  .allMatch(
                      each ->
                          page.contains(
                              "create secret generic " + each.path("name").asText() + " "));
            });
  }

  @Test
  void hold_no_secret() {
    assertThat(Manifest.all())
        .noneMatch(manifest -> manifest.is("v1/Secret"))
        .allSatisfy(manifest -> assertThat(secrets("", manifest.content())).isEmpty());
  }

  @Test
  void that_sleep_start_as_fast_as_the_launcher_has_them_start() throws IOException {
    String launcher =
        Pattern.compile("fast_start=\"([^\"]*)\"")
            .matcher(Files.readString(LAUNCHER))
            .results()
            .map(found -> found.group(1))
            .findFirst()
            .orElseThrow();

    assertThat(all().filter(Workload::isKnative))
        .isNotEmpty()
        .allSatisfy(
            workload ->
                assertThat(
                        workload.variables().getOrDefault("JDK_JAVA_OPTIONS", "").split("\\s+", -1))
                    .containsExactly(launcher.split("\\s+", -1)));
  }

  @Test
  void are_called_by_the_scheduler_in_its_time() {
    Workload scheduler =
        all()
            .filter(workload -> workload.manifest().is(Workload.CRON_JOB))
            .findFirst()
            .orElseThrow();
    List<String> command =
        scheduler.container().path("command").valueStream().map(JsonNode::asText).toList();
    long limit = Long.parseLong(command.get(command.indexOf("--max-time") + 1));
    JsonNode spec = scheduler.manifest().content().path("spec");

    assertThat(command)
        .contains("--fail-with-body")
        .last()
        .asString()
        .isEqualTo("http://bank/fire-timers");
    assertThat(of("v1/Service").map(Manifest::name)).contains("bank");
    assertThat(limit).isBetween(21L, spec.at("/jobTemplate/spec/activeDeadlineSeconds").asLong());
    assertThat(spec.path("concurrencyPolicy").asText()).isEqualTo("Forbid");
    assertThat(command)
        .anyMatch(
            each ->
                each.startsWith(
                    "@" + scheduler.container().at("/volumeMounts/0/mountPath").asText()));
  }

  @Test
  void on_a_laptop_are_reached_from_it_alone() {
    assertThat(Yaml.read(Manifest.COMPOSE).getFirst().findValues("ports"))
        .isNotEmpty()
        .allSatisfy(
            ports -> assertThat(ports).allMatch(port -> port.asText().startsWith("127.0.0.1:")));
  }

  static Stream<List<Manifest>> platforms() {
    List<Manifest> calledByKnative = new ArrayList<>(Manifest.knative());
    Manifest.kubernetes().stream()
        .filter(manifest -> manifest.file().startsWith(WORKERS))
        .forEach(calledByKnative::add);
    return Stream.of(Manifest.kubernetes(), calledByKnative);
  }

  static Stream<Workload> all() {
    return Manifest.all().stream().flatMap(Workload::of);
  }

  static Stream<Workload> foldline() {
    return all().filter(Workload::isFoldline);
  }

  static Stream<Workload> deployments() {
    return all().filter(workload -> workload.manifest().is(Workload.DEPLOYMENT));
  }

  private static Stream<Manifest> of(String... schemas) {
    return Manifest.all().stream()
        .filter(manifest -> Arrays.asList(schemas).contains(manifest.schema()));
  }

  private static List<Workload> selected(JsonNode selector) {
    assertThat(selector).isNotEmpty();
    return deployments()
        .filter(
            workload ->
                selector
                    .propertyStream()
                    .allMatch(each -> each.getValue().equals(workload.labels().get(each.getKey()))))
        .toList();
  }

  private static Map<String, String> configuration() {
    Map<String, String> data = new TreeMap<>();
    of("v1/ConfigMap")
        .map(manifest -> manifest.content().path("data"))
        .flatMap(JsonNode::propertyStream)
        .forEach(each -> data.put(each.getKey(), each.getValue().asText()));
    return data;
  }

  /** The properties of Foldline, each with its default, by their page. */
  private static Map<String, String> properties() throws IOException {
    Map<String, String> properties = new TreeMap<>();
    for (MatchResult row : LISTED.matcher(Files.readString(CONFIGURATION)).results().toList()) {
      String standard = row.group(2);
      properties.put(row.group(1), standard == null ? "" : standard.replace("`", ""));
    }
    return properties;
  }

  /** The names of what holds one. */
  private static Stream<String> secrets(String name, JsonNode node) {
    if (node.isTextual()) {
      boolean secret =
          NAME_OF_A_SECRET.matcher(name).find() || SECRET.matcher(node.asText()).find();
      return secret ? Stream.of(name) : Stream.empty();
    }
    if (node.path("name").isTextual() && node.has("value")) {
      return secrets(node.path("name").asText(), node.path("value"));
    }
    return node.isObject()
        ? node.propertyStream().flatMap(each -> secrets(each.getKey(), each.getValue()))
        : node.valueStream().flatMap(each -> secrets(name, each));
  }

  private static Duration seconds(String value) {
    return Duration.parse("PT" + value);
  }
}
