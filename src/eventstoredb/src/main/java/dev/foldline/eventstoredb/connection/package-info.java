/** The connection: every call of the store, with what its failures mean. */
@NullMarked
package dev.foldline.eventstoredb.connection;

import org.jspecify.annotations.NullMarked;
