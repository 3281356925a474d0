import { chosenName } from "../../postgres/chosen-names.js";
import { identifier, literal, qualified } from "../../sql/quote.js";
import type { CatalogObject } from "../catalog.js";
import { list } from "./list.js";

/** Enums and composite types; null for the others, which need functions that the catalog only names. */
export function createType(object: CatalogObject): string[] | null {
  const name = qualified(object.id.schema, object.id.name);
  const { form, labels, columns } = object.attributes;
  if (form === "enum") return [`CREATE TYPE ${name} AS ENUM (${list(labels).map(literal).join(", ")})`];
  if (form !== "composite" || !Array.isArray(columns)) return null;
  const parts = (columns as readonly (readonly [string, string, string | null])[]).map(
    ([column, type, collation]) => `${identifier(column)} ${type}${collation === null ? "" : ` COLLATE ${collation}`}`,
  );
  return [`CREATE TYPE ${name} AS (${parts.join(", ")})`];
}

interface DomainConstraint {
  readonly name: string;
  readonly definition: string;
  readonly validated: boolean;
}

function domainConstraints(object: CatalogObject): readonly DomainConstraint[] {
  const { constraints } = object.attributes;
  return Array.isArray(constraints) ? (constraints as unknown as readonly DomainConstraint[]) : [];
}

export function createDomain(object: CatalogObject): string[] {
  const { base, collation, default: fallback, notNull } = object.attributes;
  const parts = [
    `CREATE DOMAIN ${qualified(object.id.schema, object.id.name)} AS ${base}`,
    collation === null ? "" : `COLLATE ${collation}`,
    fallback === null ? "" : `DEFAULT ${fallback}`,
    notNull === true ? notNullClause(object) : "",
    ...domainConstraints(object)
      .filter((each) => each.validated)
      .map((each) => `CONSTRAINT ${identifier(each.name)} ${each.definition}`),
  ];
  return [parts.filter(Boolean).join(" ")];
}

function notNullClause(object: CatalogObject): string {
  const { notNullName } = object.attributes;
  return typeof notNullName === "string" ? `CONSTRAINT ${identifier(notNullName)} NOT NULL` : "NOT NULL";
}

/** Adds an enum's new labels at their place; null when one is gone or has moved, because rows may hold it. */
export function addLabels(object: CatalogObject, actual: CatalogObject): string[] | null {
  const wanted = list(object.attributes.labels);
  const there = list(actual.attributes.labels);
  if (wanted.filter((label) => there.includes(label)).join("\0") !== there.join("\0")) return null;
  const name = qualified(object.id.schema, object.id.name);
  return wanted.flatMap((label, at) => {
    if (there.includes(label)) return [];
    const previous = wanted[at - 1];
    const [first] = there;
    const place =
      previous === undefined ? (first === undefined ? "" : ` BEFORE ${literal(first)}`) : ` AFTER ${literal(previous)}`;
    return [`ALTER TYPE ${name} ADD VALUE ${literal(label)}${place}`];
  });
}

/** Repairs one attribute of a domain. */
export function alterDomain(declared: CatalogObject, actual: CatalogObject, attribute: string): string[] | null {
  const alter = (action: string) => `ALTER DOMAIN ${qualified(declared.id.schema, declared.id.name)} ${action}`;
  const { default: fallback, notNull } = declared.attributes;
  if (attribute === "default") return [alter(fallback === null ? "DROP DEFAULT" : `SET DEFAULT ${fallback}`)];
  if (attribute === "notNullName") return renameNotNull(declared, actual, alter);
  if (attribute === "notNull") return [alter(`${notNull === true ? "SET" : "DROP"} NOT NULL`)];
  if (attribute !== "constraints") return null;
  const same = (a: DomainConstraint, b: DomainConstraint) => JSON.stringify(a) === JSON.stringify(b);
  const was = domainConstraints(actual);
  const is = domainConstraints(declared);
  return [
    ...was
      .filter((old) => !is.some((each) => same(each, old)))
      .map((old) => alter(`DROP CONSTRAINT ${identifier(old.name)}`)),
    ...is
      .filter((each) => !was.some((old) => same(each, old)))
      .map((each) => alter(`ADD CONSTRAINT ${identifier(each.name)} ${each.definition}`)),
  ];
}

/** Since 17; a NOT NULL that exists on only one side gets its name with the rule itself. */
function renameNotNull(declared: CatalogObject, actual: CatalogObject, alter: (action: string) => string): string[] {
  if (declared.attributes.notNull !== true) return [];
  const [was, is] = [actual, declared].map(({ id, attributes }) =>
    typeof attributes.notNullName === "string" ? attributes.notNullName : chosenName("not null", id.name, []),
  ) as [string, string];
  const from = actual.attributes.notNull === true ? was : chosenName("not null", actual.id.name, []);
  return [alter(`RENAME CONSTRAINT ${identifier(from)} TO ${identifier(is)}`)];
}
