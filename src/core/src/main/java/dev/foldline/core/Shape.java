package dev.foldline.core;

import java.util.Map;

/**
 * The stored shape of an event: what upcasters read and make.
 *
 * @param type its stored name with its version, such as {@code order-placed.v2}
 * @param data its JSON object as strings, numbers, booleans, lists and maps
 */
public record Shape(String type, Map<String, Object> data) {}
