/** Snapshots: they shorten a fold, and nothing else depends on them. */
@NullMarked
package dev.foldline.eventstoredb.snapshots;

import org.jspecify.annotations.NullMarked;
