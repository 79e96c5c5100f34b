/** Tests of the embedded store over its wire, one per clause of the contract. */
@NullMarked
package dev.foldline.embedded;

import org.jspecify.annotations.NullMarked;
