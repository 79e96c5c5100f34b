@NullMarked
package dev.foldline.eventstoredb.events;

import org.jspecify.annotations.NullMarked;
