import { identifier } from "../../sql/quote.js";
import type { CatalogObject } from "../catalog.js";
import type { CatalogIndex } from "../lookup.js";
import { setOptions } from "./alter-column.js";
import { list } from "./list.js";
import { tableName } from "./target.js";

const STORED = ["accessMethod", "tablespace", "options", "toastOptions", "replicaIdentity"] as const;

/** What tables and materialized views have in common: how their rows are kept. Undefined for another attribute. */
export function alterStored(
  declared: CatalogObject,
  actual: CatalogObject | null,
  attribute: string,
  catalog: CatalogIndex,
): string[] | null | undefined {
  const { attributes } = declared;
  const words = declared.kind === "materialized view" ? "MATERIALIZED VIEW" : "TABLE";
  const alter = (action: string) => [`ALTER ${words} ${tableName(declared)} ${action}`];
  switch (attribute) {
    case "options":
      return setOptions(list(actual?.attributes.options), list(attributes.options), alter);
    case "toastOptions":
      return setOptions(list(actual?.attributes.toastOptions), list(attributes.toastOptions), alter, "toast.");
    case "tablespace":
      return alter(`SET TABLESPACE ${identifier(String(attributes.tablespace ?? "pg_default"))}`);
    case "accessMethod":
      return setAccessMethod(declared, catalog, alter);
    case "replicaIdentity":
      return replicaIdentity(declared, catalog);
    default:
      return undefined;
  }
}

/** What CREATE left at its default, for an object that was just created. */
export function storedRest(object: CatalogObject, catalog: CatalogIndex): string[] {
  const { accessMethod, tablespace, toastOptions, replicaIdentity: identity } = object.attributes;
  const wanted: Readonly<Record<(typeof STORED)[number], boolean>> = {
    accessMethod: accessMethod !== null && accessMethod !== undefined && accessMethod !== "heap",
    tablespace: typeof tablespace === "string",
    // CREATE itself sets it.
    options: false,
    toastOptions: list(toastOptions).length > 0,
    replicaIdentity: identity !== undefined && identity !== "d",
  };
  return STORED.filter((each) => wanted[each]).flatMap((each) => alterStored(object, null, each, catalog) ?? []);
}

/** Since 15; before that, the table would have to be recreated. */
function setAccessMethod(
  { attributes }: CatalogObject,
  { catalog }: CatalogIndex,
  alter: (action: string) => string[],
): string[] | null {
  if (catalog.serverVersion < 150_000 || attributes.accessMethod === null) return null;
  return alter(`SET ACCESS METHOD ${identifier(String(attributes.accessMethod))}`);
}

function replicaIdentity(declared: CatalogObject, catalog: CatalogIndex): string[] | null {
  const words: Readonly<Record<string, string>> = { d: "DEFAULT", n: "NOTHING", f: "FULL" };
  const word = words[String(declared.attributes.replicaIdentity)];
  // ALTER MATERIALIZED VIEW has no such action; ALTER TABLE does it for both.
  const alter = (action: string) => [`ALTER TABLE ${tableName(declared)} REPLICA IDENTITY ${action}`];
  if (word) return alter(word);
  const indexes = catalog.indexes({ schema: declared.id.schema ?? "", name: declared.id.name });
  const index = indexes.find((each) => each.attributes.replicaIdentity === true);
  return index ? alter(`USING INDEX ${identifier(index.id.name)}`) : null;
}
