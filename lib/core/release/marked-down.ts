import type { ScriptSource } from "../migration/convention.js";
import { splitSql } from "../sql/split.js";

export interface MarkedDown {
  /** The comment, on one line. */
  readonly mark: string;
  /** 1-based, in the file. */
  readonly line: number;
}

/**
 * The comment at which another tool would begin the way back (sql-migrate, rambler, tern, MyBatis, Play, shmig and the like), if statements follow
 * it: a framework that does not know the mark runs them with the way up. Null when there is none.
 */
export function markedDown({ file, start = 0, end = file.text.length }: ScriptSource): MarkedDown | null {
  const text = file.text.slice(start, end);
  if (!/down|undo|roll ?back|revert|drop below/i.test(text)) return null;
  const { pieces, comments } = splitSql(text);
  const last = pieces.at(-1);
  for (const { start: at, end: behind } of comments) {
    const mark = text.slice(at, behind).trim();
    const within = pieces.some((piece) => piece.start < at && at < piece.end);
    const alone = /(?:^|\n)[^\S\n]*$/.test(text.slice(0, at));
    if (!within && alone && last && last.start >= behind && MARK.test(mark))
      return { mark, line: file.text.slice(0, start + at).split("\n").length };
  }
  return null;
}

/** Dashes and signs around one word for the way back, with a tool's name before it or a word for a section after it. */
const SIGNS = String.raw`[\s\-=+!@#/:*<>[\](){}.~_]*`;
const TOOL = "(?:\\+?(?:migrate|micrate|rambler|goose|dbmate|sql-migrate|shmig|migration)\\b)?";
const PART = "(?:migrations?|scripts?|sections?|part|steps?|sql|begin|starts?)?";
const MARK = new RegExp(
  `^(?:${SIGNS}${TOOL}${SIGNS}(?:downs?|undos?|rollbacks?|roll back|reverts?)${SIGNS}${PART}${SIGNS}|${SIGNS}create above${SIGNS}drop below${SIGNS})$`,
  "i",
);
