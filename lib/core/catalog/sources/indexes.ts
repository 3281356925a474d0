import { source } from "./source.js";

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
  "keys",
  "include",
  "predicate",
  "constraint",
  "ofParent",
  "options",
  "tablespace",
  "statistics",
  "definition",
] as const;
type Field = (typeof FIELDS)[number];

/** A plain column needs no deparsing; an expression does. */
const key = `case when k.attnum <> 0 then quote_ident(a.attname) else pg_get_indexdef(x.indexrelid, k.n::int, false) end`;
const keys = (condition: string) => `(select array_agg(${key} order by k.n)
  from unnest(x.indkey::int2[]) with ordinality k(attnum, n)
  left join pg_attribute a on a.attrelid = x.indrelid and a.attnum = k.attnum and k.attnum <> 0
  where k.n ${condition} x.indnkeyatts)`;

/** Every index, those that carry a constraint included. */
export const indexes = source<Field>({
  tag: "index",
  select: () => ({
    fields: {
      schema: "r.schema",
      table: "r.relname",
      name: "i.relname",
      method: "am.amname",
      unique: "x.indisunique",
      primary: "x.indisprimary",
      exclusion: "x.indisexclusion",
      immediate: "x.indimmediate",
      valid: "x.indisvalid",
      ready: "x.indisready and x.indislive",
      clustered: "x.indisclustered",
      replicaIdentity: "x.indisreplident",
      keys: keys("<="),
      include: keys(">"),
      predicate: "pg_get_expr(x.indpred, x.indrelid)",
      constraint: "c.conname",
      ofParent: "i.relispartition",
      options: "i.reloptions",
      tablespace: "s.spcname",
      statistics: `case when x.indexprs is not null then (select array_agg(a.attnum || '=' || a.attstattarget order by a.attnum)
         from pg_attribute a where a.attrelid = x.indexrelid and a.attstattarget >= 0) end`,
      definition: "pg_get_indexdef(x.indexrelid)",
    },
    from: `from rel r
      join pg_index x on x.indrelid = r.oid
      join pg_class i on i.oid = x.indexrelid
      join pg_am am on am.oid = i.relam
      left join pg_constraint c on c.conindid = x.indexrelid and c.conrelid = x.indrelid and c.contype in ('p', 'u', 'x')
      left join pg_tablespace s on s.oid = i.reltablespace
      where r.relkind in ('r', 'p', 'm')`,
  }),
  read(row, assembly) {
    assembly.add({
      kind: "index",
      id: { schema: row.text("schema"), table: row.text("table"), name: row.text("name") },
      definition: row.text("definition"),
      attributes: {
        unique: row.flag("unique"),
        primary: row.flag("primary"),
        valid: row.flag("valid"),
        method: row.text("method"),
        keys: row.list("keys"),
        include: row.list("include"),
        predicate: row.nullable("predicate"),
        constraint: row.nullable("constraint"),
        exclusion: row.flag("exclusion"),
        immediate: row.flag("immediate"),
        ready: row.flag("ready"),
        clustered: row.flag("clustered"),
        replicaIdentity: row.flag("replicaIdentity"),
        ofParent: row.flag("ofParent"),
        options: row.list("options").sort(),
        tablespace: row.nullable("tablespace"),
        statistics: row.list("statistics"),
      },
    });
  },
});
