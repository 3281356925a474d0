import type { KnownConstraint } from "../../lint/known/table.js";
import type { LintStatement } from "../../lint/lint-statement.js";
import type { AddedConstraint } from "../../lint/rules/support/added-constraints.js";
import { indexFirstForm } from "../../lint/rules/support/index-first.js";
import { chosenName } from "../../postgres/chosen-names.js";
import { readableName, readableRelation } from "../../sql/readable-name.js";
import { type AlterCommand, as, strings } from "../../sql/tree.js";
import type { Move, RewriteContext } from "../kind.js";
import { freshName } from "../swap/stand-in.js";
import { commandsOn } from "./commands-on.js";
import { refOf } from "./table-of.js";
import { isWrittenLater } from "./written-later.js";

type Key = Pick<KnownConstraint, "name" | "type" | "columns">;

const KEYS: readonly KnownConstraint["type"][] = ["primary", "unique"];

/** Whether the same migration adds a key that replaces the one that a statement drops, in this statement or later. */
export function isKeyAddedAgain(
  { table, command: { name = "" } }: AlterCommand,
  statement: LintStatement,
  context: RewriteContext,
): boolean {
  const found = existing({ table, name }, context);
  if (!found || isWrittenLater(table, statement)) return false;
  const later = statement.script.statements.filter(({ index }) => index >= statement.index);
  return commandsOn(table, later, "add").some(({ command }) => {
    const added = as(command.def, "Constraint");
    if (command.subtype !== "AT_AddConstraint" || !added || added.indexname !== undefined) return false;
    if (added.contype === "CONSTR_PRIMARY") return found.type === "primary" || added.conname === name;
    return found.type === "unique" && added.contype === "CONSTR_UNIQUE" && nameOf(added, table.relname) === name;
  });
}

function nameOf({ conname, keys, including }: AddedConstraint["constraint"], table = ""): string {
  return conname ?? chosenName("unique", table, [...strings(keys), ...strings(including)]);
}

/** A key of a plain table that was there before the migration. */
function existing({ table, name }: { table: AlterCommand["table"]; name: string }, { known, before }: RewriteContext) {
  const now = known.table(table);
  if (now?.kind !== "table") return undefined;
  const isThere = before.all("constraint").some(({ id }) => id.table === table.relname && id.name === name);
  return isThere ? now.constraints.find((each) => each.name === name && KEYS.includes(each.type)) : undefined;
}

/** The key that this one replaces: the plan has kept it, or it goes with a column that waits for a later release. */
export function replacedKey(
  { table, constraint }: AddedConstraint,
  statement: LintStatement,
  context: RewriteContext,
): Key | null {
  const sofar = statement.script.statements.filter(({ index }) => index <= statement.index);
  const dropped = commandsOn(table, sofar, "drop").map(({ command }) => command);
  const isDropped = ({ name }: Key) =>
    dropped.some((command) => command.subtype === "AT_DropConstraint" && command.name === name);
  const isPrimary = constraint.contype === "CONSTR_PRIMARY";
  const replaces = ({ type, name }: Key) =>
    (isPrimary && type === "primary") || name === nameOf(constraint, table.relname);
  const own = (context.known.table(table)?.constraints ?? []).filter(({ type }) => KEYS.includes(type));
  const kept = own.find((each) => replaces(each) && isDropped(each));
  const waiting = isPrimary ? primaryKey(table, context) : null;
  const goes = ({ columns }: Key) =>
    dropped.some((command) => command.subtype === "AT_DropColumn" && columns.includes(command.name ?? ""));
  return kept ?? (waiting && goes(waiting) && !isDropped(waiting) ? waiting : null);
}

function primaryKey(table: AlterCommand["table"], context: RewriteContext): Key | null {
  const found = context.before.constraints(refOf(table, context)).find(({ attributes }) => attributes.type === "p");
  return found ? { name: found.id.name, type: "primary", columns: found.attributes.columns } : null;
}

/** The name that the server chooses where the replaced key has given its own away. */
function nameAfter({ table, constraint, name, columns }: AddedConstraint, replaced: Key): string {
  if (constraint.conname !== undefined) return name;
  const of = constraint.contype === "CONSTR_PRIMARY" ? "primary key" : "unique";
  const first = chosenName(of, table.relname ?? "", [...columns, ...strings(constraint.including)]);
  return first === replaced.name ? first : name;
}

/** Whether the key is dropped only to be added as it was, around a type change that carries it over itself. */
export function isSameKey(
  added: AddedConstraint,
  replaced: Key,
  { script }: LintStatement,
  { before }: RewriteContext,
): boolean {
  const { constraint, table, columns } = added;
  const type = constraint.contype === "CONSTR_PRIMARY" ? "primary" : "unique";
  const isRetyped = commandsOn(table, script.statements, "type").some(
    ({ command }) => command.subtype === "AT_AlterColumnType" && columns.includes(command.name ?? ""),
  );
  const isPlain = !constraint.deferrable && !constraint.nulls_not_distinct && (constraint.including ?? []).length === 0;
  const was = before.all("constraint").find(({ id }) => id.table === table.relname && id.name === replaced.name);
  return (
    isRetyped &&
    isPlain &&
    replaced.type === type &&
    replaced.name === nameAfter(added, replaced) &&
    String(replaced.columns) === String(columns) &&
    !/INCLUDE|DEFERRABLE|NULLS NOT/.test(was?.definition ?? "DEFERRABLE")
  );
}

/** A unique index built concurrently under a spare name, which takes over in the transaction that drops the replaced key. */
export function replaceKeyMoves(added: AddedConstraint, replaced: Key, context: RewriteContext): readonly Move[] {
  const { table } = added;
  const name = nameAfter(added, replaced);
  const named = { ...added, name };
  const spare = replaced.name === name ? freshName(name, refOf(table, context), context) : name;
  const [build = ""] = indexFirstForm({ ...named, name: spare });
  const [, adopt = ""] = indexFirstForm(named);
  const exchange = [
    `ALTER TABLE ${readableRelation(table)} DROP CONSTRAINT ${readableName(replaced.name ?? "")}`,
    ...(spare === name
      ? []
      : [`ALTER INDEX ${readableRelation({ ...table, relname: spare })} RENAME TO ${readableName(name)}`]),
    adopt,
  ];
  return [
    { sql: build, phase: "expand", slug: "index" },
    ...exchange.map((sql): Move => ({ sql, phase: "switch", slug: "replace_key" })),
  ];
}
