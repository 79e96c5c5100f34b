package dev.foldline.openapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion.VersionFlag;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.swagger.v3.parser.OpenAPIV3Parser;
import io.swagger.v3.parser.core.models.SwaggerParseResult;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(WithUsers.class)
@DisplayName("The OpenAPI document of functions")
class DocumentTest {

  @TestHTTPResource("/q/openapi?format=json")
  URI address;

  @TestHTTPResource("/q/swagger-ui/")
  URI ui;

  private JsonNode document = Document.JSON.missingNode();

  @BeforeEach
  void read() throws IOException {
    document = Document.at(address);
  }

  @Test
  void is_a_valid_one_of_version_3_1() {
    SwaggerParseResult result = new OpenAPIV3Parser().readContents(document.toString());

    assertThat(result.getMessages()).isEmpty();
    assertThat(document.path("openapi").asText()).startsWith("3.1");
  }

  @Test
  void has_valid_schemas_whose_references_lead_somewhere() {
    var meta =
        JsonSchemaFactory.getInstance(VersionFlag.V202012)
            .getSchema(SchemaLocation.of("https://json-schema.org/draft/2020-12/schema"));

    assertThat(document.at("/components/schemas")).isNotEmpty();
    for (JsonNode schema : document.at("/components/schemas")) {
      assertThat(meta.validate(schema)).as("%s", schema).isEmpty();
    }
    for (String reference : references(document, new ArrayList<>())) {
      assertThat(document.at(reference.substring(1)).isMissingNode()).as(reference).isFalse();
    }
  }

  private static List<String> references(JsonNode node, List<String> found) {
    if (node.path("$ref").isTextual()) {
      found.add(node.path("$ref").asText());
    }
    node.forEach(child -> references(child, found));
    return found;
  }

  @Test
  void has_the_application_s_functions_and_those_of_operators() {
    List<String> paths = new ArrayList<>();
    document.path("paths").fieldNames().forEachRemaining(paths::add);

    assertThat(paths)
        .contains(
            "/open-account",
            "/account",
            "/transfer-money",
            "/bank-totals",
            "/rebuild",
            "/parked-events",
            "/fire-timers",
            "/processes",
            "/scalars");
  }

  @Test
  void has_what_the_record_and_its_constraints_say() throws IOException {
    assertThat(schema("Deposit"))
        .isEqualTo(
            Document.JSON.readTree(
                """
                {"type":"object","additionalProperties":false,"required":["account","cents"],
                "properties":{
                "account":{"type":"string","pattern":"^(?:[A-Za-z0-9._-]{1,64})$"},
                "cents":{"type":"integer","format":"int64","minimum":1,"maximum":1000000000000000}}}
                """));
  }

  private JsonNode schema(String name) {
    return document.at("/components/schemas/" + name);
  }

  @Test
  void says_where_a_process_is_looked_after() {
    JsonNode begun = document.at("/paths/~1transfer-money/post/responses/202");

    assertThat(begun.at("/headers/Location").isMissingNode()).isFalse();
    assertThat(begun.at("/content/application~1json/schema/$ref").asText())
        .isEqualTo("#/components/schemas/ProcessProgress");
  }

  @Test
  void says_who_may_call_what_is_secured() {
    assertThat(document.at("/paths/~1rebuild/post/security").toString())
        .isEqualTo("[{\"SecurityScheme\":[]}]");
    assertThat(document.at("/components/securitySchemes/SecurityScheme/scheme").asText())
        .isEqualTo("basic");
    assertThat(document.at("/paths/~1deposit/post/security").isMissingNode()).isTrue();
  }

  @Test
  void is_shown_by_swagger_ui() throws IOException {
    HttpURLConnection connection = (HttpURLConnection) ui.toURL().openConnection();
    connection.setConnectTimeout(5_000);
    connection.setReadTimeout(5_000);

    assertThat(connection.getResponseCode()).isEqualTo(200);
  }
}
