/**
 * The engine of read models: events come in and are applied once, read models are built from the
 * log, lost ones are noticed, and what can't be applied is set aside.
 */
@NullMarked
package dev.foldline.readmodels;

import org.jspecify.annotations.NullMarked;
