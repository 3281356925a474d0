import type { Constraint, Node, RangeVar } from "libpg-query";
import { columnConstraints } from "../../../sql/column-constraints.js";
import { as, strings } from "../../../sql/tree.js";
import type { LintStatement } from "../../lint-statement.js";
import { alterCommands } from "./alter-commands.js";

/** An expression that a statement makes part of a table or a domain. */
export interface StoredExpression {
  readonly place: "CHECK" | "DEFAULT" | "USING" | "index" | "policy" | "generated column";
  readonly relation: RangeVar | null;
  /** A domain's. */
  readonly name: string;
  readonly expression: Node;
}

type Place = StoredExpression["place"];

export function storedExpressions(statement: LintStatement): readonly StoredExpression[] {
  const { node } = statement;
  const create = as(node, "CreateStmt");
  const domain = as(node, "CreateDomainStmt");
  const policy = as(node, "CreatePolicyStmt") ?? as(node, "AlterPolicyStmt");
  const index = as(node, "IndexStmt");
  const relation = create?.relation ?? policy?.table ?? index?.relation ?? null;
  const name = strings(domain?.domainname).at(-1) ?? "";
  const held = (place: Place, ...expressions: readonly (Node | undefined)[]) =>
    expressions.flatMap((expression) => (expression ? [{ place, relation, name, expression }] : []));
  return [
    ...(create?.tableElts ?? []).flatMap((element) => constraintsOf(element).flatMap((each) => held(...placed(each)))),
    ...(domain?.constraints ?? []).flatMap((each) => held(...placed(as(each, "Constraint") ?? {}))),
    ...held("policy", policy?.qual, policy?.with_check),
    ...(index?.indexParams ?? []).flatMap((element) => held("index", as(element, "IndexElem")?.expr)),
    ...held("index", index?.whereClause),
    ...altered(statement),
  ];
}

function constraintsOf(element: Node): readonly Constraint[] {
  const column = as(element, "ColumnDef");
  const alone = as(element, "Constraint");
  return column ? columnConstraints(column) : alone ? [alone] : [];
}

function placed({ contype, raw_expr }: Constraint): readonly [Place, Node | undefined] {
  if (contype === "CONSTR_DEFAULT") return ["DEFAULT", raw_expr];
  if (contype === "CONSTR_GENERATED") return ["generated column", raw_expr];
  return ["CHECK", contype === "CONSTR_CHECK" ? raw_expr : undefined];
}

function altered(statement: LintStatement): readonly StoredExpression[] {
  const kinds = ["AT_AddColumn", "AT_AddConstraint", "AT_ColumnDefault", "AT_AlterColumnType"] as const;
  return alterCommands(statement, ...kinds).flatMap(({ table, command }) => {
    const { def, subtype } = command;
    const all: readonly (readonly [Place, Node | undefined])[] =
      subtype === "AT_ColumnDefault"
        ? [["DEFAULT", def]]
        : subtype === "AT_AlterColumnType"
          ? [["USING", as(def, "ColumnDef")?.raw_default]]
          : def
            ? constraintsOf(def).map(placed)
            : [];
    return all.flatMap(([place, expression]) => (expression ? [{ place, relation: table, name: "", expression }] : []));
  });
}
