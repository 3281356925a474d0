import { columnConstraints } from "../../../sql/column-constraints.js";
import { as, find, strings } from "../../../sql/tree.js";
import { functionFrom } from "../../known/functions.js";
import { partsKey, rangeKey, relationKey } from "../../known/key.js";
import type { Known } from "../../known/known.js";
import type { LintStatement } from "../../lint-statement.js";
import { tableName } from "../rule.js";
import { alterCommands } from "./alter-commands.js";

/** What already has a name that a statement would give. */
export interface Taken {
  readonly kind: string;
  readonly name: string;
}

/** Tables, views and indexes share one namespace. A table that was only mentioned may not exist. */
export function taken(known: Known, key: string): readonly Taken[] {
  const table = known.tables.get(key);
  if (table && table.origin !== "nowhere" && !table.temporary) return [{ kind: table.kind, name: key }];
  if (known.indexes.get(key)) return [{ kind: "index", name: key }];
  for (const kind of ["view", "materialized view"] as const) {
    if (known.dependents.get(kind, key)) return [{ kind, name: key }];
  }
  return [];
}

/** Names that are not relations': of system columns, a second primary key, functions, types, and what is on a table. */
export function takenObjects(statement: LintStatement, known: Known): readonly Taken[] {
  return [
    ...systemColumns(statement),
    ...secondKeys(statement, known),
    ...functions(statement, known),
    ...types(statement, known),
    ...onTables(statement, known),
  ];
}

const SYSTEM: ReadonlySet<string> = new Set(["tableoid", "xmin", "xmax", "cmin", "cmax", "ctid"]);

function systemColumns(statement: LintStatement): readonly Taken[] {
  const create = as(statement.node, "CreateStmt");
  const rename = as(statement.node, "RenameStmt");
  const names = [
    ...(create?.tableElts ?? []).flatMap((element) => as(element, "ColumnDef")?.colname ?? []),
    ...alterCommands(statement, "AT_AddColumn").flatMap(({ command }) => as(command.def, "ColumnDef")?.colname ?? []),
    ...(rename?.renameType === "OBJECT_COLUMN" && rename.relationType === "OBJECT_TABLE" ? [rename.newname ?? ""] : []),
  ];
  return names.filter((name) => SYSTEM.has(name)).map((name) => ({ kind: "system column", name }));
}

/** A table has one primary key. */
function secondKeys(statement: LintStatement, known: Known): readonly Taken[] {
  const create = as(statement.node, "CreateStmt");
  const inside = find(create?.tableElts, "Constraint").filter(({ contype }) => contype === "CONSTR_PRIMARY");
  if (create?.relation && inside.length > 1) return [{ kind: "primary key", name: `of ${tableName(create.relation)}` }];
  if (alterCommands(statement, "AT_DropConstraint", "AT_DropColumn").length > 0) return [];
  return alterCommands(statement, "AT_AddConstraint", "AT_AddColumn").flatMap(({ table, command }) => {
    const definition = as(command.def, "ColumnDef");
    const own = definition ? columnConstraints(definition) : [as(command.def, "Constraint")];
    const adds = own.some((each) => each?.contype === "CONSTR_PRIMARY");
    const there = known.table(table)?.constraints.some(({ type }) => type === "primary") === true;
    return adds && there && !command.missing_ok ? [{ kind: "primary key", name: `of ${tableName(table)}` }] : [];
  });
}

/** With the same argument types, and only where all of them are plain. */
function functions(statement: LintStatement, known: Known): readonly Taken[] {
  const create = as(statement.node, "CreateFunctionStmt");
  if (!create || create.replace) return [];
  const { key, procedure } = functionFrom(create, statement);
  return known.overloads.has(key) && !key.includes("?")
    ? [{ kind: procedure ? "procedure" : "function", name: key }]
    : [];
}

/** A table, view or composite type has a type of its name. */
function types({ node }: LintStatement, known: Known): readonly Taken[] {
  const composite = as(node, "CompositeTypeStmt")?.typevar;
  const create = as(node, "CreateStmt");
  const named = as(node, "CreateEnumStmt")?.typeName ?? as(node, "CreateDomainStmt")?.domainname;
  const relation = composite ?? (create && !create.if_not_exists ? create.relation : undefined);
  if (relation?.relpersistence === "t" || (!relation && !named)) return [];
  const key = relation ? relationKey(relation.schemaname, relation.relname ?? "") : partsKey(strings(named));
  const type = known.types.get(key);
  if (type) return [{ kind: type.kind === "domain" ? "domain" : "type", name: key }];
  const held = create ? [] : taken(known, key);
  return held.filter(({ kind }) => kind !== "index" || composite !== undefined);
}

function onTables({ node }: LintStatement, known: Known): readonly Taken[] {
  const policy = as(node, "CreatePolicyStmt");
  const trigger = as(node, "CreateTrigStmt");
  const rule = as(node, "RuleStmt");
  const table = policy?.table ?? trigger?.relation ?? rule?.relation;
  if (!table || trigger?.replace || rule?.replace) return [];
  const [kind, name = ""] = policy
    ? (["policy", policy.policy_name] as const)
    : trigger
      ? (["trigger", trigger.trigname] as const)
      : (["rule", rule?.rulename] as const);
  return known.dependents.get(kind, name, rangeKey(table)) ? [{ kind, name: `${name} of ${tableName(table)}` }] : [];
}
