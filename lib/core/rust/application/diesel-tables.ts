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
  const table = dieselTable(macro);
  if (!table) return [];
  return table.columns.map(({ node, column }) => {
    const { type, nullable } = dieselShape(node.field("type"));
    return columnRequirement(table.schema, table.name, column, type, nullable, node);
  });
}

interface MappedColumns {
  readonly schema: string | null;
  readonly name: string;
  /** `name` is what code calls the column. */
  readonly columns: readonly { readonly name: string; readonly column: string; readonly node: RustNode }[];
}

/** What one `table!` maps; null when it maps nothing. */
export function dieselTable(macro: RustNode): MappedColumns | null {
  const tokens = macro.child("token_tree")?.children ?? [];
  const at = tokens.findLastIndex((token) => token.type === "token_tree" && token.text.startsWith("{"));
  const body = tokens[at];
  const before = tokens.slice(0, at).filter((token) => token.type === "identifier");
  const name = before.at(-1);
  if (!body || !name) return null;
  const owner = before.at(-2);
  const dotted = owner && macro.source.text.slice(owner.end, name.start).trim() === ".";
  const columns = fields(body).map(({ node, attributes }) => {
    const known = (node.field("name")?.text ?? "").replace(/^r#/, "");
    return { name: known, column: attributeText(attributes, "sql_name") ?? known, node };
  });
  return { schema: dotted ? owner.text : null, name: name.text, columns };
}

/** `column -> Type` is read as a struct's field; the arrow is as long as a colon and a blank, so positions do not change. */
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
