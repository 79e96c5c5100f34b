/**
 * Events as they are stored: their JSON, their versions, what is beside them, and streams folded to
 * documents.
 */
@NullMarked
package dev.foldline.eventstoredb.events;

import org.jspecify.annotations.NullMarked;
