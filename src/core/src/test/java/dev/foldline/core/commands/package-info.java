@NullMarked
package dev.foldline.core.commands;

import org.jspecify.annotations.NullMarked;
