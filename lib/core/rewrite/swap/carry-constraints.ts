import type { Constraint, RangeVar } from "libpg-query";
import type { ConstraintObject, IndexObject } from "../../catalog/catalog.js";
import { indexFirstForm, isPlainKey } from "../../lint/rules/support/index-first.js";
import { columnInstead, type Side } from "../../sql/column-instead.js";
import { deparse } from "../../sql/deparse.js";
import { literal } from "../../sql/quote.js";
import { readableName, readableRelation } from "../../sql/readable-name.js";
import { allCommands, as, strings } from "../../sql/tree.js";
import type { Move, RewriteContext } from "../kind.js";
import { NotRewritable } from "../refusal.js";
import { refuseLabels } from "./carry-indexes.js";
import { type Carried, freshName, type StandIn, treeOf } from "./stand-in.js";

/** Constraints over the column, and foreign keys of others that point at it. Throws `NotRewritable`. */
export function carryConstraints(
  constraints: readonly ConstraintObject[],
  standIn: StandIn,
  context: RewriteContext,
): Carried {
  const keys = constraints.filter(({ attributes }) => attributes.type === "p" || attributes.type === "u");
  const rest = constraints.filter((each) => !keys.includes(each));
  const foreign = rest.filter(({ attributes }) => attributes.type === "f");
  const parts = [
    // A foreign key of another table needs the unique index that it points at.
    ...keys.map((each) => carryKey(each, standIn, context)),
    ...rest.filter((each) => !foreign.includes(each)).map((each) => carryCheck(each, standIn, context)),
    ...foreign.map((each) => carryForeignKey(each, standIn, context)),
  ];
  return {
    unproved: parts.flatMap(({ unproved }) => unproved),
    before: parts.flatMap(({ before }) => before),
    leave: parts.flatMap(({ leave }) => leave),
    take: parts.flatMap(({ take }) => take),
    after: parts.flatMap(({ after = [] }) => after),
  };
}

/** The clause of a constraint, over the second column instead. */
function clauseOf({ id, attributes, definition }: ConstraintObject, standIn: StandIn): Constraint {
  const { ref, name, fresh } = standIn;
  const what = `the constraint ${readableName(id.name)}`;
  refuseLabels(what, attributes);
  if (attributes.enforced === false) throw new NotRewritable("form", `${what} is not enforced`);
  const tree = treeOf(`ALTER TABLE x ADD CONSTRAINT x ${definition}`, what, standIn);
  const clause = as(allCommands(tree)[0]?.command.def, "Constraint");
  if (!clause) throw new NotRewritable("form", `the definition of ${what} cannot be read`);
  const isOn = id.schema === ref.schema && id.table === ref.name;
  const sides: Side[] = [
    ...(isOn ? (["own"] as const) : []),
    ...(isTarget(attributes, ref) ? (["referenced"] as const) : []),
  ];
  return sides.reduce((found, side) => columnInstead(found, name, fresh, side), clause);
}

function isTarget({ references }: ConstraintObject["attributes"], ref: StandIn["ref"]): boolean {
  return references?.schema === ref.schema && references.table === ref.name;
}

function carryKey(key: ConstraintObject, standIn: StandIn, context: RewriteContext): Carried {
  const { table, ref } = standIn;
  const { name } = key.id;
  const constraint = clauseOf(key, standIn);
  const index = context.before.get("index", key.id);
  const added = { table, constraint, columns: strings(constraint.keys), withColumn: undefined, name };
  if (
    !isPlainKey(added) ||
    !index ||
    index.attributes.tablespace !== null ||
    (index.attributes.options as readonly string[]).length > 0
  )
    throw new NotRewritable("form", `${readableName(name)} has storage parameters, a tablespace or WITHOUT OVERLAPS`);
  if (constraint.deferrable)
    throw new NotRewritable("form", `${readableName(name)} is deferrable, and a second index is checked at once`);
  const spare = freshName(name, ref, context);
  const [build = ""] = indexFirstForm({ ...added, name: spare });
  const [, adopt = ""] = indexFirstForm(added);
  const relation = readableRelation(table);
  return {
    unproved: [],
    before: [{ sql: build, phase: "expand", slug: "index" }],
    leave: [`ALTER TABLE ${relation} DROP CONSTRAINT ${readableName(name)}`],
    take: [
      adopt.replace(`USING INDEX ${readableName(name)}`, () => `USING INDEX ${readableName(spare)}`),
      ...marksOf(index, standIn),
      ...commentOn(key, table),
    ],
  };
}

function marksOf({ id, attributes }: IndexObject, { table }: StandIn): readonly string[] {
  const relation = readableRelation(table);
  const { comment } = attributes;
  return [
    ...(attributes.clustered === true ? [`ALTER TABLE ${relation} CLUSTER ON ${readableName(id.name)}`] : []),
    ...(attributes.replicaIdentity === true
      ? [`ALTER TABLE ${relation} REPLICA IDENTITY USING INDEX ${readableName(id.name)}`]
      : []),
    ...(typeof comment === "string"
      ? [`COMMENT ON INDEX ${readableRelation({ ...table, relname: id.name })} IS ${literal(comment)}`]
      : []),
  ];
}

