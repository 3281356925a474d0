import { namesUsed } from "../../operations/names-used.js";
import { functionsCalled } from "../../operations/read/tables-read.js";
import { isParsed, parseSql } from "../../sql/parse.js";
import type { ProbeDraft, ProbeQuery } from "../probe.js";

/** A probe with the names that its queries use, read from the queries themselves. */
export function withCalls(draft: ProbeDraft): ProbeQuery {
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
