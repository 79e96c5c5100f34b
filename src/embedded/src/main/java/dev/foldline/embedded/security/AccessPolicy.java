package dev.foldline.embedded.security;

import java.util.concurrent.CompletableFuture;

/** Asked before a call touches a stream. Futures fail with the error that the caller is told. */
public interface AccessPolicy {
  /** Lets everyone do everything: a server without users. */
  AccessPolicy OPEN = new AccessPolicy() {};

  CompletableFuture<Void> GRANTED = CompletableFuture.completedFuture(null);

  /** Reading of a stream or {@code $all}, subscriptions and groups included. */
  default CompletableFuture<Void> mayRead(String stream) {
    return GRANTED;
  }

  default CompletableFuture<Void> mayWrite(String stream) {
    return GRANTED;
  }

  /** Deletion of a stream, for now or for good. */
  default CompletableFuture<Void> mayDelete(String stream) {
    return GRANTED;
  }

  /** Asking about persistent subscriptions. */
  default CompletableFuture<Void> maySeeGroups() {
    return GRANTED;
  }

  /** Making, changing, deleting, replaying and restarting persistent subscriptions. */
  default CompletableFuture<Void> mayManageGroups() {
    return GRANTED;
  }
}
