import { pathOf } from "../../rust/syntax/items.js";
import type { RustNode } from "../../rust/syntax/rust-node.js";
import { bare } from "./chain.js";
import { bindingOf } from "./row-type.js";
import type { Entities, Entity } from "./sea-orm-entities.js";

interface Active {
  readonly entity: Entity;
  /** The columns that are set. */
  readonly columns: readonly string[];
}

/**
 * The columns that `cake::ActiveModel { name: Set(…), ..Default::default() }` sets: written where it is used, or bound to a name in the same
 * function, with what the function assigns to its fields afterwards. Null when the code does not say.
 */
export function activeColumns(entities: Entities, within: RustNode, expression: RustNode): Active | null {
  const node = bare(expression);
  if (node.type === "struct_expression") return fromStruct(entities, node);
  if (node.type !== "identifier") return null;
  const bound = letOf(within, node.text);
  if (!bound) return null;
  const assigned = assignedFields(within, node.text);
  const start =
    bare(bound.value).type === "struct_expression"
      ? fromStruct(entities, bare(bound.value))
      : converted(entities, bound);
  if (!start || !assigned) return null;
  const columns = assigned.map((name) => start.entity.fields.find((field) => field.name === name)?.column);
  if (columns.some((column) => column === undefined)) return null;
  return { ...start, columns: [...new Set([...start.columns, ...columns.flatMap((column) => column ?? [])])] };
}

interface Binding {
  readonly type: RustNode | null;
  readonly value: RustNode;
}

/** The only `let` of a name. */
function letOf(within: RustNode, name: string): Binding | null {
  const only = bindingOf(within, name);
  const value = only?.type === "let_declaration" ? only.field("value") : null;
  return only && value ? { type: only.field("type"), value } : null;
}

/** `let mut a: cake::ActiveModel = row.into()`: an unchanged row, so nothing is set. */
function converted(entities: Entities, { type, value }: Binding): Active | null {
  if (!type || !/\.\s*into\s*\(\s*\)$/.test(value.text)) return null;
  const entity = pathOf(type).at(-1) === "ActiveModel" ? entities.named(pathOf(type), type) : null;
  return entity && { entity, columns: [] };
}

function fromStruct(entities: Entities, node: RustNode): Active | null {
  const path = pathOf(node.field("name"));
  const entity = path.at(-1) === "ActiveModel" ? entities.named(path, node) : null;
  if (!entity) return null;
  const columns: string[] = [];
  for (const given of node.field("body")?.children ?? []) {
    if (given.type === "base_field_initializer" && isEmptyBase(given.text, entity)) continue;
    const value = given.type === "field_initializer" ? given.field("value") : null;
    if (value && /(^|::)NotSet$/.test(value.text)) continue;
    const name = given.field("field")?.text ?? given.field("name")?.text;
    const column = entity.fields.find((field) => field.name === name)?.column;
    if (!value || column === undefined || !isSet(value)) return null;
    columns.push(column);
  }
  return { entity, columns };
}

/** `ActiveModel::default()` is what `ActiveModelBehavior::new` creates; the default of `ActiveModelTrait` sets nothing. */
function isEmptyBase(text: string, { behaviour }: Entity): boolean {
  if (/^\.\.\s*(<.*\bActiveModelTrait>|ActiveModelTrait)::default\(\)$/.test(text.trim())) return true;
  return (
    behaviour?.has("new") === false && /^\.\.\s*([\w:]*\b(Default|ActiveModel)|<.*>)::default\(\)$/.test(text.trim())
  );
}

function isSet(value: RustNode): boolean {
  if (value.type !== "call_expression") return false;
  return /^(Set|ActiveValue::Set|ActiveValue::set)$/.test(pathOf(value.field("function")).slice(-2).join("::"));
}

/** Fields that the function sets in any case; null when it may set another, or passes the value on to be changed. */
function assignedFields(within: RustNode, name: string): readonly string[] | null {
  const steady = new Set((within.field("body")?.children ?? []).flatMap(({ children }) => children));
  const fields: string[] = [];
  for (const node of within.descendants()) {
    if (node.type === "reference_expression" && new RegExp(`^&\\s*mut\\s+${name}\\b`).test(node.text)) return null;
    if (mayChange(node, name)) return null;
    const left = /^(compound_)?assignment/.test(node.type) ? node.field("left") : null;
    const owner = left?.type === "field_expression" ? left.field("value") : left;
    if (owner?.text !== name) continue;
    const value = node.field("right");
    if (!steady.has(node) || left?.type !== "field_expression" || !value || !isSet(value)) return null;
    fields.push(left.field("field")?.text ?? "");
  }
  return fields;
}

/** Methods of a row that do not change it. Others take it by `&mut self` although the code does not show it, such as `set` and `take`. */
const LEAVES =
  /^(insert|update|save|delete|clone|is_changed|is_set|is_not_set|is_unchanged|as_ref|get|get_primary_key_value)$/;

/** A method call on the row or on one of its fields, or a macro that gets it. */
function mayChange(node: RustNode, name: string): boolean {
  if (node.type === "macro_invocation")
    return new RegExp(`\\b${name}\\b`).test(node.child("token_tree")?.text ?? "") && !isPrinting(node);
  const callee = node.type === "call_expression" ? node.field("function") : null;
  if (callee?.type !== "field_expression" || LEAVES.test(callee.field("field")?.text ?? "")) return false;
  const receiver = bare(callee.field("value") ?? callee);
  const owner = receiver.type === "field_expression" ? receiver.field("value") : receiver;
  return owner?.text === name;
}

/** Macros of the language and of tracing that only print what they are given. */
function isPrinting(node: RustNode): boolean {
  return /^(print|println|eprint|eprintln|format|write|writeln|assert|assert_eq|assert_ne|debug_assert|dbg|trace|debug|info|warn|error)$/.test(
    pathOf(node.field("macro")).at(-1) ?? "",
  );
}
