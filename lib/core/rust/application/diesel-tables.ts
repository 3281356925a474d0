import type { ColumnRequirement } from "../../contract/contract.js";
import { attributeText } from "../sea-orm/entity-names.js";
import { pathOf } from "../syntax/items.js";
import { parsePiece } from "../syntax/parse-rust.js";
import type { RustNode } from "../syntax/rust-node.js";
import { columnRequirement } from "./column-requirement.js";
import { dieselShape } from "./rust-types.js";

/** The columns of diesel's `table! { name (key) { column -> Type, … } }`. */
export function dieselTables(root: RustNode): readonly ColumnRequirement[] {
  return [...root.descendants()]
    .filter((node) => node.type === "macro_invocation" && pathOf(node.field("macro")).at(-1) === "table")
    .flatMap(columnsOf);
}

function columnsOf(macro: RustNode): readonly ColumnRequirement[] {
  const tokens = macro.child("token_tree")?.children ?? [];
  const at = tokens.findLastIndex((token) => token.type === "token_tree" && token.text.startsWith("{"));
  const body = tokens[at];
  const before = tokens.slice(0, at).filter((token) => token.type === "identifier");
  const name = before.at(-1);
  if (!body || !name) return [];
  const owner = before.at(-2);
  const dotted = owner && macro.source.text.slice(owner.end, name.start).trim() === ".";
  return fields(body).map(({ node, attributes }) => {
    const { type, nullable } = dieselShape(node.field("type"));
    const column = attributeText(attributes, "sql_name") ?? (node.field("name")?.text ?? "").replace(/^r#/, "");
    return columnRequirement(dotted ? owner.text : null, name.text, column, type, nullable, node);
  });
}

/** `column -> Type` is read as the field of a struct; the arrow has the length of a colon and a blank, so places stay. */
function fields(body: RustNode): readonly { node: RustNode; attributes: readonly RustNode[] }[] {
  const head = "struct T ";
  const piece = parsePiece(head + body.text.replaceAll("->", ": "), body.source, body.start - head.length);
  const list = [...piece.root.descendants()].find((node) => node.type === "field_declaration_list");
  const found: { node: RustNode; attributes: RustNode[] }[] = [];
  let attributes: RustNode[] = [];
  for (const child of list?.children ?? []) {
    if (child.type === "attribute_item") attributes.push(child);
    else if (child.type === "field_declaration") {
      found.push({ node: child, attributes });
      attributes = [];
    }
  }
  return found;
}
