/**
 * How commands on one stream come to their answers, as a pure step: it is told what happened, and
 * answers what is to be done next. Whoever does that has the clock, the threads and the store.
 */
@NullMarked
package dev.foldline.core.commands;

import org.jspecify.annotations.NullMarked;
