/** Keeps the read models of an application's projections up to date. */
@NullMarked
package dev.foldline.quarkus.projections;

import org.jspecify.annotations.NullMarked;
