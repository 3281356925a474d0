import type { ColumnDef } from "libpg-query";
import type { ColumnObject } from "../../catalog/catalog.js";
import { partsKey } from "../../lint/known/key.js";
import type { LintStatement } from "../../lint/lint-statement.js";
import { objectName } from "../../postgres/chosen-names.js";
import { deparse, deparseType } from "../../sql/deparse.js";
import { literal } from "../../sql/quote.js";
import { readableName, readableRelation } from "../../sql/readable-name.js";
import { type AlterCommand, as, strings } from "../../sql/tree.js";
import { typesInstead } from "../../sql/type-instead.js";
import type { Move, RewriteContext } from "../kind.js";
import { NotRewritable } from "../refusal.js";
import { refuseOnly } from "../support/single-alter.js";
import { refOf } from "../support/table-of.js";
import { refuseUncarried } from "../swap/refuse-uncarried.js";
import { secondValue, valueBack } from "../swap/second-value.js";
import { type SecondColumn, type StandIn, standInFor } from "../swap/stand-in.js";
import { swapMoves } from "../swap/swap-moves.js";
import { type EnumNames, enumNames, typeText } from "./enum-names.js";
import { refuseDependents } from "./refuse-dependents.js";
import { refuseSpoken } from "./refuse-spoken.js";
import type { Meaning, ReplacedEnum, RetypedColumn } from "./replaced-enum.js";

/**
 * All that replaces one enum: a second column for each that has it, and one transaction in which columns and types swap names, since queries name
 * the type as they name the column. Throws `NotRewritable`.
 */
export function enumMoves(replaced: ReplacedEnum, statement: LintStatement, context: RewriteContext): readonly Move[] {
  refuseSpoken(replaced, statement);
  const names = enumNames(replaced, context);
  const columns = replaced.columns.map((each) => placed(each, names, statement, context));
  const removed = removedLabels(replaced);
  refuseDependents(
    columns.map(({ standIn }) => standIn),
    names.old,
    removed,
    context,
  );
  const parts = columns.map(({ standIn, second, alter }) => ({
    checks: second.back ? removedMoves(standIn, removed, context) : [],
    moves: swapsOf(standIn, second, alter, statement, context),
  }));
  const create = { CreateEnumStmt: { ...replaced.create, typeName: names.until.map(nameNode) } };
  const phase = (wanted: Move["phase"]) => parts.flatMap(({ moves }) => moves.filter((each) => each.phase === wanted));
  const swaps = [...renames(names), ...phase("switch")];
  return [
    { sql: deparse(create), phase: "expand", slug: "second_column" },
    ...parts.flatMap(({ checks, moves }) => [
      ...checks,
      ...moves.filter((each) => each.phase !== "switch" && each.phase !== "contract"),
    ]),
    ...swaps.map((each, at): Move => (at === 0 ? each : { ...each, joins: true })),
    ...phase("contract"),
  ];
}

/** The old type is dropped after its columns. Throws `NotRewritable`. */
export function enumDrop(replaced: ReplacedEnum, context: RewriteContext): Move {
  if (replaced.dropped === "cascade")
    throw new NotRewritable("cascade", "DROP TYPE CASCADE drops what uses the type, whatever that is by then");
  return {
    sql: `DROP TYPE ${typeText(enumNames(replaced, context).aside)}`,
    phase: "contract",
    slug: "drop",
    condition: `nobody goes back to a version from before the swap, which has the values of ${readableName(replaced.old.id.name)}`,
  };
}

function nameNode(sval: string) {
  return { String: { sval } };
}

interface Placed {
  readonly standIn: StandIn;
  readonly second: SecondColumn;
  readonly alter: AlterCommand;
}

