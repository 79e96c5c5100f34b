@NullMarked
package dev.foldline.quarkus.http;

import org.jspecify.annotations.NullMarked;
