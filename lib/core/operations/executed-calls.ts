import type { FuncCall, Node } from "libpg-query";
import { as, find, kindOf, type NodeKind, strings } from "../sql/tree.js";

/** A call that a statement makes, in whatever form the text has it. */
export interface ExecutedCall {
  /** Parts of the name of the function, or of the operator or type that leads to one. */
  readonly name: readonly string[];
  /** How it is written: as a call, as `row.name`, as an operator, as a cast. */
  readonly as: "call" | "notation" | "operator" | "cast";
  /** With its arguments, where it is written as a call. */
  readonly call: FuncCall | null;
}

/** Statements that store an expression for later and compute nothing from it now. */
const KEEP: ReadonlySet<NodeKind> = new Set([
  ...(["CreateFunctionStmt", "ViewStmt", "RuleStmt", "CreatePolicyStmt", "AlterPolicyStmt", "CreateTrigStmt"] as const),
  ...(["CreateDomainStmt", "CreatePublicationStmt", "AlterPublicationStmt", "CreateStatsStmt", "PrepareStmt"] as const),
  ...(["DoStmt", "DefineStmt", "CreateCastStmt", "DropStmt", "CommentStmt", "CreateSchemaStmt"] as const),
]);

/** The calls in what a statement computes when it is executed; not those in what it only stores. */
export function executedCalls(node: Node): readonly ExecutedCall[] {
  const known = byNode.get(node);
  if (known) return known;
  const calls = KEEP.has(kindOf(node)) ? [] : callsIn(computedBy(node));
  byNode.set(node, calls);
  return calls;
}

/** Callers ask for each statement several times. */
const byNode = new WeakMap<Node, readonly ExecutedCall[]>();

/** The calls in a tree, no matter when it is computed. */
export function callsIn(tree: unknown): readonly ExecutedCall[] {
  const own = as(tree as Node | undefined, "CallStmt")?.funccall;
  const calls = [...(own ? [own] : []), ...find(tree, "FuncCall")];
  const notations = [
    ...find(tree, "ColumnRef").flatMap(({ fields = [] }) => (fields.length > 1 ? [strings(fields.slice(-1))] : [])),
    ...find(tree, "A_Indirection").map(({ indirection = [] }) => strings(indirection.slice(-1))),
  ];
  return [
    ...calls.map((call): ExecutedCall => ({ name: strings(call.funcname), as: "call", call })),
    ...notations.map((name): ExecutedCall => ({ name, as: "notation", call: null })),
    ...find(tree, "A_Expr").map(({ name }): ExecutedCall => ({ name: strings(name), as: "operator", call: null })),
    ...find(tree, "TypeCast").map(({ typeName }): ExecutedCall => {
      return { name: strings(typeName?.names), as: "cast", call: null };
    }),
  ].filter(({ name }) => name.length > 0);
}

function computedBy(node: Node): unknown {
  const created = as(node, "CreateStmt");
  if (created) return created.partbound;
  const altered = as(node, "AlterTableStmt");
  if (altered) return (altered.cmds ?? []).filter((each) => as(each, "AlterTableCmd")?.subtype !== "AT_ColumnDefault");
  return node;
}
