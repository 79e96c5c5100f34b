@NullMarked
package dev.foldline.eventstoredb.connection;

import org.jspecify.annotations.NullMarked;
