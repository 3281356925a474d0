import type { Node } from "libpg-query";
import { isTree, listOf, numberIn, queryOf, type Tree, treeIn } from "./body-tree.js";
import { type Constant, type Constants, constantList, constantText, variableName } from "./constant-text.js";
import { isParsed, parseSql } from "./parse.js";
import { holdsTexts } from "./plain-types.js";
import { selectedExpression } from "./selected-expression.js";
import { as, find } from "./tree.js";

/** The variables of a body in PL/pgSQL: what they hold at first, and what assigns them. */
export class Variables {
  private readonly names: readonly string[];
  private readonly declared = new Map<string, number>();

  constructor(private readonly body: Tree) {
    this.names = listOf(body.datums).map((datum) => this.nameOf(datum));
    for (const name of this.names) this.declared.set(name, (this.declared.get(name) ?? 0) + 1);
    // The variable of a loop over integers is the loop's own.
    for (const { PLpgSQL_stmt_fori: loop } of nodesWith(body.action, "PLpgSQL_stmt_fori")) {
      const name = loopVariable(isTree(loop) ? loop : {});
      this.declared.set(name, (this.declared.get(name) ?? 1) - 1);
    }
  }

  /** What holds when the body begins. A name that a block within declares again stands for two things, and for nothing here. */
  atFirst(given: Constants): Map<string, Constant> {
    const assigned = this.assignedIn(this.body.action);
    const parameters = [...assigned].some((name) => given.has(name));
    const scope = new Map([...given].filter(([name]) => this.isOne(name) && !(parameters && name.startsWith("$"))));
    const settled = new Map([...scope].filter(([name]) => !assigned.has(name)));
    for (const datum of listOf(this.body.datums)) {
      const name = this.nameOf(datum);
      const expression = queryOf(treeIn(datum, "PLpgSQL_var")?.default_val);
      if (expression === "" || !this.isOne(name) || given.has(name)) continue;
      const value = selectedExpression(expression);
      const held = value && heldBy(datum, value, settled);
      if (held === null) continue;
      scope.set(name, held);
      if (!assigned.has(name)) settled.set(name, held);
    }
    return scope;
  }

  isOne(name: string): boolean {
    return (this.declared.get(name) ?? 0) <= 1;
  }

  name(number: number): string {
    return this.names[number] ?? "";
  }

  /** Whether a variable holds a text just as it is assigned. */
  fits(number: number, text: string): boolean {
    return fits(typeOf(this.datum(number)), text);
  }

  /** What a variable holds behind an assignment; null where that is not known. */
  heldBy(number: number, value: Node, scope: Constants): Constant | null {
    return heldBy(this.datum(number), value, scope);
  }

  private datum(number: number): Tree {
    return listOf(this.body.datums)[number] ?? {};
  }

  /** Names of what a statement, with all within it, may assign. */
  assignedIn(value: unknown): ReadonlySet<string> {
    const found = new Set<string>();
    this.collect(value, found);
    return found;
  }

  private collect(value: unknown, found: Set<string>): void {
    if (Array.isArray(value)) for (const item of value) this.collect(item, found);
    if (!isTree(value)) return;
    for (const [tag, child] of Object.entries(value)) {
      if (isTree(child)) for (const name of this.assignedBy(tag, child)) found.add(name);
      this.collect(child, found);
    }
  }

  private assignedBy(tag: string, tree: Tree): readonly string[] {
    if (tag === "PLpgSQL_stmt_assign" || tag === "PLpgSQL_stmt_foreach_a") return [this.name(numberIn(tree, "varno"))];
    if (tag === "PLpgSQL_diag_item") return [this.name(numberIn(tree, "target"))];
    if (tag === "PLpgSQL_stmt_call") return variablesIn(queryOf(tree.expr));
    return tag === "target" || tag === "var" ? targetNames(tree) : [];
  }

  private nameOf(datum: Tree): string {
    const field = treeIn(datum, "PLpgSQL_recfield");
    if (field) return `${this.rowName(numberIn(field, "recparentno"))}.${String(field.fieldname)}`;
    const [own] = Object.values(datum);
    return isTree(own) ? String(own.refname) : "";
  }

  private rowName(number: number): string {
    return this.nameOf(this.datum(number));
  }
}

/** Takes from a scope what is assigned: a variable with its fields, and of a field the whole variable. */
export function forget(scope: Map<string, Constant>, names: ReadonlySet<string>): void {
  for (const key of [...scope.keys()]) if (names.has(key) || names.has(key.split(".")[0] ?? "")) scope.delete(key);
}

/** Of a target of INTO, or the variable of a loop: its names in order. */
export function targetNames(target: Tree): readonly string[] {
  const row = treeIn(target, "PLpgSQL_row");
  if (row) return listOf(row.fields).map(({ name }) => String(name));
  const one = treeIn(target, "PLpgSQL_rec") ?? treeIn(target, "PLpgSQL_var");
  return one ? [String(one.refname)] : [];
}

export function loopVariable(loop: Tree): string {
  return String(treeIn(loop.var, "PLpgSQL_var")?.refname ?? "");
}

export function* nodesWith(value: unknown, tag: string): Generator<Tree> {
  if (Array.isArray(value)) for (const item of value) yield* nodesWith(item, tag);
  if (!isTree(value)) return;
  if (tag in value) yield value;
  for (const child of Object.values(value)) yield* nodesWith(child, tag);
}

/** What a variable holds to which an expression is assigned; null where that is not known. */
function heldBy(datum: Tree, value: Node, scope: Constants): Constant | null {
  const type = typeOf(datum);
  if (type.endsWith("[]")) {
    const cast = { TypeCast: { arg: value, typeName: { arrayBounds: [{ Integer: { ival: -1 } }] } } };
    const items = constantList("A_Const" in value ? cast : value, scope);
    return items?.every((item) => fits(type.slice(0, -2), item)) ? { kind: "list", items } : null;
  }
  const text = constantText(value, scope);
  return text !== null && fits(type, text) ? { kind: "text", text } : null;
}

function typeOf(datum: Tree): string {
  const type = treeIn(treeIn(datum, "PLpgSQL_var")?.datatype, "PLpgSQL_type")?.typname;
  return typeof type === "string" ? type.trim() : "";
}

const WHOLE = /^(0|-?[1-9]\d*)$/;

/** Whether a type prints a text as it is assigned. */
function fits(type: string, text: string): boolean {
  if (!holdsTexts(type)) return false;
  if (/int/i.test(type)) return WHOLE.test(text);
  return !/name/i.test(type) || text.length < 64;
}

/** Any argument of CALL may come back changed. */
function variablesIn(sql: string): readonly string[] {
  const [statement] = parseSql(sql, "body").statements;
  const call = statement && isParsed(statement) ? as(statement.node, "CallStmt")?.funccall : undefined;
  return find(call, "ColumnRef").flatMap((ColumnRef) => variableName({ ColumnRef }) ?? []);
}
