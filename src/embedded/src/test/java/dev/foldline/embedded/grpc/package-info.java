@NullMarked
package dev.foldline.embedded.grpc;

import org.jspecify.annotations.NullMarked;
