/** The page that leads to a project of one's own, followed word for word. */
@NullMarked
package dev.foldline.ownproject;

import org.jspecify.annotations.NullMarked;
