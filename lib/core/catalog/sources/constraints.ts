import type { ConstraintAttributes } from "../catalog.js";
import type { TableRef } from "../lookup.js";
import { CatalogFormatError, type Fields } from "./fields.js";
import { unquote } from "./qualified-text.js";
import { type Assembly, type ColumnName, since, source } from "./source.js";

const FIELDS = [
  "schema",
  "table",
  "name",
  "type",
  "definition",
  "columns",
  "validated",
  "enforced",
  "deferrable",
  "deferred",
  "noInherit",
  "local",
  "inherited",
  "ofParent",
] as const;
type Field = (typeof FIELDS)[number];

/** Constraints of tables; a domain's are with the domain, constraint triggers with the triggers. */
export const constraints = source<Field>({
  tag: "constraint",
  select: (scope) => ({
    fields: {
      schema: "r.schema",
      table: "r.relname",
      name: "c.conname",
      type: "c.contype",
      // A plain NOT NULL is written here: there are as many as columns.
      definition: "case when c.contype <> 'n' then pg_get_constraintdef(c.oid) end",
      // A whole row in a CHECK is column 0, a system column (tableoid) is below 0: neither is one of the table's columns.
      columns:
        "(select array_agg(k.number order by k.at) from unnest(c.conkey) with ordinality k(number, at) where k.number > 0)",
      validated: "c.convalidated",
      enforced: since(18, scope, "c.conenforced", "true"),
      deferrable: "c.condeferrable",
      deferred: "c.condeferred",
      noInherit: "c.connoinherit and c.contype in ('c', 'n')",
      // On a partition it depends on which was created first.
      local: "case when r.relispartition then c.coninhcount = 0 else c.conislocal end",
      inherited: "c.coninhcount > 0",
      ofParent: "c.conparentid <> 0",
    },
    from: `from rel r
      join pg_constraint c on c.conrelid = r.oid and c.contype <> 't'
      where r.relkind in ('r', 'p', 'f')`,
  }),
  read(row, assembly) {
    const table = { schema: row.text("schema"), name: row.text("table") };
    const name = row.text("name");
    const type = row.text("type") as ConstraintAttributes["type"];
    const columns = row.list("columns").map((number) => columnOf(assembly, table, number));
    // The index behind a constraint always has the constraint's name.
    if (type === "p" || type === "u" || type === "x") assembly.carry(table, name);
    const definition = row.nullable("definition") ?? notNull(row, columns);
    assembly.add({
      kind: "constraint",
      id: { schema: table.schema, table: table.name, name },
      definition,
      attributes: {
        type,
        columns: columns.map((column) => column.name),
        validated: row.flag("validated"),
        enforced: row.flag("enforced"),
        deferrable: row.flag("deferrable"),
        deferred: row.flag("deferred"),
        references: type === "f" ? references(definition) : null,
        noInherit: row.flag("noInherit"),
        local: row.flag("local"),
        inherited: row.flag("inherited"),
        ofParent: row.flag("ofParent"),
      },
    });
  },
});

function columnOf(assembly: Assembly, table: TableRef, number: string): ColumnName {
  const column = assembly.columnName(table, number);
  if (column === null) throw new CatalogFormatError(`a constraint of ${table.name} names the unknown column ${number}`);
  return column;
}

function notNull(row: Fields<Field>, columns: readonly ColumnName[]): string {
  const parts = [`NOT NULL ${columns.map((column) => column.quoted).join(", ")}`];
  if (row.flag("noInherit")) parts.push("NO INHERIT");
  if (!row.flag("validated")) parts.push("NOT VALID");
  return parts.join(" ");
}

const NAME = String.raw`(?:"(?:[^"]|"")+"|[^\s".,()]+)`;
const REFERENCES = new RegExp(
  String.raw`^FOREIGN KEY \((?:PERIOD |, |${NAME})+\) REFERENCES (?:ONLY )?(${NAME})\.(${NAME})\(((?:PERIOD |, |${NAME})+)\)`,
);

/** What a foreign key points at, from the clause that the server prints with each name's schema. */
function references(definition: string): NonNullable<ConstraintAttributes["references"]> {
  const match = REFERENCES.exec(definition);
  if (!match) throw new CatalogFormatError(`a foreign key is not understood: ${definition}`);
  const columns = (match[3] ?? "").replaceAll(/(^|, )PERIOD /g, "$1").match(new RegExp(NAME, "g")) ?? [];
  return { schema: unquote(match[1] ?? ""), table: unquote(match[2] ?? ""), columns: columns.map(unquote) };
}
