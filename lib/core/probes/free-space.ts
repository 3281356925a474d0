import type { Catalog } from "../catalog/catalog.js";
import { CatalogIndex } from "../catalog/lookup.js";
import { effectsOf, operationsOfText } from "../operations/index.js";
import { literal, qualified } from "../sql/quote.js";
import type { Statement } from "../sql/statement.js";
import type { ProbeQuery } from "./probe.js";
import { withCalls } from "./support/with-calls.js";

/**
 * Whether a rewrite fits on the disk. PostgreSQL does not tell its free space in SQL, so whoever knows it says so.
 *
 * `freeBytes` is the space that is free where the tenants' databases are.
 */
export function probeFreeSpace(
  statements: readonly Statement[],
  before: Catalog,
  freeBytes: number,
): readonly ProbeQuery[] {
  const index = new CatalogIndex(before);
  return statements.flatMap((statement) => {
    const rewritten = operationsOfText(statement).flatMap((operation) => effectsOf(operation, index).rewrites);
    const tables = [
      ...new Set(rewritten.filter((table) => index.table(table)).map((table) => qualified(table.schema, table.name))),
    ];
    return tables.length === 0 ? [] : [probeOf(statement, tables, freeBytes)];
  });
}

/** A rewrite writes the table and its indexes anew before the old ones go (manual, ALTER TABLE, Notes). */
function probeOf(statement: Statement, tables: readonly string[], freeBytes: number): ProbeQuery {
  const names = `unnest(ARRAY[${tables.map(literal).join(", ")}]) AS rewritten(name)`;
  const body = `FROM ${names} WHERE (SELECT sum(pg_total_relation_size(to_regclass(each))) FROM unnest(ARRAY[${tables.map(literal).join(", ")}]) AS every(each)) > ${Math.floor(freeBytes)}`;
  return withCalls({
    code: "probe.free-space",
    subject: { kind: "statement", name: `${statement.source.file}:${statement.source.line}` },
    statement,
    meaning: `tables whose rewrite needs more than the ${Math.floor(freeBytes)} bytes that are free`,
    count: `SELECT count(*) AS count ${body}`,
    sample: `SELECT name || ' has ' || pg_size_pretty(pg_total_relation_size(to_regclass(name))) AS key ${body} ORDER BY name LIMIT 5`,
    repair: null,
    reads: [],
    doubt: null,
  });
}
