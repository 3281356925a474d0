import type { Node } from "libpg-query";
import type { Catalog, ColumnObject } from "../catalog/catalog.js";
import { CatalogIndex, type TableRef } from "../catalog/lookup.js";
import type { BackfillMark } from "../migration/backfill-mark.js";
import { resolveTable } from "../operations/resolve.js";
import { treeAlone } from "../sql/parse.js";
import type { Statement } from "../sql/statement.js";
import { type KeptForm, keptForm } from "./kept-form.js";
import { isAscending, keyOf } from "./key.js";
import { changedColumns, readStatement } from "./read-statement.js";
import { type BackfillRefusal, NotCuttable } from "./refusal.js";
import { nameIn, type Shape, shapeOf } from "./statement-shape.js";
import { mayDefer, refuseSurroundings } from "./surroundings.js";
import { type StatementTexts, textsOf } from "./texts.js";

/** RETURNING old and new: release notes of PostgreSQL 18. */
const RETURNS_OLD = 180_000;

/** How one statement is run in batches over one schema. Plain data, and the same for the same schema. */
export interface BackfillPlan {
  readonly verb: Shape["verb"];
  /**
   * `condition`: a row that is done no longer meets the condition, so passes continue until none does. `cursor`: only the cursor tells what is done,
   * so there is one pass, up to the last key at its start.
   */
  readonly form: "condition" | "cursor";
  readonly written: TableRef;
  readonly walked: TableRef;
  /** What the statement calls the walked table. */
  readonly alias: string;
  /** What it calls the written one. */
  readonly writtenAlias: string;
  readonly key: readonly ColumnObject[];
  readonly batchMs: number;
  /** Whether something may wait for the end of a batch's transaction. */
  readonly defers: boolean;
  readonly texts: StatementTexts;
  /** How the written rows are kept; null when they could not be found again. */
  readonly kept: KeptForm | null;
  /** The server returns a row before and after in one RETURNING. */
  readonly returnsOld: boolean;
}

export type PlannedBackfill =
  | { readonly plan: BackfillPlan; readonly refusal: null }
  | { readonly plan: null; readonly refusal: BackfillRefusal };

/** Whether the statement below a mark can be cut over this schema, and how. The parser must be loaded. */
export function planBackfill(statement: Statement, mark: BackfillMark, catalog: Catalog): PlannedBackfill {
  const node = treeAlone(statement.sql);
  try {
    if (!node) throw new NotCuttable("form", "PostgreSQL's parser refuses the statement");
    return { plan: plan(statement, node, mark, new CatalogIndex(catalog)), refusal: null };
  } catch (error) {
    if (!(error instanceof NotCuttable)) throw error;
    return { plan: null, refusal: { code: error.code, reason: error.message } };
  }
}

function plan(statement: Statement, node: Node, mark: BackfillMark, before: CatalogIndex): BackfillPlan {
  const shape = shapeOf(node, mark.table);
  const nameOf = ({ schemaname, relname }: Shape["written"]) =>
    resolveTable({ schema: schemaname ?? null, name: relname ?? "" }, before);
  const [written, walked] = [nameOf(shape.written), nameOf(shape.walked)];
  const sets = changedColumns(before, written, shape.sets);
  refuseSurroundings(before, { ...shape, sets }, written, walked);
  const key = keyOf(before, walked, mark.by);
  const changed = mark.by.find((column) => sets.includes(column));
  if (changed !== undefined)
    throw new NotCuttable("key-changed", `the statement changes ${changed}, by which rows are walked`);
  const named = readStatement(before, shape, written, walked, mark.by);
  const touches = (columns: ReadonlySet<string>) => columns.has("*") || sets.some((column) => columns.has(column));
  const form = formOf(shape, touches(named.where));
  const cumulative = (shape.verb === "insert" && !shape.follows) || touches(named.values);
  if (form === "cursor" && cumulative && !isAscending(before, walked, key)) throw rowsMeanwhile(shape);
  return {
    verb: shape.verb,
    form,
    written,
    walked,
    alias: nameIn(shape.walked),
    writtenAlias: nameIn(shape.written),
    key,
    batchMs: mark.batchMs,
    defers: mayDefer(before),
    texts: textsOf(node, shape),
    kept: keptForm(statement, before, { verb: shape.verb, sets }, written, key),
    returnsOld: before.catalog.serverVersion >= RETURNS_OLD,
  };
}

function rowsMeanwhile({ verb }: Shape): NotCuttable {
  const what =
    verb === "insert" ? "rows" : "a new value is made of the old one, no condition tells which rows are done, and rows";
  return new NotCuttable(
    "rows-meanwhile",
    `${what} that the application inserts meanwhile get keys among those that are walked, and would be met too`,
  );
}

/** A condition that names nothing the statement sets does not change when a row is done: the cursor remembers what is. */
function formOf({ verb, where }: Shape, touches: boolean): BackfillPlan["form"] {
  if (verb === "insert" || where === undefined) return "cursor";
  return verb === "delete" || touches ? "condition" : "cursor";
}
