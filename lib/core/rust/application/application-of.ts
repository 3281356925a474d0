import type { ColumnRequirement } from "../../contract/contract.js";
import { attributeText, type EntityField, fieldsOf, tableAttribute } from "../sea-orm/entity-names.js";
import type { Crate } from "../syntax/crate.js";
import type { Item } from "../syntax/items.js";
import { columnRequirement } from "./column-requirement.js";
import { dieselTables } from "./diesel-tables.js";
import { fieldShape } from "./rust-types.js";

/**
 * The columns that the application's own code reads and writes: SeaORM entities, diesel's `table!`, and structs that
 * derive `FromRow` and name their table. They must be there after the release.
 */
export function applicationRequirements(crate: Crate): readonly ColumnRequirement[] {
  const structs = crate.all("struct").flatMap((item) => {
    if (derives(item, "DeriveEntityModel")) return entity(item);
    return derives(item, "FromRow") ? row(item) : [];
  });
  const tables = crate.parsed.flatMap(({ root }) => dieselTables(root));
  return [...structs, ...tables];
}

function derives(item: Item, name: string): boolean {
  return item.attributes.some(
    (attribute) =>
      attribute.child("attribute")?.children[0]?.text === "derive" && new RegExp(`\\b${name}\\b`).test(attribute.text),
  );
}

function entity(model: Item): readonly ColumnRequirement[] {
  const table = tableAttribute(model);
  if (table === null) return [];
  const schema = attributeText(model.attributes, "schema_name");
  return fieldsOf(model).map((field) => requirement(schema, table, field.column, field));
}

/** `#[sqlx(rename = "x")]` gives a field's column name; the table is in an attribute of one of sqlx's companion crates. */
function row(struct: Item): readonly ColumnRequirement[] {
  const named = attributeText(struct.attributes, "table") ?? attributeText(struct.attributes, "table_name");
  if (named === null) return [];
  const [table = named, schema = null] = named.split(".").reverse();
  return fieldsOf(struct)
    .filter((field) => !field.attributes.some((each) => /\bflatten\b/.test(each.text)))
    .map((field) => requirement(schema, table, attributeText(field.attributes, "rename") ?? field.name, field));
}

function requirement(schema: string | null, table: string, column: string, field: EntityField): ColumnRequirement {
  const { type, nullable } = fieldShape(field.type);
  // An entity may give the database's type itself; then the Rust type does not tell as much.
  const overridden = attributeText(field.attributes, "column_type") !== null;
  return columnRequirement(schema, table, column, overridden ? null : type, nullable, field.node);
}
