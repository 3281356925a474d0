import { CatalogFormatError, type Fields } from "./fields.js";
import { type Assembly, accessMethod, accessMethodName, type ColumnName, source, tablespace } from "./source.js";

const FIELDS = [
  "schema",
  "table",
  "name",
  "method",
  "unique",
  "primary",
  "exclusion",
  "immediate",
  "valid",
  "ready",
  "clustered",
  "replicaIdentity",
  "columns",
  "keyCount",
  "expressions",
  "predicate",
  "ofParent",
  "attachedTo",
  "options",
  "tablespace",
  "statistics",
  "definition",
] as const;
type Field = (typeof FIELDS)[number];

/** Every index, including those that carry a constraint. */
export const indexes = source<Field>({
  tag: "index",
  select: () => ({
    fields: {
      schema: "r.schema",
      table: "r.relname",
      name: "i.relname",
      method: accessMethod("i.relam"),
      unique: "x.indisunique",
      primary: "x.indisprimary",
      exclusion: "x.indisexclusion",
      immediate: "x.indimmediate",
      valid: "x.indisvalid",
      ready: "x.indisready and x.indislive",
      clustered: "x.indisclustered",
      replicaIdentity: "x.indisreplident",
      columns: "x.indkey",
      keyCount: "x.indnkeyatts",
      expressions: `case when x.indexprs is not null then
        array(select pg_get_indexdef(x.indexrelid, n, false) from generate_series(1, x.indnatts) n) end`,
      predicate: "pg_get_expr(x.indpred, x.indrelid)",
      ofParent: "i.relispartition",
      attachedTo: `case when i.relispartition then
        (select h.inhparent::regclass::text from pg_inherits h where h.inhrelid = i.oid) end`,
      options: "i.reloptions",
      tablespace: tablespace("i.reltablespace"),
      statistics: `case when x.indexprs is not null then array(select a.attnum::text || '=' || a.attstattarget::text
         from pg_attribute a where a.attrelid = x.indexrelid and a.attstattarget >= 0 order by a.attnum) end`,
      // For an index that carries a constraint, the constraint's own definition says it.
      definition: "case when not (x.indisprimary or x.indisexclusion) then pg_get_indexdef(x.indexrelid) end",
    },
    from: `from rel r
      join pg_index x on x.indrelid = r.oid
      join pg_class i on i.oid = x.indexrelid
      where r.relkind in ('r', 'p', 'm')`,
  }),
  read(row, assembly) {
    const table = { schema: row.text("schema"), name: row.text("table") };
    const name = row.text("name");
    const constraint = assembly.carries(table, name) ? name : null;
    const columns = columnTexts(row, assembly);
    const count = row.number("keyCount");
    assembly.add({
      kind: "index",
      id: { schema: table.schema, table: table.name, name },
      definition: constraint === null ? row.nullable("definition") : null,
      attributes: {
        unique: row.flag("unique"),
        primary: row.flag("primary"),
        valid: row.flag("valid"),
        method: accessMethodName(row.text("method")),
        keys: columns.slice(0, count).map((column) => column.quoted),
        include: columns.slice(count).map((column) => column.name),
        predicate: row.nullable("predicate"),
        constraint,
        exclusion: row.flag("exclusion"),
        immediate: row.flag("immediate"),
        ready: row.flag("ready"),
        clustered: row.flag("clustered"),
        replicaIdentity: row.flag("replicaIdentity"),
        ofParent: row.flag("ofParent"),
        attachedTo: row.nullable("attachedTo"),
        options: row.list("options").sort(),
        tablespace: row.nullable("tablespace"),
        statistics: row.list("statistics"),
      },
    });
  },
});

function columnTexts(row: Fields<Field>, assembly: Assembly) {
  const table = { schema: row.text("schema"), name: row.text("table") };
  const expressions = row.list("expressions");
  return row
    .text("columns")
    .split(" ")
    .map((number, position): ColumnName => {
      const expression = number === "0" ? (expressions[position] ?? null) : null;
      const column =
        expression === null ? assembly.columnName(table, number) : { name: expression, quoted: expression };
      if (column === null) throw new CatalogFormatError(`an index of ${table.name} names the unknown column ${number}`);
      return column;
    });
}
