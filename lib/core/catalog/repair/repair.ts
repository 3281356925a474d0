import type { Json } from "../../json.js";
import { identifier, qualified } from "../../sql/quote.js";
import type { Difference, RawDifference } from "../compare.js";
import type { CatalogIndex } from "../lookup.js";
import { alter } from "./alter.js";
import { create } from "./create.js";
import { drop } from "./drop.js";

/** SQL that makes the actual what is declared, statements ended by `;`; null when only a person can decide. */
export function repairOf(difference: RawDifference, actual: CatalogIndex, declared: CatalogIndex): string | null {
  const is = actual.get(difference.kind, difference.id);
  const should = declared.get(difference.kind, difference.id);
  const statements = statementsOf(difference, is, should, declared);
  return statements === null ? null : statements.map((statement) => `${statement};`).join("\n");
}

type Found = ReturnType<CatalogIndex["get"]>;

function statementsOf(difference: RawDifference, is: Found, should: Found, declared: CatalogIndex): string[] | null {
  const named = notNullName(difference, is ?? should, declared);
  if (named !== null) return named;
  if (difference.change === "missing") return should ? create(should, declared) : null;
  if (difference.change === "unexpected") return is ? drop(is) : null;
  return is && should ? alter(should, is, difference.attribute ?? "", declared) : null;
}

/**
 * Since 18 a NOT NULL has a name. To drop the name would drop the rule, so it is renamed: the server's own choice of a name
 * counts as none. A column that is nullable on one side says so itself.
 */
function notNullName(difference: RawDifference, object: Found, declared: CatalogIndex): string[] | null {
  if (object?.kind !== "constraint" || object.attributes.type !== "n" || difference.change === "changed") return null;
  const { schema = "", table = "", name } = object.id;
  const [column = ""] = object.attributes.columns;
  const ownName = `${table}_${column}_not_null`;
  const rename = (from: string, to: string) => [
    `ALTER TABLE ${qualified(schema, table)} RENAME CONSTRAINT ${identifier(from)} TO ${identifier(to)}`,
  ];
  if (difference.change === "missing") return rename(ownName, name);
  return declared.column({ schema, name: table }, column)?.attributes.notNull ? rename(name, ownName) : [];
}

/** What is made first, so that what needs it can follow; dropping goes the other way. */
const ORDER: readonly string[] = [
  "schema",
  "extension",
  "language",
  "type",
  "domain",
  "sequence",
  "table",
  "column",
  "function",
  "view",
  "materialized view",
  "constraint",
  "index",
  "rule",
  "trigger",
  "policy",
];

/** The repairs of a comparison in an order in which they can run, each once. What has no repair is left to a person. */
export function orderedRepairs(differences: readonly Difference[]): string[] {
  const rank = ({ kind, change, declared, actual }: Difference) => {
    const place = ORDER.indexOf(kind) === -1 ? ORDER.length : ORDER.indexOf(kind);
    const at = isForeignKey(kind, declared ?? actual) ? place + 0.5 : place;
    return change === "unexpected" ? -1 - at : at;
  };
  const repairs = [...differences]
    .sort((a, b) => rank(a) - rank(b))
    .flatMap((difference) => (difference.repair === null || difference.repair === "" ? [] : [difference.repair]));
  return [...new Set(repairs)];
}

/** It needs the key that it points at. */
function isForeignKey(kind: string, content: Json): boolean {
  return (
    kind === "constraint" &&
    typeof content === "object" &&
    content !== null &&
    "type" in content &&
    content.type === "f"
  );
}
