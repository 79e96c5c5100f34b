@NullMarked
package dev.foldline.eventstoredb.subscriptions;

import org.jspecify.annotations.NullMarked;
