/** An application with users. */
@NullMarked
package dev.foldline.quarkus.deployment.lockers;

import org.jspecify.annotations.NullMarked;
