import type { Node } from "libpg-query";
import { deparse } from "../sql/deparse.js";
import { treeAlone } from "../sql/parse.js";
import { as } from "../sql/tree.js";
import { NotCuttable } from "./refusal.js";
import type { Shape } from "./statement-shape.js";

/** The statement as text around the places where a batch inserts its own. */
export interface StatementTexts {
  /** Before the batch's condition, between it and what is returned, and after that. */
  readonly around: readonly [string, string, string];
  /** The condition; null when there is none. */
  readonly where: string | null;
  /** The written table as the statement names it, with its alias. */
  readonly written: string;
  /** What an UPDATE or DELETE joins; null when nothing. */
  readonly from: string | null;
  /** An INSERT's query; null for the others. */
  readonly select: string | null;
}

const WINDOW = "$window";
const RETURNING = "$returning";

/** Throws `NotCuttable` if the text would not parse back to the same statement. */
export function textsOf(node: Node, shape: Shape): StatementTexts {
  const marked = withMarks(structuredClone(node));
  const text = deparse(marked);
  const parsed = treeAlone(text);
  if (!parsed || !sameTree(parsed, marked)) throw notRendered();
  const [head, rest, ...more] = text.split(`"${WINDOW}"`);
  const [middle, tail, ...others] = (rest ?? "").split(`"${RETURNING}"`);
  if (head === undefined || middle === undefined || tail === undefined || more.length + others.length > 0)
    throw notRendered();
  const select = as(as(node, "InsertStmt")?.selectStmt, "SelectStmt");
  return {
    around: [head, middle, tail],
    where: shape.where ? faithful(shape.where) : null,
    written: deparse({ RangeVar: shape.written }),
    from: shape.from.length > 0 ? shape.from.map((each) => deparse(each)).join(", ") : null,
    select: select ? deparse({ SelectStmt: { ...select, lockingClause: [] } }) : null,
  };
}

function notRendered(): NotCuttable {
  return new NotCuttable("not-rendered", "its text could not be written again with the same meaning");
}

/** The condition is written a second time, so that copy must mean the same too. */
function faithful(where: Node): string {
  const text = deparse(where);
  const select = as(treeAlone(`SELECT WHERE ${text}`) ?? undefined, "SelectStmt");
  if (!select?.whereClause || !sameTree(select.whereClause, where)) throw notRendered();
  return text;
}

function columnNamed(name: string): Node {
  return { ColumnRef: { fields: [{ String: { sval: name } }] } };
}

function withMarks(node: Node): Node {
  const tree = as(node, "UpdateStmt") ?? as(node, "DeleteStmt") ?? as(node, "InsertStmt");
  const select = as(as(node, "InsertStmt")?.selectStmt, "SelectStmt");
  const filtered = select ?? as(node, "UpdateStmt") ?? as(node, "DeleteStmt");
  if (!tree || !filtered) throw notRendered();
  const mark = columnNamed(WINDOW);
  filtered.whereClause = filtered.whereClause
    ? { BoolExpr: { boolop: "AND_EXPR", args: [mark, filtered.whereClause] } }
    : mark;
  tree.returningClause = { exprs: [{ ResTarget: { val: columnNamed(RETURNING) } }] };
  return node;
}

/** Positions in the text do not count as meaning, nor does how a conjunction is nested. */
function sameTree(a: unknown, b: unknown): boolean {
  return JSON.stringify(bare(a)) === JSON.stringify(bare(b));
}

function bare(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(bare);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).filter(
    ([key]) => key !== "location" && !key.endsWith("_location") && key !== "stmt_len",
  );
  const plain = Object.fromEntries(
    entries.map(([key, child]) => [key, bare(child)] as const).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  return flattened(plain);
}

interface Conjunction {
  readonly boolop?: string;
  readonly args?: readonly unknown[];
}

/** `a AND (b AND c)` is `a AND b AND c`. */
function flattened(tree: Record<string, unknown>): Record<string, unknown> {
  const { BoolExpr } = tree as { BoolExpr?: Conjunction };
  if (BoolExpr?.boolop !== "AND_EXPR") return tree;
  const args = (BoolExpr.args ?? []).flatMap((each) => {
    const inner = (each as { BoolExpr?: Conjunction }).BoolExpr;
    return inner?.boolop === "AND_EXPR" ? (inner.args ?? []) : [each];
  });
  return { BoolExpr: { ...BoolExpr, args } };
}
