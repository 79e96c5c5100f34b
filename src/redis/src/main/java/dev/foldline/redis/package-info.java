/** Read models in Redis: fenced projections and the queries on them. */
@NullMarked
package dev.foldline.redis;

import org.jspecify.annotations.NullMarked;
