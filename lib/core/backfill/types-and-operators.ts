import type { A_Const } from "libpg-query";
import type { OtherObject } from "../catalog/catalog.js";
import type { CatalogIndex, TableRef } from "../catalog/lookup.js";
import { names, sameTable } from "../catalog/tables.js";
import { treeAlone } from "../sql/parse.js";
import { qualified } from "../sql/quote.js";
import { as, strings } from "../sql/tree.js";
import type { Reader } from "./reader.js";
import { NotCuttable } from "./refusal.js";
import { NOWHERE, type Place, scopeOf } from "./scope.js";

/** PostgreSQL reads these as times relative to the start of the transaction (manual, "Special Values"). */
const CLOCK_TEXT = /^\s*(now|today|tomorrow|yesterday)\b/i;

export function isClockText(constant: A_Const | undefined): boolean {
  return CLOCK_TEXT.test(constant?.sval?.sval ?? "");
}

/** Operators that a statement uses without writing them: IN, BETWEEN, CASE, USING, DISTINCT FROM, LIKE. */
const IMPLIED = ["=", "<>", "<", ">", "<=", ">=", "~~", "!~~", "~~*", "!~~*"];

/** An operator of the schema's own calls a function that nobody has examined. */
export function refuseOwnOperators(before: CatalogIndex, used: readonly string[]): void {
  const all = [...used, ...IMPLIED];
  const [own] = before.catalog.objects.filter(({ kind, id }) => kind === "operator" && all.includes(id.name));
  if (own)
    throw new NotCuttable(
      "function",
      `the operator ${own.id.schema}.${own.id.name} may call a function of the tenant's`,
    );
}

/** A statement does not show where a cast is called. */
export function refuseOwnCasts(before: CatalogIndex): void {
  const [own] = before.catalog.objects.filter(
    ({ kind, attributes }) => kind === "cast" && attributes.function !== null,
  );
  if (own) throw new NotCuttable("function", `the cast ${own.id.name} may call a function of the tenant's anywhere`);
}

/** A cast to a domain evaluates its checks; a base type of the schema's own has functions of its own. */
export function refuseType(type: unknown, reader: Reader, place: Place): void {
  const parts = strings((type as { names?: Parameters<typeof strings>[0] } | null)?.names);
  const name = parts.at(-1) ?? "";
  const schema = parts.length > 1 ? parts[0] : null;
  for (const object of reader.before.catalog.objects) {
    const same = object.id.name === name && (schema === null || object.id.schema === schema);
    if (same && object.kind === "domain") readDomain(object, reader, place);
    if (same && object.kind === "type" && object.attributes.form === "base")
      throw new NotCuttable(
        "function",
        `the type ${object.id.schema}.${name} is read and written by functions of the tenant's`,
      );
  }
}

/** What the checks of a column's type evaluate. */
export function readColumnType(text: string, reader: Reader, place: Place): void {
  for (const object of reader.before.catalog.objects) {
    if (object.kind !== "domain") continue;
    const table = { schema: object.id.schema ?? "", name: object.id.name };
    const bare = text.replace(/(\[\])+$/, "");
    if (names(bare, table) || bare === qualified(table.schema, table.name)) readDomain(object, reader, place);
  }
}

type Domain = CatalogIndex["catalog"]["objects"][number];

function readDomain(domain: Domain, reader: Reader, place: Place): void {
  if (!reader.once(`domain ${domain.id.schema}.${domain.id.name}`)) return;
  const constraints = (domain.attributes as { constraints?: readonly { definition: string }[] }).constraints ?? [];
  for (const { definition } of constraints) readCheck(definition, reader, place);
  const { base } = domain.attributes as { base?: unknown };
  readColumnType(String(base ?? ""), reader, place);
}

/** `CHECK ((expression)) …` as the server prints it. */
export function readCheck(definition: string, reader: Reader, place: Place): void {
  const alter = as(treeAlone(`ALTER TABLE t ADD ${definition}`) ?? undefined, "AlterTableStmt");
  const expression = as(as(alter?.cmds?.[0], "AlterTableCmd")?.def, "Constraint")?.raw_expr;
  if (!expression) throw new NotCuttable("function", `the check ${definition} cannot be read`);
  reader.read(expression, place);
}

/** An expression as the server prints it: a default's, or a generated column's. */
export function readExpression(text: string, reader: Reader, place: Place): void {
  const select = as(treeAlone(`SELECT ${text}`) ?? undefined, "SelectStmt");
  if (!select) throw new NotCuttable("function", `the expression ${text} cannot be read`);
  reader.read(select.targetList, place);
}

/** What decides which rows of a table are visible, when row-level security applies to whoever reads it. Throws `NotCuttable`. */
export function readPolicies(table: TableRef, reader: Reader): void {
  const { before } = reader;
  const shown = `${table.schema}.${table.name}`;
  if (!before.table(table)?.attributes.rowSecurity || !reader.once(`policies ${shown}`)) return;
  const range = { RangeVar: { schemaname: table.schema, relname: table.name } };
  const place = { ...NOWHERE, scopes: [scopeOf([range], before, new Set())], depth: 1 };
  for (const { id, attributes } of before.all("policy") as readonly OtherObject[]) {
    if (!sameTable({ schema: id.schema ?? "", name: id.table ?? "" }, table) || attributes.using === null) continue;
    try {
      readExpression(String(attributes.using), reader, place);
    } catch (error) {
      if (!(error instanceof NotCuttable)) throw error;
      throw new NotCuttable("row-security", `through the policy ${id.name} of ${shown}, ${error.message}`);
    }
  }
}
