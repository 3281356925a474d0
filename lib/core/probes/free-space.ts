import type { Catalog } from "../catalog/catalog.js";
import { CatalogIndex } from "../catalog/lookup.js";
import { effectsOf, operationsOfText } from "../operations/index.js";
import { sizeText } from "../size.js";
import { literal, qualified } from "../sql/quote.js";
import type { Statement } from "../sql/statement.js";
import type { ProbeQuery } from "./probe.js";
import { withCalls } from "./support/with-calls.js";

/** Space that a tenant's rewrites may use. SQL cannot ask PostgreSQL for its free space: somebody who knows it has to say. */
export interface Room {
  readonly bytes: number;
  /** False when it is only the assumption for every host: what needs more is unknown, not known to fail. */
  readonly known: boolean;
}

/** Whether the rewrites of one migration fit on the disk. Old files are only removed at the end of the transaction, so the sizes are added up. */
export function probeFreeSpace(statements: readonly Statement[], before: Catalog, room: Room): readonly ProbeQuery[] {
  const index = new CatalogIndex(before);
  const rewriting = statements.map((statement) => ({
    statement,
    tables: operationsOfText(statement)
      .flatMap((operation) => effectsOf(operation, index).rewrites)
      .filter((table) => index.table(table))
      .map((table) => qualified(table.schema, table.name)),
  }));
  const first = rewriting.find(({ tables }) => tables.length > 0);
  if (!first) return [];
  const tables = rewriting.flatMap((each) => each.tables);
  return [probeOf(first.statement, tables, room)];
}

/** A rewrite writes a new table and its indexes before the old ones go (manual, ALTER TABLE, Notes). */
function probeOf(statement: Statement, tables: readonly string[], { bytes, known }: Room): ProbeQuery {
  const size = (name: string) => `pg_total_relation_size(to_regclass(${name}))`;
  const list = `unnest(ARRAY[${tables.map(literal).join(", ")}])`;
  const body = `FROM (SELECT DISTINCT name FROM ${list} AS listed(name)) AS rewritten WHERE (SELECT sum(${size("each")}) FROM ${list} AS every(each)) > ${Math.floor(bytes)}`;
  return withCalls({
    code: "probe.free-space",
    subject: { kind: "statement", name: `${statement.source.file}:${statement.source.line}` },
    statement,
    meaning: known
      ? `tables whose rewrites together need more than the ${sizeText(bytes)} that are free for one tenant`
      : `tables whose rewrites together need more than ${sizeText(bytes)}, which every host is taken to have free`,
    count: `SELECT count(*) AS count ${body}`,
    sample: `SELECT name || ' has ' || pg_size_pretty(${size("name")}) AS key ${body} ORDER BY name LIMIT 5`,
    repair: null,
    reads: [],
    uncertainty: null,
    ...(known ? {} : { suspicion: "How much is free there is not known; say so under probes.freeSpace in the config" }),
  });
}
