package dev.foldline.readmodels;

import dev.foldline.redis.Builds;

/**
 * What was built in a while.
 *
 * @param complete whether queries read the build by now; else it is to be gone on with
 * @param progress how far the build is
 */
public record Slice(boolean complete, Builds.Progress progress) {}
