import type { Crate } from "../syntax/crate.js";
import type { Item } from "../syntax/items.js";
import { stringValue, tokensOf } from "../syntax/literals.js";
import { camelCase, snakeCase } from "../syntax/names.js";
import type { RustNode } from "../syntax/rust-node.js";

/** The table of `user::Entity`, from the attributes of the entity's `Model`. Null when the files contain no such entity. */
export function entityTable(crate: Crate, path: readonly string[], node: RustNode): string | null {
  const model = entityModel(crate, path, node);
  return model ? tableAttribute(model) : null;
}

/** The column of `user::Column::CreatedAt`, from the fields of the entity's `Model`. */
export function entityColumn(crate: Crate, path: readonly string[], node: RustNode): string | null {
  const found = crate.value(path, node);
  if (found?.kind !== "member" || found.item.kind !== "derived" || found.item.name !== "Column") return null;
  const [variant] = found.rest;
  if (found.rest.length !== 1 || crate.untold(found.item) !== null) return null;
  return fieldsOf(found.item).find((field) => field.variant === variant)?.column ?? null;
}

/** The model behind an entity's path. Null when the files do not say. */
export function entityModel(crate: Crate, path: readonly string[], node: RustNode): Item | null {
  const found = crate.type(path, node);
  const entity =
    found?.kind === "item" && found.item.kind === "derived" && /^(Entity|ActiveModel)$/.test(found.item.name);
  return entity && crate.untold(found.item) === null ? found.item : null;
}

/** The columns of an entity. */
export function modelFields(crate: Crate, entity: readonly string[], node: RustNode): readonly EntityField[] | null {
  const model = entityModel(crate, entity, node);
  return model ? fieldsOf(model) : null;
}

/** False where an attribute of the model changes its columns, or the build decides about them. */
export function columnsTold({ attributes }: Item): boolean {
  const all = attributes.map((each) => each.text).join(" ");
  return !/\brename_all\b|\bsea_orm\s*::\s*|\bcfg(_attr)?\b|\btable_iden\b/.test(all);
}

export function tableAttribute(model: Item): string | null {
  return attributeText(model.attributes, "table_name");
}

export interface EntityField {
  readonly name: string;
  readonly column: string;
  /** The name of its variant of `Column`. */
  readonly variant: string;
  readonly type: RustNode | null;
  readonly attributes: readonly RustNode[];
  readonly node: RustNode;
}

/** The fields of a struct that are columns. */
export function fieldsOf(model: Item): readonly EntityField[] {
  const fields: EntityField[] = [];
  let attributes: RustNode[] = [];
  for (const child of model.node.field("body")?.children ?? []) {
    if (child.type === "attribute_item") {
      attributes.push(child);
      continue;
    }
    if (child.type !== "field_declaration") continue;
    const name = (child.field("name")?.text ?? "").replace(/^r#/, "");
    const variant = attributeText(attributes, "enum_name") ?? camelCase(name);
    // A name that its variant's name does not convert back to is kept as it is: `field_2`.
    const kept = snakeCase(camelCase(name)) === name ? snakeCase(variant) : name;
    const column = attributeText(attributes, "column_name") ?? kept;
    if (!attributes.some(ignores)) {
      fields.push({ name, column, variant, type: child.field("type"), attributes, node: child });
    }
    attributes = [];
  }
  return fields;
}

/** `ignore` may follow other words. */
function ignores(item: RustNode): boolean {
  const attribute = item.child("attribute");
  const words = tokensOf(attribute?.field("arguments") ?? item).filter(({ kind }) => kind === "word");
  const name = attribute?.children[0]?.text;
  return words.some(({ text }) => (name === "sea_orm" && text === "ignore") || (name === "sqlx" && text === "skip"));
}

/** The text of `#[sea_orm(key = "text")]`. */
export function attributeText(attributes: readonly RustNode[], key: string): string | null {
  for (const item of attributes) {
    const attribute = item.child("attribute");
    const value = attribute?.field("value");
    if (attribute?.children[0]?.text === key && value) return stringValue(value);
    const tokens = tokensOf(attribute?.field("arguments") ?? item);
    for (const [at, token] of tokens.entries()) {
      const next = tokens[at + 1];
      if (token.kind === "word" && token.text === key && next?.kind === "text") return next.text;
    }
  }
  return null;
}
