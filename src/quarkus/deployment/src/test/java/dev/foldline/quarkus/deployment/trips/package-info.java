@NullMarked
package dev.foldline.quarkus.deployment.trips;

import org.jspecify.annotations.NullMarked;
