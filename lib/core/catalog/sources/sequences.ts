import { canonicalPrivileges } from "../privileges.js";
import type { Fields } from "./fields.js";
import { type Assembly, ownerOf, since, source } from "./source.js";

const FIELDS = [
  "schema",
  "name",
  "owner",
  "acl",
  "persistence",
  "type",
  "start",
  "increment",
  "min",
  "max",
  "cache",
  "cycle",
  "ownerTable",
  "ownerSchema",
  "ownerName",
  "ownerColumn",
  "identity",
] as const;
type Field = (typeof FIELDS)[number];

/** Sequences with their parameters, never their value. */
export const sequences = source<Field>({
  tag: "sequence",
  select: (scope) => ({
    fields: {
      schema: "r.schema",
      name: "r.relname",
      owner: ownerOf("r.relowner"),
      acl: "r.relacl",
      persistence: since(15, scope, "r.relpersistence", "'p'"),
      type: "format_type(s.seqtypid, null)",
      start: "s.seqstart",
      increment: "s.seqincrement",
      min: "s.seqmin",
      max: "s.seqmax",
      cache: "s.seqcache",
      cycle: "s.seqcycle",
      ownerTable: "d.refobjid::regclass::text",
      ownerSchema: "o.schema",
      ownerName: "o.relname",
      ownerColumn: "d.refobjsubid",
      identity: "coalesce(d.deptype = 'i', false)",
    },
    from: `from rel r join pg_sequence s on s.seqrelid = r.oid
      left join pg_depend d on d.classid = 'pg_class'::regclass and d.objid = r.oid and d.objsubid = 0
        and d.refclassid = 'pg_class'::regclass and d.deptype in ('a', 'i') and d.refobjsubid > 0
      left join rel o on o.oid = d.refobjid
      where r.relkind = 'S'`,
  }),
  read(row, assembly) {
    const owner = row.text("owner");
    assembly.add({
      kind: "sequence",
      id: { schema: row.text("schema"), name: row.text("name") },
      definition: null,
      attributes: {
        owner,
        privileges: canonicalPrivileges("sequence", owner, row.nullable("acl"), assembly.role),
        persistence: row.text("persistence"),
        type: row.text("type"),
        // 64-bit values do not fit a JSON number.
        start: row.text("start"),
        increment: row.text("increment"),
        min: row.text("min"),
        max: row.text("max"),
        cache: row.text("cache"),
        cycle: row.flag("cycle"),
        ownedBy: ownedBy(row, assembly),
        identity: row.flag("identity"),
      },
    });
  },
});

/** `schema.table.column` as SQL; null when no column owns it. */
function ownedBy(row: Fields<Field>, assembly: Assembly): string | null {
  const table = row.nullable("ownerTable");
  if (table === null) return null;
  const ref = { schema: row.nullable("ownerSchema") ?? "", name: row.nullable("ownerName") ?? "" };
  const column = assembly.columnName(ref, row.text("ownerColumn"));
  return column === null ? table : `${table}.${column.quoted}`;
}
