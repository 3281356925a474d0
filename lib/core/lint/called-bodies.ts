import type { Catalog } from "../catalog/catalog.js";
import type { FunctionBodies } from "../operations/called.js";
import type { LintScript } from "./lint-statement.js";

/**
 * The functions of the catalog, for what a release's calls of them run, and of its own; null if none of its statements names one: loading what reads
 * bodies takes a while.
 */
export async function calledBodies(
  scripts: readonly LintScript[],
  catalog: Catalog | undefined,
): Promise<FunctionBodies | null> {
  const functions = (catalog?.objects ?? []).filter(({ kind }) => kind === "function");
  const texts = scripts.flatMap(({ statements, history }) =>
    statements.map(({ sql }) => ({ sql, judged: history !== true })),
  );
  const names = new Set([
    ...functions.map(({ id }) => id.name.toLowerCase()),
    ...texts.flatMap(({ sql }) => MAKES.exec(sql)?.[1]?.toLowerCase() ?? []),
  ]);
  if (names.size === 0) return null;
  const calls = texts.some(
    ({ sql, judged }) => judged && !CALLS_NOTHING.test(sql) && wordsBefore(sql).some((word) => names.has(word)),
  );
  if (!calls) return null;
  const { FunctionBodies } = await import("../operations/called.js");
  return catalog ? FunctionBodies.of(functions.map(({ definition }) => definition)) : FunctionBodies.ofRelease();
}

/** The last part of the name that it makes. */
const MAKES = /\bcreate\s+(?:or\s+replace\s+)?(?:function|procedure)\s+(?:[^\s(]*\.)?"?([^\s."(]+)"?\s*\(/i;
const CALLS_NOTHING =
  /^(?:create\s+(?:or\s+replace\s+)?(?:function|procedure|(?:constraint\s+|event\s+)?trigger)|drop|comment|grant|revoke|alter\s+(?:function|procedure|routine|trigger))\b/i;

/** The words that a parenthesis follows, in lower case. */
function wordsBefore(sql: string): readonly string[] {
  return [...sql.matchAll(/([^\s."(),;=<>+*/-]+)"?\s*\(/g)].map(([, word = ""]) => word.toLowerCase());
}