function placed(
  { table, command, meaning, sets }: RetypedColumn,
  names: EnumNames,
  statement: LintStatement,
  context: RewriteContext,
): Placed {
  const ref = refOf(table, context);
  const column = context.before.column(ref, command.name ?? "") as ColumnObject;
  const said = as(command.def, "ColumnDef") ?? {};
  refuseOnly({ table, command });
  const before = typesInstead(said, meant(meaning, names.old, names.until));
  const after = typesInstead(said, meant(meaning, names.aside, names.made));
  const alter = { table, command: { ...command, def: { ColumnDef: before } } };
  const isOld = (parts: readonly string[]) => partsKey(parts) === partsKey(names.old);
  const standIn = {
    ...standInFor(table, ref, column, context),
    typeInstead: (parts: readonly string[]) => (isOld(parts) ? names.until : null),
  };
  const value = sets?.command.def && typesInstead(sets.command.def, meant(sets.meaning, names.aside, names.made));
  const valueIn = (definition: ColumnDef) =>
    secondValue(definition, { table, command: { ...command, def: { ColumnDef: definition } } }, statement, context);
  const second: SecondColumn = {
    type: deparseType(before.typeName),
    collation: null,
    value: valueIn(before),
    back: valueBack(before, command.name ?? ""),
    renamed: {
      type: deparseType(after.typeName),
      value: valueIn(after),
      default: sets ? (value ? deparse(value) : null) : column.attributes.default,
    },
  };
  return { standIn, second, alter };
}

function meant(meaning: Meaning, old: readonly string[], made: readonly string[]) {
  return (parts: readonly string[]) => {
    const side = meaning(parts);
    return side === null ? null : side === "old" ? old : made;
  };
}

/** The swap of a column, whose steps all come before it or in it. */
function swapsOf(
  standIn: StandIn,
  second: SecondColumn,
  alter: AlterCommand,
  statement: LintStatement,
  context: RewriteContext,
): readonly Move[] {
  refuseUncarried(standIn, alter, statement, context);
  const moves = swapMoves(standIn, second, statement, context);
  const at = moves.findIndex(({ phase }) => phase === "switch");
  if (moves.slice(at).some(({ phase }) => phase === "expand"))
    throw new NotRewritable(
      "form",
      `${readableName(standIn.name)} is in a foreign key, and two columns of different enums cannot refer to each other`,
    );
  return moves;
}

/** A CHECK that no row has a value that goes: it is validated first, so that such a row stops the rollout, and none comes after. */
function removedMoves(
  { table, ref, name, column }: StandIn,
  removed: readonly string[],
  { known }: RewriteContext,
): readonly Move[] {
  if (removed.length === 0) return [];
  const [relation, check] = [readableRelation(table), objectName(ref.name, name, "kept")];
  if (known.table(table)?.constraints.some((each) => each.name === check))
    throw new NotRewritable("name-taken", `${check}, the name of the CHECK that no row has ${removed[0]}, is taken`);
  const list = removed.map(literal).join(", ");
  const type = column.attributes.type;
  const gone = type.endsWith("[]")
    ? `NOT ${readableName(name)} && ARRAY[${list}]::${type}`
    : `${readableName(name)} NOT IN (${list})`;
  return [
    {
      sql: `ALTER TABLE ${relation} ADD CONSTRAINT ${readableName(check)} CHECK (${gone}) NOT VALID`,
      phase: "expand",
      slug: "check",
    },
    {
      sql: `ALTER TABLE ${relation} VALIDATE CONSTRAINT ${readableName(check)}`,
      phase: "expand",
      slug: "validate",
    },
  ];
}

function removedLabels({ old, create }: ReplacedEnum): readonly string[] {
  const left = strings(create.vals);
  return (old.attributes.labels as readonly string[]).filter((label) => !left.includes(label));
}

function renames({ old, until, made, aside }: EnumNames): readonly Move[] {
  const last = (parts: readonly string[]) => readableName(parts.at(-1) ?? "");
  const rename = (from: readonly string[], to: readonly string[]): readonly Move[] =>
    partsKey(from) === partsKey(to)
      ? []
      : [{ sql: `ALTER TYPE ${typeText(from)} RENAME TO ${last(to)}`, phase: "switch", slug: "swap" }];
  return [...rename(old, aside), ...rename(until, made)];
}
