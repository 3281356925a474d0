import type { Node } from "libpg-query";
import { isTree, listOf, numberIn, queryOf, type Tree, treeIn } from "./body-tree.js";
import { arrayLiteral, type Constants, constantItems, constantValue, itemsAs, valueAs } from "./constant-text.js";
import { type Constant, type ConstantValue, declaredType } from "./constant-types.js";
import { isParsed, parseSql } from "./parse.js";
import { selectedExpression } from "./selected-expression.js";
import { as, find, strings } from "./tree.js";

/** The variables of a PL/pgSQL body: their initial values, and what assigns them. */
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

  /** What holds when the body begins. A name that an inner block declares again has two meanings, and counts as unknown here. */
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

  /** Null for a name that no variable has, or several. */
  numberOf(name: string): number | null {
    return this.isOne(name) && this.names.includes(name) ? this.names.indexOf(name) : null;
  }

  name(number: number): string {
    return this.names[number] ?? "";
  }

  /** What a variable holds after a value is assigned to it; null where its type prints it differently. */
  assigned(number: number, value: ConstantValue): ConstantValue | null {
    const type = declaredType(typeOf(this.datum(number)));
    return type && valueAs(value, type);
  }

  /** What a variable holds after an assignment; null where that is unknown. */
  heldBy(number: number, value: Node, scope: Constants): Constant | null {
    return heldBy(this.datum(number), value, scope);
  }

  private datum(number: number): Tree {
    return listOf(this.body.datums)[number] ?? {};
  }

  /** Names that a statement, with everything inside it, may assign. */
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
    if (tag === "PLpgSQL_stmt_call") return this.passedTo(queryOf(tree.expr));
    return tag === "target" || tag === "var" ? targetNames(tree, this) : [];
  }

  /** CALL may change any of its arguments, by whichever name it is written. */
  private passedTo(sql: string): readonly string[] {
    const [statement] = parseSql(sql, "body").statements;
    const call = statement && isParsed(statement) ? as(statement.node, "CallStmt")?.funccall : undefined;
    const names = find(call, "ColumnRef").flatMap(({ fields }) => [
      strings(fields).join("."),
      ...strings(fields).slice(-1),
    ]);
    const numbered = find(call, "ParamRef").map(({ number = 1 }) => this.name(number - 1));
    const aliased = listOf(this.body.aliases).flatMap((each) => {
      const { name, ...alias } = treeIn(each, "PLpgSQL_alias") ?? {};
      return names.includes(String(name)) ? [this.name(numberIn(alias, "varno"))] : [];
    });
    return [...names, ...numbered, ...aliased];
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

/** Removes from a scope what is assigned: a variable with its fields, and for a field the whole variable. */
export function forget(scope: Map<string, Constant>, names: ReadonlySet<string>): void {
  for (const key of [...scope.keys()]) if (names.has(key) || names.has(key.split(".")[0] ?? "")) scope.delete(key);
}

/** The names in a target of INTO, or in a loop's variable, in order, as declared: the text may put a label before them, or another name. */
function targetNames(target: Tree, variables: Variables): readonly string[] {
  const row = treeIn(target, "PLpgSQL_row");
  if (row) return listOf(row.fields).map((field) => variables.name(numberIn(field, "varno")));
  const one = treeIn(target, "PLpgSQL_rec") ?? treeIn(target, "PLpgSQL_var");
  return one ? [String(one.refname)] : [];
}

/** The same, each with its number. */
export function targetVariables(target: Tree, variables: Variables): readonly (readonly [string, number])[] {
  const row = treeIn(target, "PLpgSQL_row");
  if (row) {
    const numbers = listOf(row.fields).map((field) => numberIn(field, "varno"));
    return numbers.map((number) => [variables.name(number), number] as const);
  }
  return targetNames(target, variables).flatMap((name) => {
    const number = variables.numberOf(name);
    return number === null ? [] : [[name, number] as const];
  });
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

/** What a variable holds after an expression is assigned to it; null where that is unknown. */
function heldBy(datum: Tree, value: Node, scope: Constants): Constant | null {
  const declared = typeOf(datum);
  const type = declaredType(declared.replace(/\s*\[\d*\]$/, ""));
  if (!type) return null;
  if (declared.endsWith("]")) {
    const literal = as(value, "A_Const")?.sval;
    const items = literal ? arrayLiteral(literal.sval ?? "") : constantItems(value, scope);
    return items && itemsAs(items, type);
  }
  const held = constantValue(value, scope);
  return held && valueAs(held, type);
}

function typeOf(datum: Tree): string {
  const type = treeIn(treeIn(datum, "PLpgSQL_var")?.datatype, "PLpgSQL_type")?.typname;
  return typeof type === "string" ? type.trim() : "";
}
