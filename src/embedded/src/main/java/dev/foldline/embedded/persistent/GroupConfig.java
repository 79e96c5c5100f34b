package dev.foldline.embedded.persistent;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * All that is known of a group besides its checkpoint and its parked events.
 *
 * @param filter null for a group that takes every event of its source
 */
record GroupConfig(
    GroupKey key, @Nullable FilterConfig filter, Start start, GroupSettings settings) {

  GroupConfig {
    Objects.requireNonNull(key);
    Objects.requireNonNull(start);
    Objects.requireNonNull(settings);
  }

  GroupConfig startingAfter(long position) {
    return new GroupConfig(key, filter, start.after(position), settings);
  }
}
