import { qualified } from "../../sql/quote.js";
import type { TableObject } from "../catalog.js";
import type { CatalogIndex } from "../lookup.js";
import { alterStored } from "./alter-stored.js";
import { tableName } from "./target.js";

/** Repairs one attribute of a table; null when the table would have to be recreated. */
export function alterTable(
  declared: TableObject,
  actual: TableObject,
  attribute: string,
  catalog: CatalogIndex,
): string[] | null {
  const alter = (action: string) => [`ALTER TABLE ${tableName(declared)} ${action}`];
  const { attributes } = declared;
  switch (attribute) {
    case "rowSecurity":
      return alter(`${attributes.rowSecurity ? "ENABLE" : "DISABLE"} ROW LEVEL SECURITY`);
    case "forceRowSecurity":
      return alter(`${attributes.forceRowSecurity ? "FORCE" : "NO FORCE"} ROW LEVEL SECURITY`);
    case "persistence":
      return alter(attributes.persistence === "u" ? "SET UNLOGGED" : "SET LOGGED");
    case "inherits":
      return [
        ...actual.attributes.inherits
          .filter((parent) => !attributes.inherits.includes(parent))
          .flatMap((parent) => alter(`NO INHERIT ${parent}`)),
        ...attributes.inherits
          .filter((parent) => !actual.attributes.inherits.includes(parent))
          .flatMap((parent) => alter(`INHERIT ${parent}`)),
      ];
    case "partitionOf":
      return partition(declared, actual);
    default:
      return alterStored(declared, actual, attribute, catalog) ?? null;
  }
}

function partition(declared: TableObject, actual: TableObject): string[] {
  const name = qualified(declared.id.schema, declared.id.name);
  const was = actual.attributes.partitionOf;
  const is = declared.attributes.partitionOf;
  return [
    ...(was ? [`ALTER TABLE ${was.parent} DETACH PARTITION ${name}`] : []),
    ...(is ? [`ALTER TABLE ${is.parent} ATTACH PARTITION ${name} ${is.bound}`] : []),
  ];
}
