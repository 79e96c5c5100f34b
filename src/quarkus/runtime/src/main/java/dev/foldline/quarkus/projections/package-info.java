/** Projections in an application: run, measured, and looked after by its operators. */
@NullMarked
package dev.foldline.quarkus.projections;

import org.jspecify.annotations.NullMarked;
