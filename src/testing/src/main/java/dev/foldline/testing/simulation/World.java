package dev.foldline.testing.simulation;

import dev.foldline.core.Activity;
import dev.foldline.core.Performs;
import java.util.List;
import java.util.Map;

/**
 * What all work uses.
 *
 * @param performers who does which activity
 * @param underWay the work that is not at its end
 * @param agenda what is due later
 */
record World(
    Log log, Map<Activity<?, ?>, Performs<?, ?>> performers, List<Work> underWay, Agenda agenda) {}
