@NullMarked
package dev.foldline.eventstoredb.connector;

import org.jspecify.annotations.NullMarked;
