package dev.foldline.infra;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a platform is told: a document of a file, or a resource in a template.
 *
 * @param schema the name of what it is held to: its apiVersion and kind, such as {@code
 *     apps/v1/Deployment}
 */
record Manifest(Path file, String schema, JsonNode content) {

  static final Path ROOT = Path.of(System.getProperty("basedir", ".")).resolve("../..").normalize();
  static final Path INFRA = ROOT.resolve("infra");
  static final Path COMPOSE = INFRA.resolve("compose.yaml");

  /** Of another platform, whose directory may not be there. */
  private static final Path TEMPLATE = INFRA.resolve("lambda/template.yaml");

  static List<Manifest> all() {
    List<Manifest> all = new ArrayList<>(kubernetes());
    all.addAll(knative());
    Yaml.read(COMPOSE).forEach(content -> all.add(new Manifest(COMPOSE, "compose", content)));
    all.addAll(template());
    return all;
  }

  static List<Manifest> kubernetes() {
    return in(INFRA.resolve("kubernetes"));
  }

  static List<Manifest> knative() {
    return in(INFRA.resolve("knative"));
  }

  private static List<Manifest> in(Path directory) {
    try (Stream<Path> files = Files.walk(directory)) {
      return files
          .filter(Files::isRegularFile)
          .sorted()
          .flatMap(file -> Yaml.read(file).stream().map(content -> of(file, content)))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Manifest of(Path file, JsonNode content) {
    String kind = content.path("kind").asText();
    return new Manifest(file, content.path("apiVersion").asText() + "/" + kind, content);
  }

  private static List<Manifest> template() {
    List<Manifest> parts = new ArrayList<>();
    for (JsonNode template : Yaml.read(TEMPLATE)) {
      parts.add(new Manifest(TEMPLATE, "AWS/Template", template));
      for (JsonNode resource : template.path("Resources")) {
        String type = resource.path("Type").asText();
        parts.add(new Manifest(TEMPLATE, type.replace("::", "/"), resource));
      }
    }
    return parts;
  }

  boolean is(String kind) {
    return schema.equals(kind);
  }

  String name() {
    return content.at("/metadata/name").asText();
  }

  @Override
  public String toString() {
    return ROOT.relativize(file) + ": " + schema + " " + name();
  }
}
