/** Documents functions over HTTP as OpenAPI, where an application wants that. */
@NullMarked
package dev.foldline.quarkus.deployment.openapi;

import org.jspecify.annotations.NullMarked;
