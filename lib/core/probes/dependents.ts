import { humanName } from "../catalog/names.js";
import { type Operation, operationsOfText } from "../operations/index.js";
import { homeSchema } from "../operations/resolve.js";
import { literal, qualified } from "../sql/quote.js";
import type { Moment, Probe } from "./probe.js";

/** Views, foreign keys, functions and columns that need what is dropped without CASCADE, so that the server refuses. */
export const dependents: Probe = {
  code: "probe.dependents",
  derive(operation, { before }) {
    const dropped = droppedBy(operation, before);
    if (!dropped) return [];
    const found = needing(dropped, goneBy(operation, before));
    return [
      {
        code: dependents.code,
        subject: { kind: dropped.kind, name: dropped.name },
        statement: operation.statement,
        meaning: `objects that need ${dropped.name}`,
        count: `SELECT count(*) AS count FROM (${found}) AS needing`,
        sample: `SELECT key FROM (${found}) AS needing ORDER BY key LIMIT 5`,
        repair: null,
        reads: [],
        doubt: null,
      },
    ];
  },
};

interface Dropped {
  readonly kind: string;
  /** For a person. */
  readonly name: string;
  /** SQL: the catalog that holds it, its object id, and the column's number or null. */
  readonly catalog: string;
  readonly object: string;
  readonly column: string | null;
}

function droppedBy(operation: Operation, before: Moment["before"]): Dropped | null {
  if (operation.kind === "drop-table" || operation.kind === "drop-column") {
    const origin = before.table(operation.table)?.origin;
    if (!origin || operation.cascade) return null;
    const table = humanName(origin);
    const object = `to_regclass(${literal(qualified(origin.schema, origin.name))})`;
    if (operation.kind === "drop-table")
      return { kind: "table", name: table, catalog: "pg_class", object, column: null };
    const { column } = operation;
    return { kind: "column", name: `${table}.${column}`, catalog: "pg_class", object, column };
  }
  if (operation.kind !== "drop-object" || operation.cascade) return null;
  const reg = REGISTRIES[operation.objectKind];
  if (!reg) return null;
  const schema = operation.name.schema ?? homeSchema(before.catalog);
  const sql = qualified(schema, operation.name.name);
  const call = operation.signature === null ? sql : `${sql}(${operation.signature})`;
  const text = reg.lookup === "to_regprocedure" ? call : sql;
  const lookup = reg.lookup === "to_regprocedure" && operation.signature === null ? "to_regproc" : reg.lookup;
  const name = humanName({ schema, name: operation.name.name });
  return {
    kind: operation.objectKind,
    name,
    catalog: reg.catalog,
    object: `${lookup}(${literal(text)})`,
    column: null,
  };
}

const REGISTRIES: Readonly<Partial<Record<string, { readonly catalog: string; readonly lookup: string }>>> = {
  view: { catalog: "pg_class", lookup: "to_regclass" },
  "materialized view": { catalog: "pg_class", lookup: "to_regclass" },
  sequence: { catalog: "pg_class", lookup: "to_regclass" },
  type: { catalog: "pg_type", lookup: "to_regtype" },
  domain: { catalog: "pg_type", lookup: "to_regtype" },
  function: { catalog: "pg_proc", lookup: "to_regprocedure" },
  procedure: { catalog: "pg_proc", lookup: "to_regprocedure" },
};

/** What the release has dropped before, and what the same statement drops with it. */
function goneBy(operation: Operation, before: Moment["before"]): readonly string[] {
  const together = operationsOfText(operation.statement).flatMap((each) => {
    if (each.kind === "drop-table") {
      const origin = before.table(each.table)?.origin;
      return origin ? [qualified(origin.schema, origin.name)] : [];
    }
    if (each.kind !== "drop-object") return [];
    return [qualified(each.name.schema ?? homeSchema(before.catalog), each.name.name)];
  });
  return [...new Set([...before.gone, ...together])];
}

/** Normal dependencies on the object (manual, pg_depend), by the relation or object that would be left without it. */
function needing({ catalog, object, column }: Dropped, gone: readonly string[]): string {
  const part =
    column === null
      ? ""
      : ` AND d.refobjsubid = (SELECT attnum FROM pg_attribute WHERE attrelid = d.refobjid AND attname = ${literal(column)})`;
  const relation = `coalesce(r.ev_class, k.conrelid, f.adrelid, CASE WHEN d.classid = 'pg_class'::regclass THEN d.objid END)`;
  const absent =
    gone.length === 0
      ? ""
      : ` AND (owner IS NULL OR owner <> ALL (array_remove(ARRAY[${gone.map((name) => `to_regclass(${literal(name)})::oid`).join(", ")}], NULL)))`;
  return `SELECT DISTINCT key FROM (SELECT CASE WHEN r.ev_class IS NOT NULL THEN pg_describe_object('pg_class'::regclass, r.ev_class, 0)
    ELSE pg_describe_object(d.classid, d.objid, d.objsubid) END AS key, ${relation} AS owner, d.refobjid, d.refclassid
  FROM pg_catalog.pg_depend AS d
    LEFT JOIN pg_catalog.pg_rewrite AS r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
    LEFT JOIN pg_catalog.pg_constraint AS k ON d.classid = 'pg_constraint'::regclass AND k.oid = d.objid
    LEFT JOIN pg_catalog.pg_attrdef AS f ON d.classid = 'pg_attrdef'::regclass AND f.oid = d.objid
  WHERE d.refclassid = '${catalog}'::regclass AND d.refobjid = ${object} AND d.deptype = 'n'${part}) AS found
  WHERE (owner IS NULL OR refclassid <> 'pg_class'::regclass OR owner <> refobjid)${absent}`;
}
