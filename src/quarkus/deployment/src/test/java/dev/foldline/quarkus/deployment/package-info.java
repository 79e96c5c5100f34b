@NullMarked
package dev.foldline.quarkus.deployment;

import org.jspecify.annotations.NullMarked;
