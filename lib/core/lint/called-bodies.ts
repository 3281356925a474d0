import type { Catalog } from "../catalog/catalog.js";
import type { FunctionBodies } from "../operations/called.js";
import type { LintScript } from "./lint-statement.js";

/**
 * The functions of the catalog, for what a release's calls of them run, and of its own; null if no statement has a word of
 * the name of one: loading what reads bodies takes a while.
 */
export async function calledBodies(
  scripts: readonly LintScript[],
  catalog: Catalog | undefined,
): Promise<FunctionBodies | null> {
  const functions = (catalog?.objects ?? []).filter(({ kind }) => kind === "function");
  const texts = scripts.flatMap(({ statements, history }) =>
    statements.map(({ sql }) => ({ sql, judged: history !== true })),
  );
  const names = new Set(
    [...functions.map(({ id }) => id.name), ...texts.flatMap(({ sql }) => named(sql))].flatMap(wordsOf),
  );
  if (names.size === 0) return null;
  const calls = texts.some(
    ({ sql, judged }) => judged && !CALLS_NOTHING.test(sql) && wordsOf(sql).some((word) => names.has(word)),
  );
  if (!calls) return null;
  const { FunctionBodies } = await import("../operations/called.js");
  return catalog ? FunctionBodies.of(functions.map(({ definition }) => definition)) : FunctionBodies.ofRelease();
}

const CALLS_NOTHING =
  /^(?:create\s+(?:or\s+replace\s+)?(?:function|procedure|(?:constraint\s+|event\s+)?trigger)|drop|comment|grant|revoke|alter\s+(?:function|procedure|routine|trigger))\b/i;

/** What precedes the parameters of the functions that it makes: their names, however they are written. */
function named(sql: string): readonly string[] {
  if (!/\bcreate\b/i.test(sql)) return [];
  return [...sql.matchAll(/\b(?:function|procedure)\b([^(]*)\(/gi)].map(([, name = ""]) => name);
}

function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}_$]+/gu) ?? [];
}
