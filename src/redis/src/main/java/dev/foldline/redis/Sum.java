package dev.foldline.redis;

/** What is added up for a member of a ranking, from all partitions. */
record Sum(String view, String member) {

  /** The sum that is called so. */
  static Sum named(String name) {
    int colon = name.indexOf(':');
    int member = colon + 1 + Integer.parseInt(name, 0, colon, 10);
    return new Sum(name.substring(colon + 1, member), name.substring(member));
  }

  /** What it is called in Redis; no two are called the same. */
  String name() {
    return Entries.under(view) + member;
  }
}
