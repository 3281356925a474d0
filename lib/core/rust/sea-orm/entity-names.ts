import type { Crate } from "../syntax/crate.js";
import type { Item } from "../syntax/items.js";
import { stringValue, tokensOf } from "../syntax/literals.js";
import { camelCase, snakeCase } from "../syntax/names.js";
import type { RustNode, RustText } from "../syntax/rust-node.js";

/** The table of `user::Entity`, from the attributes of the entity's `Model`. Null when the files hold no such entity. */
export function entityTable(crate: Crate, segments: readonly string[], from: RustText): string | null {
  const path = crate.expand(segments, from);
  if (path.at(-1) !== "Entity" && path.at(-1) !== "Table") return null;
  const model = modelIn(crate, path.slice(0, -1), from);
  return model ? tableAttribute(model) : null;
}

/** The column of `user::Column::CreatedAt`, from the fields of the entity's `Model`. */
export function entityColumn(crate: Crate, segments: readonly string[], from: RustText): string | null {
  const path = crate.expand(segments, from);
  if (path.at(-2) !== "Column") return null;
  const model = modelIn(crate, path.slice(0, -2), from);
  if (!model) return null;
  const variant = path.at(-1) ?? "";
  return fieldsOf(model).find((field) => field.variant === variant)?.column ?? null;
}

function modelIn(crate: Crate, module: readonly string[], from: RustText): Item | null {
  const path = module.filter((part) => part !== "self" && part !== "super" && part !== "crate");
  const models = crate.candidates("struct", [...path, "Model"], from);
  const fitting = models.filter((model) => path.length === 0 || model.module.at(-1) === path.at(-1));
  return fitting.length === 1 ? (fitting[0] ?? null) : null;
}

/** The columns of the entity in a module. */
export function modelFields(crate: Crate, module: readonly string[], from: RustText): readonly EntityField[] | null {
  const model = modelIn(crate, crate.expand([...module, "Model"], from).slice(0, -1), from);
  return model ? fieldsOf(model) : null;
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

/** The fields of a struct that stand for columns. */
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
    const column = attributeText(attributes, "column_name") ?? snakeCase(variant);
    if (!attributes.some((each) => /\bsea_orm\s*\(\s*ignore\b|\bsqlx\s*\(\s*skip\b/.test(each.text))) {
      fields.push({ name, column, variant, type: child.field("type"), attributes, node: child });
    }
    attributes = [];
  }
  return fields;
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
