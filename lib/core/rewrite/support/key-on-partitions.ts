import type { RangeVar } from "libpg-query";
import type { TableObject } from "../../catalog/catalog.js";
import { relationKey } from "../../lint/known/key.js";
import { nameOfConstraint } from "../../lint/known/names-chosen.js";
import type { AddedConstraint } from "../../lint/rules/support/added-constraints.js";
import { indexFirstForm } from "../../lint/rules/support/index-first.js";
import { readableName, readableRelation } from "../../sql/readable-name.js";
import { strings } from "../../sql/tree.js";
import type { Move, RewriteContext } from "../kind.js";
import { NotRewritable } from "../refusal.js";
import { plainPartitionsOf } from "./partitions-of.js";
import { refOf } from "./table-of.js";

/**
 * A key of only the parent; for each partition an index that is built concurrently and a key that takes it over; each is attached to the parent's
 * key, which is valid once it has them all. Source: "Partition Maintenance" in the manual (ddl-partitioning). Throws `NotRewritable`.
 */
export function keyOnPartitions(added: AddedConstraint, context: RewriteContext): readonly Move[] {
  const { table, name } = added;
  const own =
    indexFirstForm(added)[1]?.replace(` USING INDEX ${readableName(name)}`, () => ` ${columnsOf(added)}`) ?? "";
  const parent = own.replace(/^ALTER TABLE /, "ALTER TABLE ONLY ");
  const whole = readableRelation({ ...table, relname: name });
  const parts = plainPartitionsOf(refOf(table, context), context).map((partition) => {
    refuseOwnKey(partition, added, context);
    return partOf(partition, added, context);
  });
  const attach = parts.map(({ relation }) => `ALTER INDEX ${whole} ATTACH PARTITION ${readableRelation(relation)}`);
  return [
    { sql: parent, phase: "expand", slug: "constraint" },
    ...parts.map(({ index }): Move => ({ sql: index, phase: "expand", slug: "partition_index" })),
    ...parts.map(({ key }): Move => ({ sql: key, phase: "expand", slug: "partition_key" })),
    ...attach.map((sql): Move => ({ sql, phase: "switch", slug: "attach_index" })),
  ];
}

/** What follows the word UNIQUE or PRIMARY KEY if no index is taken over. */
function columnsOf({ columns, constraint }: AddedConstraint): string {
  const included = strings(constraint.including);
  const include = included.length > 0 ? ` INCLUDE (${included.map(readableName).join(", ")})` : "";
  const nulls = constraint.nulls_not_distinct ? "NULLS NOT DISTINCT " : "";
  return `${nulls}(${columns.map(readableName).join(", ")})${include}`;
}

/** A partition's key, under the name that the server would choose. */
function partOf({ id }: TableObject, added: AddedConstraint, { known }: RewriteContext) {
  const { schema = "public", name: relname } = id;
  const { conname: _, ...unnamed } = added.constraint;
  const name = nameOfConstraint(unnamed, relationKey(schema, relname), added.columns, known);
  const table: RangeVar = { relname, schemaname: schema, inh: true, relpersistence: "p" };
  const [index = "", key = ""] = indexFirstForm({ ...added, constraint: unnamed, table, name });
  return { index, key, relation: { ...table, relname: name } };
}

/** The server would take over a key that the partition already has. */
function refuseOwnKey({ id }: TableObject, { columns, constraint }: AddedConstraint, { before }: RewriteContext): void {
  const type = constraint.contype === "CONSTR_PRIMARY" ? "p" : "u";
  const found = before
    .constraints({ schema: id.schema ?? "public", name: id.name })
    .find(({ attributes }) => attributes.type === type && String(attributes.columns) === String(columns));
  if (found)
    throw new NotRewritable(
      "partitioned",
      `the partition ${readableName(id.name)} has the key ${readableName(found.id.name)} already, which the server would take over`,
    );
}
