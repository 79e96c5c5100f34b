package dev.foldline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.QuarkusUnitTest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@DisplayName("In an application with users")
class CallersTest extends CallersScenario {

  @RegisterExtension static final QuarkusUnitTest APPLICATION = application();

  @Test
  void a_function_is_told_where_it_loses_who_is_calling() throws Exception {
    problem(send("ada", assigning("assign-elsewhere", "ada")), 500);

    locker = UUID.randomUUID().toString();
    assertThat(send("", assigning("assign-elsewhere", "ada")).statusCode()).isEqualTo(200);
  }

  @Test
  void a_resource_of_jax_rs_is_guarded_too() throws Exception {
    String path = "lockers/" + locker + "/bob";

    assertThat(send("ada", request(path).POST(BodyPublishers.noBody())).statusCode())
        .isEqualTo(200);
    assertThat(problem(send("ada", request(path).POST(BodyPublishers.noBody())), 403).path("code"))
        .hasToString("\"forbidden\"");
    assertUnknown(send("", request(path).POST(BodyPublishers.noBody())));
    assertThat(metadata()).singleElement().extracting("user").isEqualTo("ada");
  }
}
