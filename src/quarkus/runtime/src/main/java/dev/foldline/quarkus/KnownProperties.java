package dev.foldline.quarkus;

import java.util.Set;

/** The properties of Foldline's that there are. */
public record KnownProperties(Set<String> names) {}
