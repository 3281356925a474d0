import { childrenOf, names } from "../../catalog/tables.js";
import type { LintStatement } from "../../lint/lint-statement.js";
import { columnBlockers } from "../../lint/rules/support/column-blockers.js";
import { readableName, readableRelation } from "../../sql/readable-name.js";
import { type AlterCommand, find } from "../../sql/tree.js";
import type { RewriteContext } from "../kind.js";
import { NotRewritable } from "../refusal.js";
import { tableOf } from "../support/table-of.js";
import { refuseLabels } from "./carry-indexes.js";
import { refuseAdded } from "./refuse-added.js";
import { type StandIn, treeOf } from "./stand-in.js";

/** What prevents replacing a column by a second one. Throws `NotRewritable`. */
export function refuseUncarried(
  standIn: StandIn,
  alter: AlterCommand,
  statement: LintStatement,
  context: RewriteContext,
): void {
  const { table, column, name } = standIn;
  const relation = readableRelation(table);
  const what = `${relation}.${readableName(name)}`;
  const { attributes } = tableOf(table, context);
  const kin = attributes.partitionOf !== null || attributes.inherits.length > 0;
  if (attributes.relkind === "p" || kin || childrenOf(context.before, standIn.ref).length > 0)
    throw new NotRewritable(
      "partitioned",
      `${relation} is partitioned, a partition, or inherits: it has no column of its own`,
    );
  if (attributes.relkind !== "r") throw new NotRewritable("no-way", `${relation} is a foreign table`);
  const { fixed, dependents } = columnBlockers(context.known, statement, alter);
  if (fixed[0] !== undefined) throw new NotRewritable("dependents", `${what} cannot be replaced: ${fixed[0]}`);
  const [blocker] = dependents;
  if (blocker) throw new NotRewritable("dependents", `the ${blocker.kind} ${blocker.key} depends on ${what}`);
  refusePublished(standIn, what, context);
  refuseAdded(standIn, context);
  refuseLabels(what, column.attributes);
  if (neverNull(column.attributes.type, context))
    throw new NotRewritable(
      "form",
      `${what} is of a domain that is NOT NULL, and the old column is NULL where it has no value`,
    );
  refuseWholeRow(standIn, context);
  const { generated, compression } = column.attributes;
  if (generated !== "") throw new NotRewritable("dependents", `${what} is generated`);
  if (typeof compression === "string" && compression !== "")
    throw new NotRewritable("form", `${what} has a compression method of its own, which is not carried over`);
}

/** A subscriber has no second column, and its replication stops at the first row that has one. */
function refusePublished({ ref }: StandIn, what: string, { before }: RewriteContext): void {
  const names = [`${ref.schema}.${ref.name}`, ref.name];
  const found = before.all("publication").find(({ attributes }) => {
    const tables = (attributes.tables ?? []) as readonly { readonly table: string }[];
    const schemas = (attributes.schemas ?? []) as readonly string[];
    return (
      attributes.allTables === true ||
      schemas.includes(ref.schema) ||
      tables.some(({ table }) => names.includes(table.replaceAll('"', "")))
    );
  });
  if (found)
    throw new NotRewritable(
      "dependents",
      `the publication ${readableName(found.id.name)} sends ${what} to subscribers, which have no second column`,
    );
}

/** A domain, or one that it is built on, refuses NULL. */
export function neverNull(type: string, { before }: Pick<RewriteContext, "before">): boolean {
  const found = before.all("domain").find(({ id }) => names(type, { schema: id.schema ?? "", name: id.name }));
  return (
    found !== undefined && (found.attributes.notNull === true || neverNull(String(found.attributes.base), { before }))
  );
}

/** A second column is part of the whole row. */
function refuseWholeRow(standIn: StandIn, { before }: RewriteContext): void {
  const { ref } = standIn;
  const check = before.constraints(ref).find(({ id, attributes, definition }) => {
    if (attributes.type !== "c") return false;
    const what = `the constraint ${readableName(id.name)}`;
    const tree = treeOf(`ALTER TABLE x ADD CONSTRAINT x ${definition}`, what, standIn);
    return find(tree, "ColumnRef").some(({ fields = [] }) => fields.some((field) => "A_Star" in field));
  });
  if (check)
    throw new NotRewritable(
      "dependents",
      `the constraint ${readableName(check.id.name)} reads whole rows of ${readableName(ref.name)}`,
    );
}
