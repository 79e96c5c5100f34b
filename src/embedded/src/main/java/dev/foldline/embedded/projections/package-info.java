/**
 * The system projections: links to events by category and by type, and to the streams there are.
 */
@NullMarked
package dev.foldline.embedded.projections;

import org.jspecify.annotations.NullMarked;
