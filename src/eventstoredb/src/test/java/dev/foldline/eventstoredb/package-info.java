@NullMarked
package dev.foldline.eventstoredb;

import org.jspecify.annotations.NullMarked;
