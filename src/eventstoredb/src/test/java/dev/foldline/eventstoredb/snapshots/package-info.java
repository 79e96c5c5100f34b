@NullMarked
package dev.foldline.eventstoredb.snapshots;

import org.jspecify.annotations.NullMarked;
