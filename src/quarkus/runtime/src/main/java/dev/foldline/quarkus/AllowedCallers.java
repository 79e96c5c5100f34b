package dev.foldline.quarkus;

import io.quarkus.runtime.LaunchMode;

/** Who may call functions. */
public enum AllowedCallers {
  /** Who does not say who they are, too. */
  ANYONE,
  /** Those whose credentials say who they are. */
  KNOWN;

  /** As it is said, or else only those that are known where the application is in production. */
  public static AllowedCallers of(FoldlineConfig config, LaunchMode mode) {
    return config.callers().orElse(mode == LaunchMode.NORMAL ? KNOWN : ANYONE);
  }
}
