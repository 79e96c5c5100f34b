/** Who may do what: users, and the access lists of streams. */
@NullMarked
package dev.foldline.embedded.security;

import org.jspecify.annotations.NullMarked;