function carryCheck(check: ConstraintObject, standIn: StandIn, context: RewriteContext): Carried {
  const { table } = standIn;
  if (check.attributes.type !== "c")
    throw new NotRewritable(
      "no-way",
      `${readableName(check.id.name)} is an EXCLUDE constraint, whose index PostgreSQL builds under its lock`,
    );
  const { add, validate, spare } = copyOf(check, table, standIn, context);
  const relation = readableRelation(table);
  return {
    unproved: [add],
    before: validate,
    leave: [`ALTER TABLE ${relation} DROP CONSTRAINT ${readableName(check.id.name)}`],
    take: [renamed(relation, spare, check.id.name), ...commentOn(check, table)],
  };
}

/**
 * Dropping the first key locks both tables, so it has a step of its own. A key that points at the column is dropped before the swap, since the unique
 * index under it is. A key that the column points with is dropped after the swap: until then its actions (SET NULL, CASCADE) write the column that
 * the trigger copies from, and the trigger overwrites what the second key's actions write.
 */
function carryForeignKey(key: ConstraintObject, standIn: StandIn, context: RewriteContext): Carried {
  const { ref, name } = standIn;
  const isOn = key.id.schema === ref.schema && key.id.table === ref.name;
  const table = isOn ? standIn.table : tableOf(key);
  if (context.known.table(table)?.kind === "partitioned")
    throw new NotRewritable("partitioned", `${readableRelation(table)}, which refers to it, is partitioned`);
  const points = isOn && key.attributes.columns.includes(name);
  if (points) refuseTwoSided(key, standIn);
  const { add, validate, spare } = copyOf(key, table, standIn, context);
  const relation = readableRelation(table);
  const end = [
    `ALTER TABLE ${relation} DROP CONSTRAINT ${readableName(key.id.name)}`,
    renamed(relation, spare, key.id.name),
    ...commentOn(key, table),
  ].map((sql): Move => ({ sql, phase: "expand", slug: "foreign_key" }));
  return {
    unproved: [],
    before: [{ sql: add, phase: "expand", slug: "constraint" }, ...validate, ...(points ? [] : end)],
    leave: [],
    take: [],
    after: points ? end : [],
  };
}

/** The first key exists until after the swap, over a column that may be NULL by then. */
function refuseTwoSided({ id, attributes, definition }: ConstraintObject, { ref, name }: StandIn): void {
  const what = `the foreign key ${readableName(id.name)}`;
  if (isTarget(attributes, ref) && attributes.references?.columns.includes(name))
    throw new NotRewritable("form", `${what} has ${readableName(name)} on both sides`);
  if (attributes.columns.length > 1 && / MATCH FULL\b/.test(definition ?? ""))
    throw new NotRewritable("form", `${what} is MATCH FULL, which refuses rows in which one of its columns is NULL`);
  if (/ SET DEFAULT\b/.test(definition ?? ""))
    throw new NotRewritable("form", `${what} sets a DEFAULT, which two columns cannot both have`);
  // What the first key's action writes to its other columns hides the row from the second key's action.
  if (attributes.columns.length > 1 && setsSeveral(definition ?? ""))
    throw new NotRewritable("form", `${what} has an action that sets several columns, which two keys cannot both do`);
}

function setsSeveral(definition: string): boolean {
  const onDelete = / ON DELETE SET NULL(?: \(([^)]*)\))?/.exec(definition);
  return / ON UPDATE (CASCADE|SET NULL)/.test(definition) || (onDelete !== null && (onDelete[1] ?? ",").includes(","));
}

function tableOf({ id }: ConstraintObject): RangeVar {
  return { relname: id.table ?? "", schemaname: id.schema ?? "public", inh: true, relpersistence: "p" };
}

/** A constraint over the second column: NOT VALID first, then validated if the first one is. */
function copyOf(constraint: ConstraintObject, table: RangeVar, standIn: StandIn, context: RewriteContext) {
  const spare = freshName(constraint.id.name, standIn.ref, context);
  const clause = clauseOf(constraint, standIn);
  const def = { Constraint: { ...clause, conname: spare, skip_validation: false, initially_valid: true } };
  const command = { AlterTableCmd: { subtype: "AT_AddConstraint" as const, def, behavior: "DROP_RESTRICT" as const } };
  const add = deparse({ AlterTableStmt: { relation: table, objtype: "OBJECT_TABLE", cmds: [command] } });
  const sql = `ALTER TABLE ${readableRelation(table)} VALIDATE CONSTRAINT ${readableName(spare)}`;
  const validate: readonly Move[] = constraint.attributes.validated ? [{ sql, phase: "expand", slug: "validate" }] : [];
  return { add: `${add} NOT VALID`, validate, spare };
}

function renamed(relation: string, from: string, to: string): string {
  return `ALTER TABLE ${relation} RENAME CONSTRAINT ${readableName(from)} TO ${readableName(to)}`;
}

function commentOn({ id, attributes }: ConstraintObject, table: RangeVar): readonly string[] {
  const { comment } = attributes;
  if (typeof comment !== "string") return [];
  return [`COMMENT ON CONSTRAINT ${readableName(id.name)} ON ${readableRelation(table)} IS ${literal(comment)}`];
}
