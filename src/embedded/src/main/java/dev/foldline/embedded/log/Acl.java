package dev.foldline.embedded.log;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A stream's access list: who may do what, by user or group name; null where a key is not set. */
public record Acl(
    @Nullable List<String> read,
    @Nullable List<String> write,
    @Nullable List<String> delete,
    @Nullable List<String> metaRead,
    @Nullable List<String> metaWrite) {
  public static final Acl NONE = new Acl(null, null, null, null, null);
}
