import { identifier, literal } from "../sql/quote.js";
import { sqlName } from "../undo/inverses.js";
import { copyTable, stored, storedAs } from "../undo/keep/copy.js";
import { identityColumns, sameRow } from "../undo/keep/identity.js";
import { type KeptForm, keptNames, keptValues, newName } from "./kept-form.js";
import type { BackfillPlan } from "./plan.js";

/** A key as texts, one per column. */
export type KeyTexts = readonly string[];

/** The rows of one batch: those after `after`, up to and including `to`. */
export interface Window {
  /** Null for the first. */
  readonly after: KeyTexts | null;
  readonly to: KeyTexts;
}

type Walk = Pick<BackfillPlan, "key" | "walked" | "alias">;

function keyList({ key }: Walk, alias: string, order = ""): string {
  return key.map(({ id }) => `${alias}.${identifier(id.name)}${order}`).join(", ");
}

function values({ key }: Walk, texts: KeyTexts): string {
  return key.map(({ attributes }, at) => `${literal(texts[at] ?? "")}::${attributes.type}`).join(", ");
}

function compared(walk: Walk, alias: string, operator: ">" | "<=", texts: KeyTexts): string {
  return `(${keyList(walk, alias)}) ${operator} (${values(walk, texts)})`;
}

/** Values as JSON writes them, whatever the session's settings: `at` is a list of texts in one text. */
function keyText(walk: Walk, alias: string): string {
  const texts = walk.key.map(({ id }) => `to_jsonb(${alias}.${identifier(id.name)}) #>> '{}'`);
  return `to_jsonb(ARRAY[${texts.join(", ")}]::text[])::text`;
}

/** The greatest existing key: a pass ends there, whatever is inserted after it. No row when the table is empty. */
export function lastKeySql(walk: Walk): string {
  return `SELECT ${keyText(walk, "w")} AS at FROM ONLY ${sqlName(walk.walked)} w ORDER BY ${keyList(walk, "w", " DESC")} LIMIT 1`;
}

/**
 * The key that many rows further; no row when fewer are left before the end of the pass. What is next to OFFSET is computed for every row that it
 * skips, so the text is built outside.
 */
export function windowEndSql(walk: Walk, after: KeyTexts | null, last: KeyTexts, size: number): string {
  const conditions = [...(after ? [compared(walk, "w", ">", after)] : []), compared(walk, "w", "<=", last)];
  const keys = keyList(walk, "w");
  return `SELECT ${keyText(walk, "e")} AS at FROM (SELECT ${keys} FROM ONLY ${sqlName(walk.walked)} w
    WHERE ${conditions.join(" AND ")} ORDER BY ${keys} OFFSET ${size - 1} LIMIT 1) e`;
}

function windowText(walk: Walk, { after, to }: Window): string {
  const alias = identifier(walk.alias);
  return [...(after ? [compared(walk, alias, ">", after)] : []), compared(walk, alias, "<=", to)].join(" AND ");
}

/** Whether a batch keeps the rows that it writes. A later pass may write one that an earlier pass has kept. */
export type Keeping = "none" | "first pass" | "later pass";

/** One row with `changed`, `still` (rows that meet the condition although they are done) and `bytes` of the copies. */
export function batchSql(plan: BackfillPlan, window: Window, keeping: Keeping): string {
  const kept = keeping === "none" ? null : plan.kept;
  const condition = windowText(plan, window);
  const still = `${stillOf(plan)} AS "$still"`;
  if (!kept) return `WITH "$done" AS (${statementText(plan, condition, still)}) ${summary("0")}`;
  if (plan.verb === "update" && !plan.returnsOld) return lockedUpdate(plan, kept, condition, keeping);
  const written = identifier(plan.writtenAlias);
  const values =
    plan.verb === "update"
      ? `WITH (OLD AS "$was", NEW AS "$is") ${keptValues(kept, '"$was"', '"$is"').join(", ")}`
      : keptValues(kept, written, written).join(", ");
  const done = statementText(plan, condition, `${values}, ${still}`);
  const from = `SELECT ${keptNames(kept).join(", ")} FROM "$done"`;
  return `WITH "$done" AS (${done}), "$kept" AS (${copyInto(kept, from, keeping === "later pass" || plan.verb === "insert")}) ${summary(weight(kept))}`;
}

function statementText({ texts }: BackfillPlan, condition: string, returning: string): string {
  const [head, middle, tail] = texts.around;
  return `${head}(${condition})${middle}${returning}${tail}`;
}

