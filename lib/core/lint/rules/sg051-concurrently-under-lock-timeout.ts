import { concurrently } from "../../postgres/concurrently.js";
import { literal } from "../../sql/quote.js";
import { as, listItems, strings } from "../../sql/tree.js";
import type { Known } from "../known/known.js";
import type { LintStatement } from "../lint-statement.js";
import { ALL_VERSIONS, type Rule } from "./rule.js";
import { mayBeSplit } from "./support/fixable.js";
import { timeSetting } from "./support/settings.js";

/** Ordinary queries sometimes run longer than that; only reports and dumps run longer than five seconds. */
const SHORT = 5_000;
/** Longer than a report runs. */
const LONG_ENOUGH = 30 * 60_000;

export const concurrentlyUnderLockTimeout: Rule = {
  id: "SG051",
  slug: "concurrently-under-lock-timeout",
  title: "CONCURRENTLY under a short lock_timeout",
  condition:
    "CREATE INDEX, DROP INDEX, REINDEX or DETACH PARTITION … CONCURRENTLY while the file has set a lock_timeout below 30 minutes. A note from five seconds on, and when the file drops the index first, so that it can be run again.",
  effect:
    "It waits, as for a lock, for every transaction that is older than itself, on any table: one report that runs longer than lock_timeout kills it. What it leaves is an INVALID index, which costs writes and serves nobody.",
  workaround: "SET lock_timeout = 0 for this statement. It holds no lock that blocks reads or writes while it waits.",
  lock: "ShareUpdateExclusiveLock",
  work: "build",
  versions: ALL_VERSIONS,
  severity: "warning",
  sized: false,
  nodes: ["IndexStmt", "DropStmt", "ReindexStmt", "AT_DetachPartition"],
  *check(statement, known) {
    const what = concurrently(statement);
    if (!what) return;
    const setting = timeSetting("lock_timeout", statement, known);
    if (!setting?.milliseconds || setting.milliseconds >= LONG_ENOUGH) return;
    const isCreate = what.verb.startsWith("CREATE");
    const repeatable = what.verb.startsWith("DROP") || (isCreate && dropsFirst(statement, known, what.name));
    const restore = `SET lock_timeout = ${literal(setting.text).trim()}`;
    yield {
      statement,
      subject: { kind: "index", name: what.name },
      ...(repeatable || setting.milliseconds >= SHORT ? { severity: "note" as const } : {}),
      message: `${what.verb} waits for every older transaction of the database, and lock_timeout = ${setting.text} (line ${setting.statement.source.line}) kills it at the first that runs longer.${isCreate ? ` ${what.name} is then left INVALID.` : ""}`,
      remedy: {
        text: "Lift lock_timeout for this statement; while it waits it blocks neither reads nor writes.",
        sql: `SET lock_timeout = 0;\n${statement.sql};\n${restore};`,
      },
      ...(mayBeSplit(statement) ? { fix: ["SET lock_timeout = 0", statement.sql, restore] } : {}),
    };
  },
};

function dropsFirst(statement: LintStatement, known: Known, name: string): boolean {
  return known.before(statement, "DropStmt").some((other) => {
    const drop = as(other.node, "DropStmt");
    const names = (drop?.objects ?? []).map((object) => strings(listItems(object)).at(-1));
    return drop?.removeType === "OBJECT_INDEX" && drop.missing_ok === true && names.includes(name);
  });
}
