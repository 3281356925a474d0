import type { AlterTableCmd, AlterTableType, Node, RangeVar } from "libpg-query";
import type { LintStatement } from "../../lint/lint-statement.js";

export type NodeKind = Node extends infer N ? (N extends unknown ? keyof N : never) : never;
export type NodeOf<K extends NodeKind> = Extract<Node, { readonly [key in K]: unknown }>[K];

/** The body of a node of one kind, or undefined when it is of another. */
export function as<K extends NodeKind>(node: Node | undefined, kind: K): NodeOf<K> | undefined {
  return node && kind in node ? (node as unknown as Record<K, NodeOf<K>>)[kind] : undefined;
}

export function kindOf(node: Node): NodeKind {
  return Object.keys(node)[0] as NodeKind;
}

/** The texts of a list of `String` nodes: names, key columns. */
export function strings(nodes: readonly Node[] | undefined): string[] {
  return (nodes ?? []).flatMap((node) => as(node, "String")?.sval ?? []);
}

/** A name as a list of parts: `["public", "users"]`. */
export function listItems(node: Node | undefined): readonly Node[] {
  return as(node, "List")?.items ?? [];
}

export interface AlterCommand {
  readonly table: RangeVar;
  readonly command: AlterTableCmd;
}

/** The commands of an ALTER TABLE of these kinds, in order. */
export function alterCommands(statement: LintStatement, ...kinds: readonly AlterTableType[]): AlterCommand[] {
  const alter = as(statement.node, "AlterTableStmt");
  const table = alter?.relation;
  if (!table || (alter.objtype !== "OBJECT_TABLE" && alter.objtype !== undefined)) return [];
  return (alter.cmds ?? []).flatMap((node) => {
    const command = as(node, "AlterTableCmd");
    return command?.subtype && kinds.includes(command.subtype) ? [{ table, command }] : [];
  });
}

/** Every node below (and including) a value, depth first. */
export function* descend(value: unknown): Generator<{ readonly kind: string; readonly body: Record<string, unknown> }> {
  if (Array.isArray(value)) {
    for (const item of value) yield* descend(item);
  } else if (value !== null && typeof value === "object") {
    for (const [key, body] of Object.entries(value)) {
      if (body === null || typeof body !== "object") continue;
      if (/^[A-Z]/.test(key) && !Array.isArray(body)) yield { kind: key, body: body as Record<string, unknown> };
      yield* descend(body);
    }
  }
}

/** Every node of one kind below a value. */
export function* find<K extends NodeKind>(value: unknown, kind: K): Generator<NodeOf<K>> {
  for (const node of descend(value)) if (node.kind === kind) yield node.body as NodeOf<K>;
}

/** The last part of a column reference: `users.email` → `email`. */
export function columnName(node: Node | undefined): string | undefined {
  return strings(as(node, "ColumnRef")?.fields).at(-1);
}

/** Columns named anywhere in an expression, each once. */
export function columnsOf(expression: Node | undefined): string[] {
  const names = [...find(expression, "ColumnRef")].flatMap((reference) => strings(reference.fields).at(-1) ?? []);
  return [...new Set(names)];
}

/** The value of a constant: text, number as text, or boolean as text. */
export function constant(node: Node | undefined): string | undefined {
  const value = as(node, "A_Const");
  if (!value || value.isnull) return undefined;
  if (value.sval) return value.sval.sval ?? "";
  if (value.ival) return String(value.ival.ival ?? 0);
  if (value.fval) return value.fval.fval ?? "";
  return value.boolval ? String(value.boolval.boolval ?? false) : undefined;
}

/** The option of a `DefElem` list by name. */
export function option(options: readonly Node[] | undefined, name: string) {
  return (options ?? []).map((node) => as(node, "DefElem")).find((element) => element?.defname === name);
}

/** Whether a boolean option stands in the list and is not switched off. */
export function optionIsOn(options: readonly Node[] | undefined, name: string): boolean {
  const element = option(options, name);
  if (!element) return false;
  const value = as(element.arg, "String")?.sval ?? as(element.arg, "Integer")?.ival ?? true;
  return !["false", "off", "0", 0].includes(value as string | number);
}
