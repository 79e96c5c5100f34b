/** An application whose types have all the shapes that JSON is made of. */
@NullMarked
package dev.foldline.quarkus.deployment.shop;

import org.jspecify.annotations.NullMarked;
