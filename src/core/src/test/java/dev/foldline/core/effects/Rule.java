package dev.foldline.core.effects;

/** What an effect's taking place exactly once rests on, each to be broken on purpose. */
enum Rule {
  NONE_IS_BROKEN,
  /** 1: broken, a refusal is told and not marked. */
  A_REFUSAL_IS_MARKED,
  /** 1: broken, that there was nothing to do is told and not marked. */
  NOTHING_TO_DO_IS_MARKED,
  /** 1: broken, a mark is appended at any revision. */
  A_MARK_STANDS_WHERE_IT_WAS_DECIDED,
  /** 2: broken, two reactions to one event have one key. */
  THE_KEY_HOLDS_THE_REACTION,
  /** 2: broken, two events of two streams have one key. */
  THE_KEY_HOLDS_THE_EVENT,
  /** 2: broken, what is done and what failed are told under two keys. */
  THERE_IS_ONE_KEY_OF_THE_ANSWER,
  /** 3: broken, ids are made of key and index alone. */
  EVENT_IDS_HOLD_WHAT_IS_APPENDED,
  /** 4: broken, a reaction is given the latest state. */
  A_REACTION_KNOWS_THE_EVENT_ALONE,
  /** 5: broken, what is forgotten counts as if it never was. */
  THE_MEMORY_SAYS_WHAT_IT_FORGOT,
  /** 5: broken, the events of others use the memory up, as it was with callers' keys. */
  THE_MEMORY_IS_OF_EFFECTS_ALONE,
  /** 5: broken, what was read back counts for all that came after it. */
  THE_CHECK_IS_MADE_AFTER_EACH_CONFLICT,
  /** 6: broken, it is the position of a link that is made on redelivery. */
  THE_POSITION_IS_THAT_OF_THE_CAUSE,
  /** 7: broken, a stream that is deleted counts as one that never was. */
  DELETED_IS_NOT_NEVER_WAS,
  /** 7: broken, what is gone counts as read. */
  WHAT_IS_GONE_MAY_HAVE_HELD_IT,
  /** 7: broken, it is not looked for in what is left of a stream that can't be folded. */
  WHAT_IS_LEFT_MAY_HOLD_IT,
  /** 7: broken, it is parked though it was told. */
  WHAT_WAS_TOLD_IS_NOT_PARKED,
  /** 8: broken, what is told is what the command would come to by now. */
  WHAT_STANDS_IS_TOLD,
  /** 9: broken, a deadline ends the step without a mark. */
  ONLY_AN_ANSWER_ENDS_A_STEP,
  /** 10: broken, it is acknowledged and then told. */
  IT_IS_ACKNOWLEDGED_AFTER_THE_ANSWER,
  /** 13: broken, a release has another name for the reaction. */
  NAMES_STAY
}
