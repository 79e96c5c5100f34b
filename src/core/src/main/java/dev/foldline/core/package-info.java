/** The vocabulary of Foldline in plain Java: deciders, events, receipts and projections. */
@NullMarked
package dev.foldline.core;

import org.jspecify.annotations.NullMarked;
