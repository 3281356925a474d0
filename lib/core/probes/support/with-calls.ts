import { namesUsed } from "../../operations/names-used.js";
import { functionsCalled } from "../../operations/read/tables-read.js";
import { isParsed, parseSql } from "../../sql/parse.js";
import type { ProbeDraft, ProbeQuery } from "../probe.js";
import { type ChangedCode, COMMON_OPERATORS, lastPart, textName } from "./changed-code.js";
import { UNASKED } from "./unknown-probe.js";

/**
 * A probe with the names that its queries use, read from the queries themselves. `changed`: functions, types and the like that the release has
 * created or changed by then. A query that names one is not asked: the server does not have it yet, or has a different one.
 */
export function withCalls(draft: ProbeDraft, changed: Changed = NOTHING): ProbeQuery {
  const query = read(draft);
  const reason = unaskable(query, changed);
  return reason === null ? query : read({ ...draft, ...UNASKED, reads: [], uncertainty: draft.uncertainty ?? reason });
}

function unaskable(query: ReturnType<typeof read>, changed: Changed): string | null {
  const named = namedIn(query).find((name) => changed.has(name));
  if (named !== undefined) return `It uses ${named}, which the release itself makes or changes before it`;
  const { tables, wanted } = query.names;
  const table = tables.find((each) => changed.isElsewhere(lastPart(each)) && !wanted.tables.includes(each));
  if (table !== undefined)
    return `The release sets another search_path before it, along which ${lastPart(table)} may be a table of another schema`;
  const { setting } = changed;
  if (setting !== null && CONVERTS.has(query.code))
    return `The release sets ${setting} before it, by which values are read`;
  return null;
}

/** Probes that convert values, or compute with them. */
const CONVERTS: ReadonlySet<string> = new Set(["probe.type-change", "probe.check", "probe.domain"]);

type Changed = Pick<ChangedCode, "has" | "isElsewhere" | "setting">;

const NOTHING: Changed = { has: () => false, isElsewhere: () => false, setting: null };

function namedIn({ names }: ReturnType<typeof read>): readonly string[] {
  const { functions, placedFunctions, operators, placedOperators, types, collations, texts } = names;
  const own = [...operators, ...placedOperators].filter((name) => !COMMON_OPERATORS.has(name));
  return [...functions, ...placedFunctions, ...types, ...collations, ...own, ...texts.map(textName)];
}

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
