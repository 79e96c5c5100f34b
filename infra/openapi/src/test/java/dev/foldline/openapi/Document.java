package dev.foldline.openapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** An OpenAPI document, as somebody reads it who knows nothing else. */
final class Document {

  private static final long DEEP = 256L << 20;

  static final ObjectMapper JSON = new ObjectMapper();

  private static final JsonSchemaFactory SCHEMAS =
      JsonSchemaFactory.getInstance(VersionFlag.V202012);
  private static final SchemaValidatorsConfig STRICT =
      SchemaValidatorsConfig.builder().formatAssertionsEnabled(true).build();

  private final JsonNode root;
  private final ObjectNode closed;
  private final Map<JsonNode, JsonSchema> known = new HashMap<>();

  Document(JsonNode root) {
    this.root = root;
    this.closed = JSON.createObjectNode();
    closed.set("schemas", closed(root.at("/components/schemas")));
  }

  /** That which an application gives away. */
  static JsonNode at(URI address) throws IOException {
    try (InputStream document = address.toURL().openStream()) {
      return JSON.readTree(document);
    }
  }

  /** What an object has beside what is written of it would be undocumented. */
  private static JsonNode closed(JsonNode schemas) {
    JsonNode copy = schemas.deepCopy();
    for (JsonNode schema : copy) {
      if (schema instanceof ObjectNode object
          && schema.has("properties")
          && !schema.has("additionalProperties")) {
        object.put("additionalProperties", false);
      }
    }
    return copy;
  }

  /** A parameter, in a query string or a header. */
  record Parameter(String name, boolean isRequired, JsonNode schema) {}

  /** One way to call a function. */
  final class Call {

    final String path;
    final String method;
    final JsonNode operation;

    private Call(String path, String method, JsonNode operation) {
      this.path = path;
      this.method = method;
      this.operation = operation;
    }

    List<Parameter> parameters(String in) {
      List<Parameter> parameters = new ArrayList<>();
      for (JsonNode each : operation.path("parameters")) {
        JsonNode parameter = resolved(each);
        if (parameter.path("in").asText().equals(in)) {
          parameters.add(
              new Parameter(
                  parameter.path("name").asText(),
                  parameter.path("required").asBoolean(),
                  parameter.path("schema")));
        }
      }
      return parameters;
    }

    /** Missing where it takes none. */
    JsonNode body() {
      return operation.at("/requestBody/content/application~1json/schema");
    }

    boolean isSecured() {
      return operation.has("security");
    }

    JsonNode response(int status) {
      return resolved(operation.path("responses").path(Integer.toString(status)));
    }

    /** Each with its status; those of the application's own are not among them. */
    Set<String> codes() {
      Set<String> codes = new TreeSet<>();
      operation
          .path("responses")
          .fieldNames()
          .forEachRemaining(
              status -> {
                JsonNode code =
                    response(Integer.parseInt(status))
                        .at("/content/application~1problem+json/schema/allOf/1/properties/code");
                for (JsonNode each : code.has("enum") ? code.path("enum") : code.path("examples")) {
                  codes.add(status + " " + each.asText());
                }
              });
      return codes;
    }

    @Override
    public String toString() {
      return method + " " + path;
    }
  }

  List<Call> calls() {
    List<Call> calls = new ArrayList<>();
    root.path("paths")
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .properties()
                    .forEach(
                        operation ->
                            calls.add(
                                new Call(
                                    path.getKey(),
                                    operation.getKey().toUpperCase(Locale.ROOT),
                                    operation.getValue()))));
    return calls;
  }

  Call call(String method, String path) {
    return calls().stream()
        .filter(call -> call.method.equals(method) && call.path.equals(path))
        .findFirst()
        .orElseThrow();
  }

  /** Itself, or what it refers to. */
  JsonNode resolved(JsonNode node) {
    return node.has("$ref") ? resolved(root.at(node.path("$ref").asText().substring(1))) : node;
  }

  /**
   * Why a value is none of a schema; empty if it is. It is found out on a thread whose stack is
   * deep enough for the validator's patterns, which go a step deeper with each letter.
   */
  Set<ValidationMessage> faults(JsonNode schema, JsonNode value) {
    JsonSchema validator = known.computeIfAbsent(schema, this::schema);
    var faults = new FutureTask<>(() -> validator.validate(value));
    new Thread(null, faults, "validator", DEEP).start();
    try {
      return faults.get(1, TimeUnit.MINUTES);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  boolean allows(JsonNode schema, JsonNode value) {
    return faults(schema, value).isEmpty();
  }

  private JsonSchema schema(JsonNode schema) {
    ObjectNode whole = JSON.createObjectNode();
    whole.putArray("allOf").add(schema);
    whole.set("components", closed);
    return SCHEMAS.getSchema(whole, STRICT);
  }
}
