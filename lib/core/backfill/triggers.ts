import type { CreateTrigStmt, Node } from "libpg-query";
import type { CatalogObject } from "../catalog/catalog.js";
import type { TableRef } from "../catalog/lookup.js";
import { sameTable } from "../catalog/tables.js";
import { resolveTable } from "../operations/resolve.js";
import { listOf, numberIn, queryOf, type Tree, treeIn } from "../sql/body-tree.js";
import { nodesWith } from "../sql/body-variables.js";
import { treeAlone } from "../sql/parse.js";
import { as, strings } from "../sql/tree.js";
import { readBody } from "./function-body.js";
import type { Reader } from "./reader.js";
import { NotCuttable } from "./refusal.js";
import { NOWHERE } from "./scope.js";
import type { Shape } from "./statement-shape.js";
import { readWritten } from "./written-row.js";

/** Bits of pg_trigger.tgtype, which CreateTrigStmt has too. */
const EVENTS = { insert: 4, delete: 8, update: 16 } as const;

/** Triggers of the server and of its own extensions that only change the current row; the arguments name columns. */
const KNOWN: ReadonlySet<string> = new Set([
  "suppress_redundant_updates_trigger",
  "tsvector_update_trigger",
  "tsvector_update_trigger_column",
  "moddatetime",
  "insert_username",
]);

/**
 * A trigger is allowed when it fires for each row, reads nothing that batches change, and changes only the current row and tables that nobody reads.
 * Throws `NotCuttable`. Returns the tables that triggers write.
 */
export function readTriggers(reader: Reader, verb: Shape["verb"], key: readonly string[]): readonly TableRef[] {
  return enabledTriggers(reader, reader.written).flatMap((object) => {
    const made = as(treeAlone(object.definition ?? "") ?? undefined, "CreateTrigStmt");
    if (!made) throw refused(reader, object.id.name, "cannot be read");
    if (((made.events ?? 0) & EVENTS[verb]) === 0) return [];
    return readTrigger(reader, object.id.name, made, key);
  });
}

function enabledTriggers({ before }: Reader, table: TableRef): readonly CatalogObject[] {
  return before.triggers(table).filter(({ attributes }) => attributes.enabled !== "D");
}

function refused({ written }: Reader, name: string, why: string): NotCuttable {
  return new NotCuttable("trigger", `the trigger ${name} of ${written.schema}.${written.name} ${why}`);
}

function readTrigger(reader: Reader, name: string, made: CreateTrigStmt, key: readonly string[]): readonly TableRef[] {
  if (!made.row) throw refused(reader, name, "fires once a statement, and there would be many");
  if ((made.transitionRels ?? []).length > 0) throw refused(reader, name, "reads all rows that the statement changes");
  const place = { ...NOWHERE, strict: false, depth: 1 };
  const parts = strings(made.funcname);
  const called = reader.before.catalog.objects.filter(
    ({ kind, id }) =>
      kind === "function" && id.name === parts.at(-1) && (parts.length === 1 || id.schema === parts.at(-2)),
  );
  if (called.length === 0) {
    if (!KNOWN.has(parts.at(-1) ?? "")) throw refused(reader, name, `calls ${parts.join(".")}, which cannot be read`);
    if (strings(made.args).some((column) => key.includes(column))) throw moves(reader, name);
    return [];
  }
  const writes: TableRef[] = [];
  try {
    reader.read(made.whenClause, place);
    for (const each of called) {
      const body = readBody(reader, each, { place, writes: (node) => writes.push(inserted(reader, node)) });
      if (body && setsKey(body, key)) throw moves(reader, name);
    }
  } catch (error) {
    if (!(error instanceof NotCuttable) || error.code === "trigger") throw error;
    throw refused(reader, name, `cannot be passed over: ${error.message}`);
  }
  return writes;
}

function moves(reader: Reader, name: string): NotCuttable {
  return refused(reader, name, "may change the key by which rows are walked");
}

/** A row that is written elsewhere, with no further consequences there. */
function inserted(reader: Reader, node: Node): TableRef {
  const insert = as(node, "InsertStmt");
  const select = as(insert?.selectStmt, "SelectStmt");
  if (!insert?.relation?.relname || insert.withClause || insert.onConflictClause || !select)
    throw new NotCuttable("trigger", "it does more to another table than to insert a row");
  const { schemaname, relname } = insert.relation;
  const table = resolveTable({ schema: schemaname ?? null, name: relname }, reader.before);
  const shown = `${table.schema}.${table.name}`;
  if (sameTable(table, reader.written)) throw new NotCuttable("trigger", `it inserts into ${shown} itself`);
  const kind = reader.before.table(table)?.attributes.relkind;
  const rules = reader.before.catalog.objects.some(
    (object) =>
      object.kind === "rule" && sameTable({ schema: object.id.schema ?? "", name: object.id.table ?? "" }, table),
  );
  if (kind !== "r" || rules || enabledTriggers(reader, table).length > 0)
    throw new NotCuttable("trigger", `it inserts into ${shown}, and it is not known what follows from that`);
  reader.select(select, { ...NOWHERE, strict: false, depth: 1 }, "fresh");
  readWritten(reader, table, { writes: () => true, defaults: () => true });
  return table;
}

/** Whether a column of the key, or NEW as a whole, is assigned: by the variable's number, whatever alias it has. */
function setsKey(body: Tree, key: readonly string[]): boolean {
  const fresh = numberIn(body, "new_varno");
  const moving = listOf(body.datums).map((datum, at) => {
    const field = treeIn(datum, "PLpgSQL_recfield");
    if (!field) return at === fresh;
    return numberIn(field, "recparentno") === fresh && key.includes(String(field.fieldname));
  });
  const trees = (tag: string): readonly Tree[] =>
    [...nodesWith(body.action, tag)].map((each) => treeIn(each, tag) ?? {});
  const numbers = [
    ...[...trees("PLpgSQL_stmt_assign"), ...trees("PLpgSQL_stmt_foreach_a")].map((tree) => numberIn(tree, "varno")),
    ...trees("PLpgSQL_row").flatMap((row) => listOf(row.fields).map((field) => numberIn(field, "varno"))),
    ...trees("PLpgSQL_rec").map((record) => numberIn(record, "dno")),
  ];
  return numbers.some((number) => moving[number]) || returnsOther(body);
}

/** RETURN of anything other than NEW, OLD and NULL replaces the row. */
function returnsOther(body: Tree): boolean {
  const rows = [numberIn(body, "new_varno"), numberIn(body, "old_varno")];
  return [...nodesWith(body.action, "PLpgSQL_stmt_return")].some((each) => {
    const tree = treeIn(each, "PLpgSQL_stmt_return");
    const text = queryOf(tree?.expr).trim();
    if (!tree || text !== "") return !/^(new|old|null)$/i.test(text);
    return !rows.includes(numberIn(tree, "retvarno"));
  });
}
