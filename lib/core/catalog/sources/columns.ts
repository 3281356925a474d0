import { identifier } from "../../sql/quote.js";
import { canonicalPrivileges } from "../privileges.js";
import type { Fields } from "./fields.js";
import { ownerOf, since, source } from "./source.js";

const FIELDS = [
  "schema",
  "table",
  "name",
  "relkind",
  "quoted",
  "position",
  "type",
  "notNull",
  "identity",
  "generated",
  "default",
  "collation",
  "storage",
  "compression",
  "statistics",
  "local",
  "inherited",
  "options",
  "foreignOptions",
  "acl",
  "owner",
] as const;
type Field = (typeof FIELDS)[number];

/**
 * What a person sets. Since the minor releases of November 2026 (15.20) the server keeps a version of its own among each column's options, a
 * different one in each database; it does not allow anyone to set it, and pg_dump leaves it out.
 */
const OPTIONS = "nullif(array(select o from unnest(a.attoptions) o where not starts_with(o, 'pg_attver=')), '{}')";

/** Columns of everything that has rows. */
export const columns = source<Field>({
  tag: "column",
  select: (scope) => ({
    fields: {
      schema: "r.schema",
      table: "r.relname",
      name: "a.attname",
      relkind: "r.relkind",
      quoted: "nullif(quote_ident(a.attname), a.attname)",
      position: "a.attnum",
      type: "format_type(a.atttypid, a.atttypmod)",
      notNull: "a.attnotnull",
      // Since 17 a partition has its parent's identity columns.
      identity: since(17, scope, "case when r.relispartition then '' else a.attidentity::text end", "a.attidentity"),
      generated: "a.attgenerated",
      default: `case when a.atthasdef then (select pg_get_expr(d.adbin, d.adrelid) from pg_attrdef d
        where d.adrelid = a.attrelid and d.adnum = a.attnum) end`,
      // 100 is the default collation: that of text, character and character varying, whose type need not be looked up.
      collation: `case when a.attcollation <> 0 and not (a.attcollation = 100 and a.atttypid in (25, 1042, 1043))
        and a.attcollation <> (select t.typcollation from pg_type t where t.oid = a.atttypid)
        then a.attcollation::regcollation::text end`,
      storage: "a.attstorage",
      compression: since(14, scope, "a.attcompression", "''"),
      // -1 up to 16, NULL since 17: both mean the default.
      statistics: "nullif(a.attstattarget, -1)",
      local: "case when r.relispartition then a.attinhcount = 0 else a.attislocal end",
      inherited: "a.attinhcount > 0",
      options: `case when a.attoptions is not null then ${OPTIONS} end`,
      foreignOptions: "a.attfdwoptions",
      acl: "a.attacl",
      owner: `case when a.attacl is not null then ${ownerOf("r.relowner")} end`,
    },
    from: `from rel r
      join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
      where r.relkind in ('r', 'p', 'f', 'v', 'm')`,
  }),
  read(row, assembly) {
    const column = attributes(row);
    const name = row.text("name");
    const table = { schema: row.text("schema"), name: row.text("table") };
    assembly.number(table, row.text("position"), { name, quoted: row.nullable("quoted") ?? name });
    assembly.add({
      kind: "column",
      id: { schema: table.schema, table: table.name, name },
      definition: `${identifier(name)} ${clause(column)}`,
      position: row.number("position"),
      attributes: {
        ...column,
        privileges: canonicalPrivileges("column", row.nullable("owner") ?? "", row.nullable("acl"), assembly.role),
      },
    });
  },
});

function attributes(row: Fields<Field>) {
  const generated = row.text("generated") as "" | "s" | "v";
  const expression = row.nullable("default");
  const statistics = row.nullable("statistics");
  return {
    type: row.text("type"),
    notNull: row.flag("notNull"),
    default: generated === "" ? expression : null,
    identity: row.text("identity") as "" | "a" | "d",
    generated,
    generationExpression: generated === "" ? null : expression,
    collation: row.nullable("collation"),
    storage: row.text("storage"),
    compression: row.text("compression"),
    statistics: statistics === null ? null : Number(statistics),
    // A partition has its columns from its parent, whichever was created first.
    local: row.flag("local"),
    inherited: row.flag("inherited"),
    options: row.list("options").sort(),
    foreignOptions: row.list("foreignOptions").sort(),
  };
}

function clause(column: ReturnType<typeof attributes>): string {
  const parts = [column.type];
  if (column.collation !== null) parts.push(`COLLATE ${column.collation}`);
  if (column.generationExpression !== null) {
    const storage = column.generated === "v" ? "VIRTUAL" : "STORED";
    parts.push(`GENERATED ALWAYS AS (${column.generationExpression}) ${storage}`);
  }
  if (column.identity !== "") parts.push(`GENERATED ${column.identity === "a" ? "ALWAYS" : "BY DEFAULT"} AS IDENTITY`);
  if (column.default !== null) parts.push(`DEFAULT ${column.default}`);
  if (column.notNull) parts.push("NOT NULL");
  return parts.join(" ");
}
