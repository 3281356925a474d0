import type { RangeVar } from "libpg-query";
import type { TableRef } from "../../catalog/lookup.js";
import type { LintStatement } from "../../lint/lint-statement.js";
import { objectName } from "../../postgres/chosen-names.js";
import { deparse } from "../../sql/deparse.js";
import { treeAlone } from "../../sql/parse.js";
import { readableName, readableRelation } from "../../sql/readable-name.js";
import { as, columnName } from "../../sql/tree.js";
import { sequencesOf } from "../../undo/sequences-of.js";
import type { Move, RewriteContext } from "../kind.js";
import { NotRewritable } from "../refusal.js";
import { walkedMove } from "../support/backfill-move.js";
import { refOf, tableOf } from "../support/table-of.js";
import type { CopiedTable } from "./copied-table.js";
import { type CopyShape, copyShape } from "./copy-shape.js";
import { type CopyTrigger, copyTrigger } from "./copy-trigger.js";

/** A copy that follows its table until both swap names. */
export interface CopyMoves {
  /** The trigger, and the rows in batches. */
  readonly fill: readonly Move[];
  /** Of the swap's transaction: what comes before the new table gets the name, and after it. */
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly end: readonly Move[];
}

const found = new WeakMap<CopiedTable, CopyMoves>();

/** As planned at the INSERT: later, the tables have other names. Throws `NotRewritable`. */
export function copyMoves(copied: CopiedTable, statement: LintStatement, context: RewriteContext): CopyMoves {
  const moves = found.get(copied) ?? planned(copied, statement, context);
  found.set(copied, moves);
  return moves;
}

function planned(copied: CopiedTable, statement: LintStatement, context: RewriteContext): CopyMoves {
  const { old, made, aside } = copied;
  const ref = refOf(old, context);
  refuseTied(copied, ref, context);
  const shape = copyShape(copied, statement, context);
  const placed = (relname: string): RangeVar => ({ relname, schemaname: ref.schema, inh: true, relpersistence: "p" });
  const left = aside ?? spareName(old.relname ?? "", ref, context);
  const forward = copyTrigger({
    ...shape,
    name: objectName(ref.name, "", "copy"),
    from: placed(ref.name),
    to: placed(made.relname ?? ""),
    overriding: overridingOf(copied),
  });
  const back = shape.isWhole ? copyTrigger(reversed(shape, placed(ref.name), placed(left), ref, context)) : null;
  const relation = readableRelation(old);
  const columns = shape.columns.map(({ to }) => readableName(to)).join(", ");
  const values = shape.columns.map(({ value }) => deparse(value)).join(", ");
  const from = shape.alias === old.relname ? relation : `${relation} AS ${readableName(shape.alias)}`;
  const where = shape.where ? ` WHERE ${deparse(shape.where)}` : "";
  const fill = `INSERT INTO ${readableRelation(made)} (${columns})${overridingOf(copied)} SELECT ${values} FROM ${from}${where} FOR SHARE ON CONFLICT DO NOTHING`;
  const by = shape.key.map((each) => each.from);
  const condition = `nobody goes back to a version from before the swap, whose rows ${readableRelation({ ...old, relname: left })} keeps`;
  const contract = (sql: string): Move => ({ sql, phase: "contract", slug: "drop", condition });
  return {
    fill: [
      ...forward.make.map((sql): Move => ({ sql, phase: "expand", slug: "copy" })),
      walkedMove(fill, shape.alias, by),
    ],
    before: [
      ...forward.drop,
      `ALTER TABLE ${relation} RENAME TO ${readableName(left)}`,
      ...(aside === null ? namesAside(ref, statement, context) : []),
    ],
    after: back?.make ?? [],
    end: [
      ...(back?.drop ?? []).map(contract),
      ...(aside === null ? [contract(`DROP TABLE ${readableRelation({ ...old, relname: left })}`)] : []),
    ],
  };
}

function overridingOf({ insert }: CopiedTable): string {
  if (insert.override === "OVERRIDING_SYSTEM_VALUE") return " OVERRIDING SYSTEM VALUE";
  return insert.override === "OVERRIDING_USER_VALUE" ? " OVERRIDING USER VALUE" : "";
}

/** From the new table, by then under the old one's name, into the old one. */
function reversed(
  { columns, key, near }: CopyShape,
  from: RangeVar,
  to: RangeVar,
  ref: TableRef,
  { before }: RewriteContext,
): CopyTrigger {
  const isNumbered = before.columns(ref).some(({ attributes }) => attributes.identity !== "");
  return {
    name: objectName(ref.name, "", "back"),
    from,
    to,
    alias: from.relname ?? "",
    columns: columns.map(({ to: column, value }) => ({
      to: columnName(value) ?? "",
      value: { ColumnRef: { fields: [{ String: { sval: column } }] } },
    })),
    where: undefined,
    key: key.map((each) => ({ from: each.to, to: each.from })),
    near: near.map((each) => ({ from: each.to, to: each.from })),
    overriding: isNumbered ? " OVERRIDING SYSTEM VALUE" : "",
  };
}

/** What others hold of the old table would stay with it. Throws `NotRewritable`. */
function refuseTied({ old, cascades }: CopiedTable, ref: TableRef, context: RewriteContext): void {
  const relation = readableRelation(old);
  if (cascades) throw new NotRewritable("cascade", `DROP TABLE ${relation} CASCADE drops what its text does not name`);
  const { attributes } = tableOf(old, context);
  if (attributes.partitionOf !== null || attributes.inherits.length > 0)
    throw new NotRewritable("partitioned", `${relation} is a partition, or inherits`);
  const [key] = context.before
    .referencedBy(ref)
    .filter(({ id }) =>
      context.known
        .table({ relname: id.table ?? "", schemaname: id.schema ?? "public" })
        ?.constraints.some(({ name }) => name === id.name),
    );
  if (key)
    throw new NotRewritable(
      "dependents",
      `the foreign key ${readableName(key.id.name)} of ${readableName(key.id.table ?? "")} would keep pointing at the old table`,
    );
}

function spareName(name: string, ref: TableRef, { before }: RewriteContext): string {
  const spare = objectName(name, "", "old");
  if (before.table({ ...ref, name: spare }))
    throw new NotRewritable("name-taken", `there is a table ${readableName(spare)} already`);
  return spare;
}

/** The names of a dropped table's indexes and sequences are free afterwards, and it is dropped late. */
function namesAside(ref: TableRef, { script }: LintStatement, { before }: RewriteContext): readonly string[] {
  const owned = sequencesOf(before, ref, null);
  const stays = script.statements.flatMap(({ sql }) => {
    const alter = /\bowned\s+by\b/i.test(sql) ? as(treeAlone(sql) ?? undefined, "AlterSeqStmt") : undefined;
    return alter?.sequence?.relname ?? [];
  });
  const sequences = owned.map(({ sequence }) => sequence.id).filter(({ name }) => !stays.includes(name));
  const renamed = (word: string) => (id: { readonly schema?: string; readonly name: string }) =>
    `ALTER ${word} ${readableRelation({ relname: id.name, schemaname: id.schema ?? "public" })} RENAME TO ${readableName(objectName(id.name, "", "old"))}`;
  return [...before.indexes(ref).map(({ id }) => renamed("INDEX")(id)), ...sequences.map(renamed("SEQUENCE"))];
}
