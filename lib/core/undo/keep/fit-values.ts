import type { ColumnObject } from "../../catalog/catalog.js";
import type { CatalogIndex, TableRef } from "../../catalog/lookup.js";
import { humanName } from "../../catalog/names.js";
import { fitOf, truncates } from "../../postgres/fits.js";
import { identifier, literal } from "../../sql/quote.js";
import { alterTable, relationId, sqlName } from "../inverses.js";
import type { Foretold } from "./aside.js";
import { source } from "./identity.js";
import type { Retyped } from "./set-aside.js";
import { withoutTriggers } from "./without-triggers.js";

/**
 * Statements that change what the old type would refuse, so that the conversion does not fail because of it: the value is in the copy. `tried`: where
 * the types alone do not tell, the value is converted on trial, the way our way back converts it.
 */
export function fitValues(
  index: CatalogIndex,
  table: TableRef,
  retyped: readonly Retyped[],
  tried: boolean,
): readonly string[] {
  return withoutTriggers(
    table,
    retyped.flatMap((each) => fitOne(index, table, each, tried)),
    "fit",
  );
}

function fitOne(index: CatalogIndex, table: TableRef, each: Retyped, tried: boolean): readonly string[] {
  const { column, type, labels } = each;
  const value = `t.${identifier(column.id.name)}`;
  const fit = fitOf(value, column.attributes.type, type, labels);
  const from = source(index, table);
  const relax = relaxed(index, table, column);
  if (fit) {
    if (!fit.replaced) return [];
    const { refused, by } = fit.replaced;
    const there = `${value} IS NOT NULL AND ${refused}`;
    const update = `UPDATE ${from} t SET ${identifier(column.id.name)} = ${by} WHERE ${there}`;
    if (by !== "NULL" || !column.attributes.notNull) return [update];
    return relax === null
      ? []
      : [block(`IF EXISTS (SELECT FROM ${from} t WHERE ${there}) THEN ${relax} ${update}; END IF;`)];
  }
  return tried && relax !== null ? [onTrial(from, each, relax)] : [];
}

/** The same without conditions, for whoever counts beforehand which rows would stop the way back. */
export function foretoldFits(
  index: CatalogIndex,
  table: TableRef,
  retyped: readonly Retyped[],
  back: TableRef,
): Foretold {
  const before = retyped.flatMap(({ column, type, labels }) => {
    const value = `t.${identifier(column.id.name)}`;
    const replaced = fitOf(value, column.attributes.type, type, labels)?.replaced;
    if (!replaced) return [];
    const relax = replaced.by === "NULL" ? relaxed(index, table, column) : "";
    if (relax === null) return [];
    const set = `UPDATE ${source(index, table)} t SET ${identifier(column.id.name)} = ${replaced.by} WHERE ${value} IS NOT NULL AND ${replaced.refused}`;
    return relax === "" ? [set] : [relax, set];
  });
  const after = retyped.flatMap(({ required }) => {
    if (!required) return [];
    const column = identifier(required.name);
    const fill = `UPDATE ${sqlName(back)} SET ${column} = DEFAULT WHERE ${column} IS NULL`;
    return required.hasDefault ? [fill, required.again] : [required.again];
  });
  const onTrial = retyped.filter(
    ({ column, type, labels, required }) =>
      fitOf("", column.attributes.type, type, labels) === null &&
      (required ? required.hasDefault : relaxed(index, table, column) === ""),
  );
  const replaced = onTrial.flatMap(({ column: { id } }) =>
    [table, back].map((each) => humanName({ schema: each.schema, table: each.name, name: id.name })),
  );
  return { before, after, replaced };
}

/** A column that must have a value loses its NOT NULL until it has one again; null where something else requires it. */
function relaxed(index: CatalogIndex, table: TableRef, { id, attributes }: ColumnObject): string | null {
  if (!attributes.notNull) return "";
  const inKey = index.constraints(table).some((each) => each.attributes.type === "p" && names(each, id.name));
  if (inKey || attributes.identity !== "") return null;
  return `${alterTable(table, `ALTER COLUMN ${identifier(id.name)} DROP NOT NULL`)};`;
}

function names(
  { attributes }: { readonly attributes: { readonly columns: readonly string[] } },
  column: string,
): boolean {
  return attributes.columns.includes(column);
}

/** The errors with which one type may refuse another's value: data, NaN for an integer, a domain's check, a name that does not exist. */
const REFUSED =
  "data_exception OR feature_not_supported OR integrity_constraint_violation OR undefined_table OR undefined_function";
/** The old type does not exist yet, or there is no cast to it: the way back does not convert. */
const NO_CAST = "undefined_object OR cannot_coerce";

/** All at once first; only if one is refused is each tried separately. */
function onTrial(from: string, { column, type, turned }: Retyped, relax: string): string {
  const name = identifier(column.id.name);
  const cuts = turned === null && truncates(type);
  const converted = (value: string) => turned?.(value) ?? `${value}::${type}`;
  // An explicit cast would truncate what an assignment refuses.
  const all = cuts
    ? `FOR r IN SELECT t.${name} AS value FROM ${from} t WHERE t.${name} IS NOT NULL LOOP x := r.value; END LOOP;`
    : `PERFORM count(${converted(`t.${name}`)}) FROM ${from} t WHERE t.${name} IS NOT NULL;`;
  const one = cuts ? "x := r.value;" : `PERFORM ${converted("r.value")};`;
  const each = `FOR r IN SELECT t.ctid AS at, t.tableoid AS part, t.${name} AS value FROM ${from} t WHERE t.${name} IS NOT NULL LOOP
      BEGIN ${one} EXCEPTION WHEN ${REFUSED} THEN
        UPDATE ${from} t SET ${name} = NULL WHERE t.ctid = r.at AND t.tableoid = r.part;
      END; END LOOP;`;
  return block(
    `BEGIN ${all} EXCEPTION WHEN ${REFUSED} THEN refused := true; WHEN ${NO_CAST} THEN NULL; END;
    IF refused THEN ${relax} ${each} END IF;`,
    `r record; refused boolean := false;${cuts ? ` x ${type};` : ""} `,
  );
}

/** After the way back, by the names of that time: a column that must have a value and has none gets its default, or stops the way back. */
export function filledAfterwards(table: TableRef, retyped: readonly Retyped[]): readonly string[] {
  return retyped.flatMap(({ required }) => {
    if (!required) return [];
    const { name, hasDefault, again } = required;
    const column = identifier(name);
    const missing = `SELECT FROM pg_catalog.pg_attribute a WHERE a.attrelid = ${relationId(table)} AND a.attname = ${literal(name)} AND NOT a.attnotnull`;
    const fill = hasDefault ? `UPDATE ${sqlName(table)} SET ${column} = DEFAULT WHERE ${column} IS NULL;` : "";
    return withoutTriggers(table, [block(`IF EXISTS (${missing}) THEN ${fill} ${again}; END IF;`)]);
  });
}

function block(body: string, declared = ""): string {
  return `DO ${literal(`${declared === "" ? "" : `DECLARE ${declared}`}BEGIN ${body} END`)}`;
}
