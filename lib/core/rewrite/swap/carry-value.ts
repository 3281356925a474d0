import type { CatalogObject } from "../../catalog/catalog.js";
import type { LintStatement } from "../../lint/lint-statement.js";
import { deparse } from "../../sql/deparse.js";
import { readableName, readableRelation } from "../../sql/readable-name.js";
import { type OwnedSequence, sequenceOptions, sequencesOf } from "../../undo/sequences-of.js";
import type { RewriteContext } from "../kind.js";
import { NotRewritable } from "../refusal.js";
import { commandsOn } from "../support/commands-on.js";
import { refuseLabels } from "./carry-indexes.js";
import { freshName, type SecondColumn, type StandIn } from "./stand-in.js";

type Parts = { readonly leave: readonly string[]; readonly take: readonly string[] };

/** Default, owned sequences and identity of the column. Throws `NotRewritable`. */
export function carryValue(
  standIn: StandIn,
  { renamed }: SecondColumn,
  statement: LintStatement,
  context: RewriteContext,
): Parts {
  const { table, ref, name, old } = standIn;
  const [column, first] = [columnText(standIn, name), columnText(standIn, old)];
  const value = renamed ? renamed.default : defaultAtEnd(standIn, statement);
  const owned = sequencesOf(context.before, ref, name);
  const identity = owned.filter(({ sequence }) => sequence.attributes.identity === true);
  const serial = owned.filter((each) => !identity.includes(each));
  const moved = identity.map((each) => carryIdentity(each, standIn, context));
  return {
    leave: [
      ...(standIn.column.attributes.default === null ? [] : [`${first} DROP DEFAULT`]),
      ...moved.flatMap(({ leave }) => leave),
    ],
    take: [
      ...(value === null ? [] : [`${column} SET DEFAULT ${value}`]),
      ...serial.map(
        ({ sequence }) =>
          `ALTER SEQUENCE ${relationOf(sequence)} OWNED BY ${readableRelation(table)}.${readableName(name)}`,
      ),
      ...moved.flatMap(({ take }) => take),
    ],
  };
}

function columnText({ table }: StandIn, column: string): string {
  return `ALTER TABLE ${readableRelation(table)} ALTER COLUMN ${readableName(column)}`;
}

/** The default at the end of the migration: what it sets last, before or after the type change, or the catalog's. */
function defaultAtEnd({ table, column, name }: StandIn, { script }: LintStatement): string | null {
  const set = commandsOn(table, script.statements, "default")
    .filter(({ command }) => command.subtype === "AT_ColumnDefault" && command.name === name)
    .at(-1);
  if (!set) return column.attributes.default;
  return set.command.def ? deparse(set.command.def) : null;
}

function relationOf({ id }: CatalogObject): string {
  return readableRelation({ relname: id.name, ...(id.schema === undefined ? {} : { schemaname: id.schema }) });
}

/** The greatest and smallest values of the types that an identity may have. */
const EDGES: Readonly<Record<string, readonly [string, string]>> = {
  smallint: ["-32768", "32767"],
  integer: ["-2147483648", "2147483647"],
  bigint: ["-9223372036854775808", "9223372036854775807"],
};

/** A sequence belongs to one identity permanently: another continues from its value, which a third keeps in the meantime, under its name. */
function carryIdentity({ sequence }: OwnedSequence, standIn: StandIn, context: RewriteContext): Parts {
  const { attributes } = sequence;
  const what = `the sequence ${readableName(sequence.id.name)}`;
  refuseLabels(what, attributes);
  if (attributes.privileges !== null || typeof attributes.comment === "string")
    throw new NotRewritable("form", `${what} of the identity has grants or a comment, which are not carried over`);
  const spare = freshName(
    sequence.id.name,
    { schema: sequence.id.schema ?? "public", name: standIn.ref.name },
    context,
  );
  const aside = { ...sequence, id: { ...sequence.id, name: spare } };
  const [name, other] = [relationOf(sequence), relationOf(aside)];
  const word = standIn.column.attributes.identity === "a" ? "ALWAYS" : "BY DEFAULT";
  const [least, most] = EDGES[String(attributes.type)] ?? [];
  const edges = [
    ...(attributes.min === least ? [["MINVALUE", String(attributes.min)]] : []),
    ...(attributes.max === most ? [["MAXVALUE", String(attributes.max)]] : []),
  ];
  // The limit of the old type becomes the limit of the new one.
  const options = edges.reduce((text, [key, value]) => text.replace(`${key} ${value} `, ""), sequenceOptions(sequence));
  const copied = (to: string, from: string) =>
    `SELECT setval('${to.replaceAll("'", "''")}', last_value, is_called) FROM ${from}`;
  return {
    leave: [
      `CREATE SEQUENCE ${other} AS ${attributes.type} ${sequenceOptions(sequence)}`,
      copied(other, name),
      `${columnText(standIn, standIn.old)} DROP IDENTITY`,
    ],
    take: [
      `${columnText(standIn, standIn.name)} ADD GENERATED ${word} AS IDENTITY (SEQUENCE NAME ${name} ${options})`,
      copied(name, other),
      `DROP SEQUENCE ${other}`,
    ],
  };
}
