@NullMarked
package dev.foldline.quarkus.projections;

import org.jspecify.annotations.NullMarked;
