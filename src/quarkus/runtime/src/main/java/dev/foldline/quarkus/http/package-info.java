/** Functions over HTTP: requests read strictly, outcomes answered as problems. */
@NullMarked
package dev.foldline.quarkus.http;

import org.jspecify.annotations.NullMarked;
