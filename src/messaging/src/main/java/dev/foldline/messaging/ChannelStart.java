package dev.foldline.messaging;

import io.smallrye.mutiny.Uni;

/** When incoming channels begin to take events: at once, unless a bean of this type says later. */
@FunctionalInterface
public interface ChannelStart {

  ChannelStart AT_ONCE = () -> Uni.createFrom().voidItem();

  /** Completes when it is time, and so it is if it fails. */
  Uni<Void> time();
}