/** Rows are locked before they are read, so that what is copied is what the UPDATE replaces. */
function lockedUpdate(plan: BackfillPlan, kept: KeptForm, condition: string, keeping: Keeping): string {
  const alias = identifier(plan.alias);
  const columns = kept.columns.map((column) => storedAs(column, alias)).join(", ");
  const old = `SELECT ${columns} FROM ${plan.texts.written} WHERE (${condition}) AND ${matched(plan)} FOR UPDATE OF ${alias}`;
  const keys = plan.key.map(({ id }) => identifier(id.name));
  const among = `(${condition}) AND (${keyList(plan, alias)}) IN (SELECT ${keys.join(", ")} FROM "$old")`;
  const news = kept.changed.map((column, at) => `${stored(column, alias)} AS ${newName(at)}`);
  const found = [...plan.key.map((column) => storedAs(column, alias)), ...news, `${stillOf(plan)} AS "$still"`];
  const done = statementText(plan, among, found.join(", "));
  const names = kept.columns.map(({ id }) => `o.${identifier(id.name)}`);
  const both = [...names, ...kept.changed.map((_, at) => `d.${newName(at)}`)].join(", ");
  const from = `SELECT ${both} FROM "$old" o JOIN "$done" d ON ${sameRow(kept.identity, "o", "d")}`;
  return `WITH "$old" AS MATERIALIZED (${old}), "$done" AS (${done}), "$kept" AS (${copyInto(kept, from, keeping === "later pass")})
    ${summary(weight(kept))}`;
}

/** Whether a row of the walked table meets the condition, including joined rows. */
function matched({ texts: { where, from } }: BackfillPlan): string {
  if (from === null) return where === null ? "true" : `(${where})`;
  return `EXISTS (SELECT FROM ${from}${where === null ? "" : ` WHERE ${where}`})`;
}

/** Of the row as changed, whichever row it is joined with. */
function stillOf(plan: BackfillPlan): string {
  const { form, verb, texts } = plan;
  return form === "condition" && verb === "update" && texts.where !== null ? `((${matched(plan)}) IS TRUE)` : "false";
}

/**
 * `again`: a row may already have been done and then written by the application; it is kept as it was the last time. One pass walks each key once; an
 * INSERT may create a row under a key that the application has freed.
 */
function copyInto(kept: KeptForm, from: string, again: boolean): string {
  const names = keptNames(kept);
  const sets = names.map((name) => `${name} = EXCLUDED.${name}`).join(", ");
  const onConflict = again ? ` ON CONFLICT (${identityColumns(kept.identity).join(", ")}) DO UPDATE SET ${sets}` : "";
  return `INSERT INTO ${copyTable(kept.copy)} (${names.join(", ")}) ${from}${onConflict} RETURNING *`;
}

/** Line pointer and header of a row in its page (manual, "Database Page Layout"). */
const ROW_BYTES = 28;

function weight(kept: KeptForm): string {
  const sizes = keptNames(kept).map((name) => `coalesce(pg_column_size(${name}), 0)`);
  return `(SELECT coalesce(sum(${sizes.join(" + ")} + ${ROW_BYTES}), 0) FROM "$kept")`;
}

function summary(bytes: string): string {
  return `SELECT count(*)::text AS changed, (count(*) FILTER (WHERE "$still"))::text AS still, (${bytes})::text AS bytes FROM "$done"`;
}

/** How many rows there are to do, and the size of copies of them: one row with `rows` and `bytes`. Reads all of them, locks none. */
export function amountSql(plan: BackfillPlan, keeping: boolean): string {
  const { kept, texts } = plan;
  if (!keeping && plan.verb !== "insert")
    return `SELECT count(*)::text AS rows, '0' AS bytes FROM ${texts.written} WHERE ${matched(plan)}`;
  if (plan.verb === "insert" && texts.select !== null)
    return `SELECT count(*)::text AS rows, coalesce(sum(pg_column_size(q.*)), 0)::text AS bytes FROM (${texts.select}) q`;
  const alias = identifier(plan.alias);
  const columns = kept ? keptValues(kept, alias, alias).join(", ") : keyList(plan, alias);
  return `SELECT count(*)::text AS rows, coalesce(sum(pg_column_size(q.*)), 0)::text AS bytes
    FROM (SELECT ${columns} FROM ${texts.written} WHERE ${matched(plan)}) q`;
}

/** One row when some row meets the condition, none when all are done. Locks nothing. */
export function leftSql(plan: BackfillPlan): string {
  return `SELECT 1 AS found FROM ${plan.texts.written} WHERE ${matched(plan)} LIMIT 1`;
}

/** Names a row by its key, for a person: `id 17`. */
export function keyName({ key }: Walk, texts: KeyTexts): string {
  return key.map(({ id }, at) => `${id.name} ${texts[at] ?? ""}`).join(", ");
}
