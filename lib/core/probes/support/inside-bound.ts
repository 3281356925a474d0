import type { TableRef } from "../../catalog/lookup.js";
import { deparse } from "../../sql/deparse.js";
import { isParsed, parseSql } from "../../sql/parse.js";
import { literal, qualified } from "../../sql/quote.js";

/** Thrown for a partition bound or key that is not understood. The message is a full sentence without the final full stop. */
export class NotABound extends Error {}

/**
 * The condition of a partition's bound over its parent's key columns, as the server checks it.
 *
 * `key` is `RANGE (a, b)` as `pg_get_partkeydef` prints it, `bound` is `FOR VALUES …`.
 */
export function insideBound(parent: TableRef, key: string, bound: string): string {
  const [, strategy, inner = ""] = /^(RANGE|LIST|HASH) \((.*)\)$/s.exec(key) ?? [];
  const parts = expressionsOf(inner.replaceAll(/\s+"?[a-z_]+_ops"?(?=,|$)/g, ""));
  if (strategy === "LIST") return inList(parts, bound);
  if (strategy === "HASH") return inHash(parent, parts, bound);
  if (strategy === "RANGE") return inRange(parts, bound);
  throw new NotABound(`The partition key ${key || "of a table that the release makes"} is not understood`);
}

function inList([column = ""]: readonly string[], bound: string): string {
  const inner = /^FOR VALUES IN \((.*)\)$/is.exec(bound)?.[1];
  if (inner === undefined) throw notUnderstood(bound);
  const values = expressionsOf(inner);
  const plain = values.filter((value) => !/^NULL(::.*)?$/i.test(value));
  const conditions = [
    ...(plain.length > 0 ? [`(${column}) IN (${plain.join(", ")})`] : []),
    ...(plain.length < values.length ? [`(${column}) IS NULL`] : []),
  ];
  return `(${conditions.join(" OR ")})`;
}

function inHash(parent: TableRef, columns: readonly string[], bound: string): string {
  const [, modulus, remainder] = /^FOR VALUES WITH \(modulus (\d+), remainder (\d+)\)$/is.exec(bound) ?? [];
  if (modulus === undefined || remainder === undefined) throw notUnderstood(bound);
  const table = `${literal(qualified(parent.schema, parent.name))}::regclass`;
  return `pg_catalog.satisfies_hash_partition(${table}, ${modulus}, ${remainder}, ${columns.join(", ")})`;
}

function inRange(columns: readonly string[], bound: string): string {
  const [, from, to] = /^FOR VALUES FROM \((.*)\) TO \((.*)\)$/is.exec(bound) ?? [];
  if (from === undefined || to === undefined) throw notUnderstood(bound);
  const present = columns.map((column) => `(${column}) IS NOT NULL`);
  const low = edge(columns, expressionsOf(from), { minimum: ">=", maximum: ">" });
  const high = edge(columns, expressionsOf(to), { minimum: "<", maximum: "<=" });
  return `(${[...present, ...(low ?? []), ...(high ?? [])].join(" AND ")})`;
}

/** One end of a range. After MINVALUE or MAXVALUE only the columns before it decide, exclusive or not. */
function edge(
  columns: readonly string[],
  values: readonly string[],
  operators: { readonly minimum: string; readonly maximum: string },
): readonly string[] {
  const open = values.findIndex((value) => /^"?(minvalue|maxvalue)"?$/i.test(value));
  const length = open < 0 ? columns.length : open;
  const ends = /max/i.test(values[open] ?? "");
  if (length === 0) return [];
  const operator = open >= 0 && ends ? operators.maximum : operators.minimum;
  const row = (list: readonly string[]) => `ROW(${list.slice(0, length).join(", ")})`;
  const left = columns.slice(0, length).map((column) => `(${column})`);
  return [`${row(left)} ${operator} ${row(values)}`];
}

/** The parts of a list, as SQL. */
function expressionsOf(list: string): readonly string[] {
  const [statement] = parseSql(`SELECT ${list}`, "bound").statements;
  if (!statement || !isParsed(statement) || !("SelectStmt" in statement.node)) throw notUnderstood(list);
  return (statement.node.SelectStmt.targetList ?? []).map((node) => {
    if (!("ResTarget" in node) || !node.ResTarget.val) throw notUnderstood(list);
    return deparse(node.ResTarget.val);
  });
}

function notUnderstood(text: string): NotABound {
  return new NotABound(`The partition bound ${text} is not understood`);
}
