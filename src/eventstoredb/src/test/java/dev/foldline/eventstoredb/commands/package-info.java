@NullMarked
package dev.foldline.eventstoredb.commands;

import org.jspecify.annotations.NullMarked;
