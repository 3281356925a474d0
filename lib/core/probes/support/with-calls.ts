import { namesUsed } from "../../operations/names-used.js";
import { functionsCalled } from "../../operations/read/tables-read.js";
import { isParsed, parseSql } from "../../sql/parse.js";
import type { ProbeDraft, ProbeQuery } from "../probe.js";
import { UNASKED } from "./unknowable.js";

/**
 * A probe with the names that its queries use, read from the queries themselves. `changed`: functions, types and the like that the release
 * has made or changed by then. A query that names one is not asked: the server does not have it yet, or has another.
 */
export function withCalls(draft: ProbeDraft, changed: ReadonlySet<string> = NOTHING): ProbeQuery {
  const query = read(draft);
  const named = namedIn(query).find((name) => changed.has(name));
  if (named === undefined) return query;
  const reason = `It uses ${named}, which the release itself makes or changes before it`;
  return read({ ...draft, ...UNASKED, reads: [], uncertainty: draft.uncertainty ?? reason });
}

const NOTHING: ReadonlySet<string> = new Set();

function namedIn({ names }: ReturnType<typeof read>): readonly string[] {
  const { functions, placedFunctions, operators, placedOperators, types, collations } = names;
  const own = [...operators, ...placedOperators].filter((name) => !COMMON.has(name));
  return [...functions, ...placedFunctions, ...types, ...collations, ...own];
}

/** One more of these, for a type of the release's own, says nothing of the others. */
const COMMON: ReadonlySet<string> = new Set([
  "=",
  "<>",
  "!=",
  "<",
  ">",
  "<=",
  ">=",
  "+",
  "-",
  "*",
  "/",
  "||",
  "&&",
  "@>",
]);

function read(draft: ProbeDraft) {
  const trees = [draft.count, draft.sample ?? []]
    .flat()
    .flatMap((sql) => parseSql(sql, "probe").statements.flatMap((each) => (isParsed(each) ? [each.node] : [])));
  const calls = trees.flatMap(functionsCalled);
  const wanted = namesUsed(treeOf(draft));
  return {
    ...draft,
    calls: [...new Set(calls)].sort(),
    names: { ...namesUsed(trees), wanted },
  };
}

function treeOf({ statement }: ProbeDraft): unknown {
  return parseSql(statement.sql, "release").statements.flatMap((each) => (isParsed(each) ? [each.node] : []));
}
