package dev.foldline.bank;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@TestProfile(WithReactions.class)
@DisplayName("The bank's metrics")
class MetricsTest {

  private static final Path ROOT = Path.of(System.getProperty("basedir", ".")).resolve("../..");

  @TestHTTPResource("/")
  URI base;

  @ParameterizedTest
  @ValueSource(strings = {"infra/prometheus/alerts.yml", "infra/grafana/foldline.json"})
  void have_every_one_that_the_alerts_and_the_dashboard_ask_for(String file) throws IOException {
    new BankClient(base).open(UUID.randomUUID().toString());

    Set<String> asked = names(Files.readString(ROOT.resolve(file)));
    asked.removeIf(name -> name.startsWith("foldline_channel_")); // the bank has no channels

    assertThat(scraped()).containsAll(asked);
  }

  @Test
  void have_those_of_projections() {
    assertThat(scraped())
        .contains(
            "foldline_projection_lag_events",
            "foldline_projection_lag_seconds",
            "foldline_projection_applied_total",
            "foldline_projection_duplicates_total",
            "foldline_projection_gaps_total",
            "foldline_projection_retried_total",
            "foldline_projection_poisoned_total",
            "foldline_projection_parked",
            "foldline_projection_parked_oldest_seconds",
            "foldline_projection_build_ratio");
  }

  private Set<String> scraped() {
    return names(new BankClient(base).get("q/metrics").response().body());
  }

  private static Set<String> names(String text) {
    Set<String> names = new TreeSet<>();
    Pattern.compile("\\bfoldline_[a-z_]+")
        .matcher(text)
        .results()
        .forEach(m -> names.add(m.group()));
    return names;
  }
}
