/** The processes of an application: asked, listed, watched and operated. */
@NullMarked
package dev.foldline.quarkus.processes;

import org.jspecify.annotations.NullMarked;
