/** The extension at run time: wiring, configuration, HTTP outcomes, health and metrics. */
@NullMarked
package dev.foldline.quarkus;

import org.jspecify.annotations.NullMarked;
