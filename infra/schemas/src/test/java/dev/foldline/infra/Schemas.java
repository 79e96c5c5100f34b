package dev.foldline.infra;

import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/** The schemas of the platforms: README.md says where each is from. */
class Schemas {

  private static final JsonSchemaFactory FACTORY = JsonSchemaFactory.getInstance(VersionFlag.V7);

  private Schemas() {}

  /** What is wrong with it, by its schema; nothing if it is as it should be. */
  static List<String> problems(Manifest manifest) {
    return schema(manifest).validate(manifest.content()).stream()
        .map(ValidationMessage::getMessage)
        .toList();
  }

  private static JsonSchema schema(Manifest manifest) {
    String name = "/schemas/" + manifest.schema() + ".json";
    try (InputStream schema = Schemas.class.getResourceAsStream(name)) {
      if (schema == null) {
        throw new AssertionError("there is no schema for " + manifest);
      }
      return FACTORY.getSchema(schema);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
