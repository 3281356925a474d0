import type { LintStatement } from "../../lint/lint-statement.js";
import { checkFirstForm, presenceCheck } from "../../lint/rules/support/check-first.js";
import { chosenName } from "../../postgres/chosen-names.js";
import { deparse } from "../../sql/deparse.js";
import { literal } from "../../sql/quote.js";
import { readableName, readableRelation } from "../../sql/readable-name.js";
import { as } from "../../sql/tree.js";
import type { Move, RewriteContext } from "../kind.js";
import { NotRewritable } from "../refusal.js";
import { fillMoves } from "../support/fill-move.js";
import { grantsOf } from "../support/grants-of.js";
import { type NullTest, nullTest } from "../support/null-test.js";
import { carryConstraints } from "./carry-constraints.js";
import { carryIndexes } from "./carry-indexes.js";
import { carryStatistics } from "./carry-statistics.js";
import { carryValue } from "./carry-value.js";
import { keepEqual } from "./keep-equal.js";
import type { Carried, SecondColumn, StandIn } from "./stand-in.js";
import { standingDependents } from "./standing-dependents.js";

/**
 * A second column that is filled while others read and write, and then replaces the first: with its indexes, constraints, default, sequences,
 * comments, grants and statistics, in one short transaction. Throws `NotRewritable`.
 */
export function swapMoves(
  standIn: StandIn,
  second: SecondColumn,
  statement: LintStatement,
  context: RewriteContext,
): readonly Move[] {
  const { table, ref, name, fresh, old } = standIn;
  const relation = readableRelation(table);
  const collated = second.collation === null ? "" : ` COLLATE ${second.collation}`;
  const sync = keepEqual(standIn, second);
  const { constraints, indexes } = standingDependents(standIn, context);
  const keys = carryConstraints(constraints, standIn, context);
  const present = presence(standIn, context);
  const gathered = carryStatistics(standIn, context);
  const built = carryIndexes(indexes, standIn, context);
  const value = carryValue(standIn, second, statement, context);
  const expand = (sql: string): Move => ({ sql, phase: "expand", slug: "second_column" });
  const swap = (sql: string): Move => ({ sql, phase: "switch", slug: "swap" });
  const contract = (sql: string): Move => ({
    sql,
    phase: "contract",
    slug: "drop",
    condition: `nobody goes back to a version from before the swap, whose values ${relation}.${readableName(old)} keeps`,
  });
  return [
    ...[`ALTER TABLE ${relation} ADD COLUMN ${readableName(fresh)} ${second.type}${collated}`, ...marksOf(standIn)].map(
      expand,
    ),
    ...sync.make.map(expand),
    ...fillMoves(
      fill(standIn, second, nullTest([second.type, standIn.column.attributes.type], statement, context)),
      ref,
      statement,
      context,
    ),
    ...[...keys.unproved, ...present.unproved].map((sql): Move => ({ sql, phase: "expand", slug: "check" })),
    ...built.before,
    ...[keys, present, gathered].flatMap(({ before }) => before),
    ...[
      `ALTER TABLE ${relation} RENAME COLUMN ${readableName(name)} TO ${readableName(old)}`,
      `ALTER TABLE ${relation} RENAME COLUMN ${readableName(fresh)} TO ${readableName(name)}`,
      ...built.leave,
      ...value.leave,
      // A primary key requires NOT NULL: the key leaves first, and is taken over last.
      ...[keys, present, gathered].flatMap(({ leave }) => leave),
      ...[present, keys, gathered].flatMap(({ take }) => take),
      ...value.take,
      ...built.take,
      ...commentOf(standIn),
      ...sync.turn,
    ].map(swap),
    ...(keys.after ?? []),
    ...[...sync.drop, `ALTER TABLE ${relation} DROP COLUMN ${readableName(old)}`].map(contract),
  ];
}

/** A row written since the trigger exists already has its value. */
function fill({ table, fresh }: StandIn, { value }: SecondColumn, { isNull, isNotNull }: NullTest): string {
  const [relation, second, text] = [readableRelation(table), readableName(fresh), deparse(value)];
  const operand = as(value, "ColumnRef") ? text : `(${text})`;
  return `UPDATE ${relation} SET ${second} = ${text} WHERE ${second} ${isNull} AND ${operand} ${isNotNull}`;
}

/** Grants on the column, and its settings for ANALYZE. */
function marksOf({ table, fresh, name, column }: StandIn): readonly string[] {
  const relation = readableRelation(table);
  const second = readableName(fresh);
  const { privileges, statistics, options } = column.attributes;
  const grants = grantsOf(privileges);
  if (!grants)
    throw new NotRewritable(
      "form",
      `privileges on ${relation}.${readableName(name)} are in a form that is not carried over`,
    );
  const settings = options as readonly string[];
  return [
    ...grants.map(
      ({ privileges: each, to }) =>
        `GRANT ${each.map((privilege) => `${privilege} (${second})`).join(", ")} ON ${relation} TO ${to}`,
    ),
    ...(typeof statistics === "number"
      ? [`ALTER TABLE ${relation} ALTER COLUMN ${second} SET STATISTICS ${statistics}`]
      : []),
    ...(settings.length > 0 ? [`ALTER TABLE ${relation} ALTER COLUMN ${second} SET (${settings.join(", ")})`] : []),
  ];
}

function commentOf({ table, name, column }: StandIn): readonly string[] {
  const { comment } = column.attributes;
  if (typeof comment !== "string") return [];
  return [`COMMENT ON COLUMN ${readableRelation(table)}.${readableName(name)} IS ${literal(comment)}`];
}

/** NOT NULL, which a validated CHECK proves, under its existing name. */
function presence(standIn: StandIn, { known, before }: RewriteContext): Carried {
  const { table, ref, name, fresh, old } = standIn;
  if (known.table(table)?.columns.get(name)?.notNull !== true) return { unproved: [], before: [], leave: [], take: [] };
  const relation = readableRelation(table);
  const [add, validate] = checkFirstForm(table, fresh);
  const check = presenceCheck(table, fresh);
  if (known.table(table)?.constraints.some((each) => each.name === check))
    throw new NotRewritable("name-taken", `${check}, the name of the CHECK that proves ${fresh}, is taken already`);
  const named = before
    .constraints(ref)
    .find(({ attributes }) => attributes.type === "n" && attributes.columns.includes(name))?.id.name;
  const chosen = chosenName("not null", ref.name, [name]);
  return {
    unproved: [add],
    before: [{ sql: validate, phase: "expand", slug: "validate" }],
    leave: [`ALTER TABLE ${relation} ALTER COLUMN ${readableName(old)} DROP NOT NULL`],
    take: [
      `ALTER TABLE ${relation} ALTER COLUMN ${readableName(name)} SET NOT NULL`,
      `ALTER TABLE ${relation} DROP CONSTRAINT ${readableName(check)}`,
      ...(named === undefined || named === chosen
        ? []
        : [`ALTER TABLE ${relation} RENAME CONSTRAINT ${readableName(chosen)} TO ${readableName(named)}`]),
    ],
  };
}
