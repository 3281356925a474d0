import type { ColumnDef, CreateFunctionStmt, Node, RangeVar } from "libpg-query";
import { columnConstraints } from "../../sql/column-constraints.js";
import { as, find, strings } from "../../sql/tree.js";
import type { LintStatement } from "../lint-statement.js";
import type { Dependent, DependentKind } from "./dependents.js";
import { functionKey } from "./functions.js";
import { rangeKey } from "./key.js";
import type { Known } from "./known.js";
import { outputsOf } from "./outputs.js";
import { type Named, type Uses, usesOf } from "./uses.js";

type Part = Omit<Dependent, "addedBy">;

/** The objects that a statement creates and that prevent the columns they name from changing. The parser must be loaded. */
export function learnDependents(known: Known, node: Node, addedBy: LintStatement | null): void {
  for (const part of partsOf(known, node)) known.dependents.add({ ...part, addedBy });
}

function partsOf(known: Known, node: Node): readonly Part[] {
  const columns = (key: string) => known.columnsOf(key);
  const view = as(node, "ViewStmt");
  if (view?.view && view.query) return [viewPart(known, "view", view.view, view.query, view.aliases)];
  const created = as(node, "CreateTableAsStmt");
  if (created?.objtype === "OBJECT_MATVIEW" && created.into?.rel && created.query) {
    return [viewPart(known, "materialized view", created.into.rel, created.query, created.into.colNames)];
  }
  const altered = as(node, "AlterPolicyStmt");
  // A clause that stays is not known here: it may name more.
  const policy = as(node, "CreatePolicyStmt") ?? (altered?.qual || altered?.with_check ? altered : undefined);
  if (policy?.table) {
    const own = [ownName(policy.table)];
    const uses = usesOf(
      [policy.qual, policy.with_check].flatMap((each) => each ?? []),
      columns,
      own,
    );
    return [dependent("policy", policy.policy_name, policy.table, uses)];
  }
  const rule = as(node, "RuleStmt");
  if (rule?.relation) {
    const names = rowNames(rule.relation);
    const uses = usesOf([...(rule.whereClause ? [rule.whereClause] : []), ...(rule.actions ?? [])], columns, names);
    return [dependent("rule", rule.rulename, rule.relation, uses)];
  }
  const create = as(node, "CreateStmt");
  if (create?.relation) {
    const { relation } = create;
    return find(create.tableElts, "ColumnDef").flatMap((column) => generated(known, relation, column));
  }
  return [
    ...triggerPart(known, node),
    ...functionPart(known, node),
    ...publicationParts(known, node),
    ...added(known, node),
  ];
}

function viewPart(
  known: Known,
  kind: DependentKind,
  relation: RangeVar,
  query: Node,
  aliases: readonly Node[] | undefined,
): Part {
  const uses = usesOf(query, (key) => known.columnsOf(key));
  return { kind, key: rangeKey(relation), on: null, uses, outputs: outputsOf(known, query, strings(aliases)) };
}

function triggerPart(known: Known, node: Node): readonly Part[] {
  const trigger = as(node, "CreateTrigStmt");
  if (!trigger?.relation) return [];
  const uses = usesOf(trigger.whenClause, (key) => known.columnsOf(key), rowNames(trigger.relation));
  const listed = strings(trigger.columns);
  return [
    dependent("trigger", trigger.trigname, trigger.relation, withColumns(uses, rangeKey(trigger.relation), listed)),
  ];
}

/** Only a BEGIN ATOMIC body is checked against the catalog; a text is read when it is called. */
function functionPart(known: Known, node: Node): readonly Part[] {
  const create = as(node, "CreateFunctionStmt");
  if (!create?.sql_body) return [];
  const uses = usesOf(create.sql_body, (key) => known.columnsOf(key), [], true);
  return [{ kind: "function", key: functionKey(create as CreateFunctionStmt), on: null, uses, outputs: null }];
}

function publicationParts(known: Known, node: Node): readonly Part[] {
  const created = as(node, "CreatePublicationStmt");
  return find(created?.pubobjects, "PublicationObjSpec").flatMap(({ pubtable }) => {
    if (!pubtable?.relation) return [];
    const uses = usesOf(pubtable.whereClause, (key) => known.columnsOf(key), [ownName(pubtable.relation)]);
    const listed = withColumns(uses, rangeKey(pubtable.relation), strings(pubtable.columns));
    return [dependent("publication", created?.pubname, pubtable.relation, listed)];
  });
}

function added(known: Known, node: Node): readonly Part[] {
  const alter = as(node, "AlterTableStmt");
  const { relation } = alter ?? {};
  if (!relation) return [];
  return (alter?.cmds ?? []).flatMap((item) => {
    const command = as(item, "AlterTableCmd");
    const column = as(command?.def, "ColumnDef");
    return command?.subtype === "AT_AddColumn" && column ? generated(known, relation, column) : [];
  });
}

function generated(known: Known, relation: RangeVar, column: ColumnDef): readonly Part[] {
  const expression = columnConstraints(column).find(({ contype }) => contype === "CONSTR_GENERATED")?.raw_expr;
  if (!expression) return [];
  const uses = usesOf(expression, (key) => known.columnsOf(key), [ownName(relation)]);
  return [dependent("generated column", column.colname, relation, uses)];
}

function dependent(kind: DependentKind, name: string | undefined, relation: RangeVar, uses: Uses): Part {
  return { kind, key: name ?? "", on: rangeKey(relation), uses, outputs: null };
}

function ownName(relation: RangeVar): Named {
  return { alias: relation.relname ?? "", table: rangeKey(relation) };
}

function rowNames(relation: RangeVar): readonly Named[] {
  return ["new", "old"].map((alias) => ({ alias, table: rangeKey(relation) }));
}

function withColumns(uses: Uses, table: string, columns: readonly string[]): Uses {
  return columns.length === 0 ? uses : new Map([...uses, [table, new Set([...(uses.get(table) ?? []), ...columns])]]);
}
