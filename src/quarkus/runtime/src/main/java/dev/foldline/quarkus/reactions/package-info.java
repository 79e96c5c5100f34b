/** The reactions of an application: run, measured, watched and operated. */
@NullMarked
package dev.foldline.quarkus.reactions;

import org.jspecify.annotations.NullMarked;
