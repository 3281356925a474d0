import type { AlterTableCmd, AlterTableType, ConstrType, Node, RangeVar } from "libpg-query";

export type NodeKind = Node extends infer N ? (N extends unknown ? keyof N : never) : never;
/** What a rule may list in `nodes`: a kind of statement, or of a command or a new constraint of an ALTER TABLE. */
export type StatementKind = NodeKind | AlterTableType | ConstrType;
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

/** Many rules ask for the commands of the same statement. */
const commandsByNode = new WeakMap<Node, readonly AlterCommand[]>();
const NO_COMMANDS: readonly AlterCommand[] = [];

/** Every command of an ALTER TABLE; none for another statement, and for an ALTER TABLE of a view or an index. */
export function allCommands(node: Node): readonly AlterCommand[] {
  const alter = as(node, "AlterTableStmt");
  const table = alter?.relation;
  if (!table || (alter.objtype !== "OBJECT_TABLE" && alter.objtype !== undefined)) return NO_COMMANDS;
  const known = commandsByNode.get(node);
  if (known) return known;
  const commands = (alter.cmds ?? []).flatMap((item) => {
    const command = as(item, "AlterTableCmd");
    return command ? [{ table, command }] : [];
  });
  commandsByNode.set(node, commands);
  return commands;
}

/** Everything that a rule may list for a statement, each once. */
export function kindsOf(node: Node): readonly StatementKind[] {
  const commands = allCommands(node);
  if (commands.length === 0) return [kindOf(node)];
  const kinds = new Set<StatementKind>([kindOf(node)]);
  for (const { command } of commands) {
    if (command.subtype) kinds.add(command.subtype);
    const alone = as(command.def, "Constraint");
    if (alone?.contype) kinds.add(alone.contype);
    for (const item of as(command.def, "ColumnDef")?.constraints ?? []) {
      const contype = as(item, "Constraint")?.contype;
      if (contype) kinds.add(contype);
    }
  }
  return [...kinds];
}

/** Every node of one kind below a value, depth first. */
export function find<K extends NodeKind>(value: unknown, kind: K): NodeOf<K>[] {
  const found: NodeOf<K>[] = [];
  collect(value, kind, found);
  return found;
}

function collect(value: unknown, kind: string, into: unknown[]): void {
  if (Array.isArray(value)) {
    for (const item of value) collect(item, kind, into);
  } else if (value !== null && typeof value === "object") {
    const body = value as Record<string, unknown>;
    for (const key in body) {
      const child = body[key];
      if (child === null || typeof child !== "object") continue;
      if (key === kind) into.push(child);
      collect(child, kind, into);
    }
  }
}

/** The last part of a column reference: `users.email` → `email`. */
export function columnName(node: Node | undefined): string | undefined {
  return strings(as(node, "ColumnRef")?.fields).at(-1);
}

/** Columns named anywhere in an expression, each once. */
export function columnsOf(expression: Node | undefined): string[] {
  const names = find(expression, "ColumnRef").flatMap((reference) => strings(reference.fields).at(-1) ?? []);
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

/** Whether a boolean option is in the list and not switched off. */
export function optionIsOn(options: readonly Node[] | undefined, name: string): boolean {
  const element = option(options, name);
  if (!element) return false;
  const value = as(element.arg, "String")?.sval ?? as(element.arg, "Integer")?.ival ?? true;
  return !["false", "off", "0", 0].includes(value as string | number);
}

/** Calls back for every node below (and including) a tree, with its tag. */
export function visit(value: unknown, found: (tag: string, tree: object) => void): void {
  if (Array.isArray(value)) {
    for (const item of value) visit(item, found);
  } else if (value !== null && typeof value === "object") {
    for (const [key, child] of Object.entries(value)) {
      if (child !== null && typeof child === "object" && !Array.isArray(child)) found(key, child);
      visit(child, found);
    }
  }
}
