@NullMarked
package dev.foldline.oidc;

import org.jspecify.annotations.NullMarked;
