import { identifier, literal } from "../sql/quote.js";
import { sqlName } from "../undo/inverses.js";
import { copyTable, storedAs } from "../undo/keep/copy.js";
import { identityColumns } from "../undo/keep/identity.js";
import type { BackfillPlan, KeptForm } from "./plan.js";

/** A key as texts, one for each of its columns. */
export type KeyTexts = readonly string[];

/** The rows of one batch: those behind `after`, up to and with `to`. */
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

/** The greatest key that there is: a pass ends there, whatever is inserted behind it. No row where the table is empty. */
export function lastKeySql(walk: Walk): string {
  return `SELECT ${keyText(walk, "w")} AS at FROM ONLY ${sqlName(walk.walked)} w ORDER BY ${keyList(walk, "w", " DESC")} LIMIT 1`;
}

/**
 * The key that many rows on; no row where fewer are left before the end of the pass. What is next to OFFSET is computed for every row
 * that it skips, so the text is made outside.
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

/** One row with `changed`, `still` (rows that meet the condition although they are done) and `bytes` of the copies. */
export function batchSql(plan: BackfillPlan, window: Window, keeping: boolean): string {
  const kept = keeping ? plan.kept : null;
  const condition = windowText(plan, window);
  if (kept && plan.verb === "update") return keptUpdate(plan, kept, condition);
  const returning = [...(kept ? columnsOf(kept, identifier(plan.writtenAlias)) : []), `${stillOf(plan)} AS "$still"`];
  const done = statementText(plan, condition, returning.join(", "));
  const into = kept && (plan.verb === "delete" ? kept.copy : `${kept.copy}_new`);
  const ctes = [`"$done" AS (${done})`, ...(kept && into ? [`"$kept" AS (${copyInto(kept, into, '"$done"')})`] : [])];
  return `WITH ${ctes.join(", ")} ${summary(kept ? weight(kept, '"$done"') : "0")}`;
}

function statementText({ texts }: BackfillPlan, condition: string, returning: string): string {
  const [head, middle, tail] = texts.around;
  return `${head}(${condition})${middle}${returning}${tail}`;
}

/** Rows are locked before they are read, so that what is copied is what the UPDATE replaces. */
function keptUpdate(plan: BackfillPlan, kept: KeptForm, condition: string): string {
  const alias = identifier(plan.alias);
  const columns = columnsOf(kept, alias).join(", ");
  const old = `SELECT ${columns} FROM ${plan.texts.written} WHERE (${condition}) AND ${matched(plan)} FOR UPDATE OF ${alias}`;
  const keys = plan.key.map(({ id }) => identifier(id.name));
  const among = `(${condition}) AND (${keyList(plan, alias)}) IN (SELECT ${keys.join(", ")} FROM "$old")`;
  const done = statementText(plan, among, `${columns}, ${stillOf(plan)} AS "$still"`);
  return `WITH "$old" AS MATERIALIZED (${old}), "$done" AS (${done}),
    "$was" AS (${copyInto(kept, kept.copy, '"$old"')}), "$became" AS (${copyInto(kept, `${kept.copy}_new`, '"$done"')})
    ${summary(`${weight(kept, '"$old"')} + ${weight(kept, '"$done"')}`)}`;
}

/** Whether a row of the walked table meets the condition, joined rows included. */
function matched({ texts: { where, from } }: BackfillPlan): string {
  if (from === null) return where === null ? "true" : `(${where})`;
  return `EXISTS (SELECT FROM ${from}${where === null ? "" : ` WHERE ${where}`})`;
}

/** Of the row as it has become, whichever row it is joined with. */
function stillOf(plan: BackfillPlan): string {
  const { form, verb, texts } = plan;
  return form === "condition" && verb === "update" && texts.where !== null ? `((${matched(plan)}) IS TRUE)` : "false";
}

function columnsOf(kept: KeptForm, alias: string): readonly string[] {
  return kept.columns.map((column) => storedAs(column, alias));
}

/** A row that is done twice, since the application wrote it in between, is kept as it was the last time. */
function copyInto({ columns, identity }: KeptForm, copy: string, from: string): string {
  const names = columns.map(({ id }) => identifier(id.name));
  const sets = names.map((name) => `${name} = EXCLUDED.${name}`).join(", ");
  return `INSERT INTO ${copyTable(copy)} (${names.join(", ")}) SELECT ${names.join(", ")} FROM ${from}
    ON CONFLICT (${identityColumns(identity).join(", ")}) DO UPDATE SET ${sets}`;
}

/** Line pointer and header of a row in its page (manual, "Database Page Layout"). */
const ROW_BYTES = 28;

function weight({ columns }: KeptForm, from: string): string {
  const sizes = columns.map(({ id }) => `coalesce(pg_column_size(${identifier(id.name)}), 0)`).join(" + ");
  return `(SELECT coalesce(sum(${sizes} + ${ROW_BYTES}), 0) FROM ${from})`;
}

function summary(bytes: string): string {
  return `SELECT count(*)::text AS changed, (count(*) FILTER (WHERE "$still"))::text AS still, (${bytes})::text AS bytes FROM "$done"`;
}

/** How many rows there are to do, and what copies of them take: one row with `rows` and `bytes`. Reads all of them, locks none. */
export function amountSql(plan: BackfillPlan, keeping: boolean): string {
  const { kept, texts } = plan;
  if (!keeping && plan.verb !== "insert")
    return `SELECT count(*)::text AS rows, '0' AS bytes FROM ${texts.written} WHERE ${matched(plan)}`;
  if (plan.verb === "insert" && texts.select !== null)
    return `SELECT count(*)::text AS rows, coalesce(sum(pg_column_size(q.*)), 0)::text AS bytes FROM (${texts.select}) q`;
  const alias = identifier(plan.alias);
  const columns = kept ? columnsOf(kept, alias).join(", ") : keyList(plan, alias);
  const copies = plan.verb === "update" ? 2 : 1;
  return `SELECT count(*)::text AS rows, (coalesce(sum(pg_column_size(q.*)), 0) * ${copies})::text AS bytes
    FROM (SELECT ${columns} FROM ${texts.written} WHERE ${matched(plan)}) q`;
}

/** One row where a row meets the condition, none where all are done. Locks none. */
export function leftSql(plan: BackfillPlan): string {
  return `SELECT 1 AS found FROM ${plan.texts.written} WHERE ${matched(plan)} LIMIT 1`;
}

/** Names a row by its key, for a person: `id 17`. */
export function keyName({ key }: Walk, texts: KeyTexts): string {
  return key.map(({ id }, at) => `${id.name} ${texts[at] ?? ""}`).join(", ");
}
