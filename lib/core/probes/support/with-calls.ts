import { functionsCalled } from "../../operations/read/tables-read.js";
import { isParsed, parseSql } from "../../sql/parse.js";
import type { ProbeDraft, ProbeQuery } from "../probe.js";

/** A probe with the functions that its queries call, read from the queries themselves. */
export function withCalls(draft: ProbeDraft): ProbeQuery {
  const parsed = [draft.count, draft.sample ?? []].flat().flatMap((sql) => parseSql(sql, "probe").statements);
  const calls = parsed.flatMap((statement) => (isParsed(statement) ? functionsCalled(statement.node) : []));
  return { ...draft, calls: [...new Set(calls)].sort() };
}
