import type { Constraint, Node } from "libpg-query";
import { expressionName } from "../../postgres/expression-name.js";
import { deparse } from "../../sql/deparse.js";
import { identifier } from "../../sql/quote.js";
import { as, columnsOf } from "../../sql/tree.js";
import type { ConstraintSpec, ExclusionSpec, ReferentialAction } from "../shapes.js";
import { relationName, stringOf, strings } from "./names.js";
import { NotUnderstood } from "./reader.js";

const ACTIONS: Readonly<Record<string, ReferentialAction>> = {
  a: "no action",
  r: "restrict",
  c: "cascade",
  n: "set null",
  d: "set default",
};

/** A constraint as data. `column` is the column it was written next to, for constraints that name none themselves. */
export function constraintSpec(constraint: Constraint, column: string | null): ConstraintSpec {
  const base = {
    name: constraint.conname ?? null,
    validated: !constraint.skip_validation,
    // The parser omits the flag for kinds that do not allow NOT ENFORCED.
    enforced: constraint.is_enforced ?? !ENFORCEABLE.has(constraint.contype ?? ""),
    deferrable: constraint.deferrable ?? false,
    deferred: constraint.initdeferred ?? false,
  };
  const own = column === null ? [] : [column];
  switch (constraint.contype) {
    case "CONSTR_CHECK":
      return {
        ...base,
        type: "check",
        expression: expression(constraint.raw_expr),
        columns: columnsOf(constraint.raw_expr),
        noInherit: constraint.is_no_inherit ?? false,
      };
    case "CONSTR_NOTNULL":
      return {
        ...base,
        type: "not null",
        column: column ?? strings(constraint.keys)[0] ?? "",
        noInherit: constraint.is_no_inherit ?? false,
      };
    case "CONSTR_PRIMARY":
    case "CONSTR_UNIQUE":
      return {
        ...base,
        type: constraint.contype === "CONSTR_PRIMARY" ? "primary key" : "unique",
        columns: constraint.keys ? strings(constraint.keys) : constraint.indexname ? [] : own,
        include: strings(constraint.including),
        nullsNotDistinct: constraint.nulls_not_distinct ?? false,
        withoutOverlaps: constraint.without_overlaps ?? false,
        usingIndex: constraint.indexname ?? null,
      };
    case "CONSTR_FOREIGN":
      return {
        ...base,
        type: "foreign key",
        columns: constraint.fk_attrs ? strings(constraint.fk_attrs) : own,
        references: relationName(constraint.pktable),
        referencedColumns: strings(constraint.pk_attrs),
        match: constraint.fk_matchtype === "f" ? "full" : "simple",
        onDelete: ACTIONS[constraint.fk_del_action ?? "a"] ?? "no action",
        onUpdate: ACTIONS[constraint.fk_upd_action ?? "a"] ?? "no action",
        period: constraint.fk_with_period ?? false,
      };
    case "CONSTR_EXCLUSION":
      return {
        ...base,
        type: "exclusion",
        method: constraint.access_method ?? "gist",
        elements: (constraint.exclusions ?? []).map(exclusionElement),
        predicate: constraint.where_clause ? deparse(constraint.where_clause) : null,
      };
    default:
      throw new NotUnderstood("it adds a constraint of a kind that is not known");
  }
}

const ENFORCEABLE = new Set(["CONSTR_CHECK", "CONSTR_FOREIGN"]);

function exclusionElement(node: Node): ExclusionSpec["elements"][number] {
  const [element, operator] = "List" in node ? (node.List.items ?? []) : [];
  if (!element || !operator) throw new NotUnderstood("an exclusion element was expected");
  const names = "List" in operator ? strings(operator.List.items) : [stringOf(operator)];
  const symbol = names.at(-1) ?? "";
  const key = as(element, "IndexElem");
  return {
    name: key?.name ?? expressionName(key?.expr),
    expression: deparse(element),
    operator: names.length > 1 ? `operator(${names.slice(0, -1).map(identifier).join(".")}.${symbol})` : symbol,
  };
}

function expression(node: Node | undefined): string {
  if (!node) throw new NotUnderstood("an expression was expected");
  return deparse(node);
}
