import { resolveTable } from "../operations/resolve.js";
import { literal } from "../sql/quote.js";
import type { Probe } from "./probe.js";
import { humanTable, sqlTable } from "./rows-sql.js";

const CODE = "probe.dependents";

/** Views and rules that read what is dropped without CASCADE, so that PostgreSQL would refuse. */
export const dependents: Probe = {
  code: CODE,
  derive(operation, { before: { catalog: before } }) {
    if (operation.kind !== "drop-column" && operation.kind !== "drop-table") return [];
    const table = resolveTable(operation.table, before);
    if (operation.cascade || !before.table(table)) return [];
    const column = operation.kind === "drop-column" ? operation.column : null;
    const part =
      column === null
        ? ""
        : `AND d.refobjsubid = (SELECT attnum FROM pg_attribute WHERE attrelid = d.refobjid AND attname = ${literal(column)})`;
    const rows = `FROM (SELECT DISTINCT r.ev_class::regclass::text AS name FROM pg_depend d
      JOIN pg_rewrite r ON r.oid = d.objid AND d.classid = 'pg_rewrite'::regclass
      WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = to_regclass(${literal(sqlTable(table))})
      AND r.ev_class <> d.refobjid ${part}) t`;
    const name = column === null ? humanTable(table) : `${humanTable(table)}.${column}`;
    return [
      {
        code: CODE,
        statement: operation.statement,
        subject: { kind: column === null ? "table" : "column", name },
        meaning: `views that read ${name}`,
        count: `SELECT count(*) AS count ${rows}`,
        sample: `SELECT t.name AS key ${rows} LIMIT 5`,
        repair: null,
        reads: [],
        doubt: null,
      },
    ];
  },
};
