import { identifier, qualified } from "../../sql/quote.js";
import type { RawDifference } from "../compare.js";
import type { CatalogIndex } from "../lookup.js";

/** SQL that makes the actual what is declared; null when only a person can decide. */
export function repairOf(difference: RawDifference, _actual: CatalogIndex, declared: CatalogIndex): string | null {
  const { id, kind, change } = difference;
  if (kind === "index" && change === "missing") return declared.get(kind, id)?.definition ?? null;
  if (kind === "index" && change === "unexpected") return `DROP INDEX ${qualified(id.schema, id.name)}`;
  if (kind === "column" && difference.attribute === "notNull") {
    const verb = difference.declared === true ? "SET" : "DROP";
    return `ALTER TABLE ${qualified(id.schema, id.table ?? "")} ALTER COLUMN ${identifier(id.name)} ${verb} NOT NULL`;
  }
  return null;
}
