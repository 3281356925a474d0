import type { Json } from "../../json.js";
import { canonicalPrivileges } from "../privileges.js";
import type { Fields } from "./fields.js";
import { inScope, notMember, ownerOf, since, source } from "./source.js";

const FIELDS = [
  "schema",
  "name",
  "typtype",
  "defined",
  "owner",
  "acl",
  "labels",
  "base",
  "notNull",
  "default",
  "collation",
  "constraints",
  "columns",
  "range",
  "functions",
] as const;
type Field = (typeof FIELDS)[number];

/** Enums, domains, composite, range and base types that are not the row type of a table. */
export const types = source<Field>({
  tag: "type",
  select: (scope) => ({
    fields: {
      schema: "ns.name",
      name: "t.typname",
      typtype: "t.typtype",
      defined: "t.typisdefined",
      owner: ownerOf("t.typowner"),
      acl: "t.typacl",
      labels: `case when t.typtype = 'e' then
        (select array_agg(e.enumlabel order by e.enumsortorder) from pg_enum e where e.enumtypid = t.oid) end`,
      base: "case when t.typtype = 'd' then format_type(t.typbasetype, t.typtypmod) end",
      notNull: "t.typnotnull",
      default: "coalesce(pg_get_expr(t.typdefaultbin, 0), t.typdefault)",
      collation: "nullif(t.typcollation, bt.typcollation)::regcollation::text",
      constraints: `case when t.typtype = 'd' then (select json_agg(json_build_object('name', c.conname,
          'definition', pg_get_constraintdef(c.oid), 'validated', c.convalidated) order by c.conname)
        from pg_constraint c where c.contypid = t.oid and c.contype = 'c') end`,
      columns: `case when t.typtype = 'c' then (select json_agg(json_build_array(a.attname,
          format_type(a.atttypid, a.atttypmod),
          case when a.attcollation <> at.typcollation then a.attcollation::regcollation::text end) order by a.attnum)
        from pg_attribute a join pg_type at on at.oid = a.atttypid
        where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped) end`,
      range: `case when t.typtype = 'r' then (select json_build_object('subtype', format_type(g.rngsubtype, null),
          'operatorClass', (select oc.opcname from pg_opclass oc where oc.oid = g.rngsubopc),
          'collation', nullif(g.rngcollation, 0)::regcollation::text,
          'canonical', nullif(g.rngcanonical, 0)::regproc::text,
          'difference', nullif(g.rngsubdiff, 0)::regproc::text,
          'multirange', ${since(14, scope, "format_type(g.rngmultitypid, null)", "null")})
        from pg_range g where g.rngtypid = t.oid) end`,
      functions: `case when t.typtype = 'b' then json_build_array(t.typinput::regproc::text, t.typoutput::regproc::text,
        t.typreceive::regproc::text, t.typsend::regproc::text, t.typmodin::regproc::text, t.typmodout::regproc::text,
        t.typanalyze::regproc::text, t.typlen, t.typbyval, t.typalign, t.typstorage, t.typcategory, t.typispreferred,
        t.typdelim, t.typcollation <> 0) end`,
    },
    from: `from ns join pg_type t on t.typnamespace = ns.oid and ${inScope(scope, "pg_type", "t.oid")}
      left join pg_type bt on bt.oid = t.typbasetype
      left join pg_class rc on rc.oid = t.typrelid
      where t.typtype in ('e', 'd', 'c', 'r', 'b', 'p') and (t.typrelid = 0 or rc.relkind = 'c')
        and not exists (select from pg_type el where el.typarray = t.oid)
        and ${notMember("pg_type", "t.oid")}`,
  }),
  read(row, assembly) {
    const owner = row.text("owner");
    const id = { schema: row.text("schema"), name: row.text("name") };
    const privileges = canonicalPrivileges("type", owner, row.nullable("acl"), assembly.role);
    const shared = { owner, privileges, collation: row.nullable("collation"), default: row.nullable("default") };
    if (row.text("typtype") === "d") {
      const attributes = {
        base: row.text("base"),
        notNull: row.flag("notNull"),
        constraints: json(row, "constraints"),
      };
      assembly.add({ kind: "domain", id, definition: null, attributes: { ...shared, ...attributes } });
      return;
    }
    assembly.add({
      kind: "type",
      id,
      definition: null,
      attributes: {
        ...shared,
        form: FORMS[row.text("typtype")] ?? row.text("typtype"),
        defined: row.flag("defined"),
        labels: row.list("labels"),
        columns: json(row, "columns"),
        range: json(row, "range"),
        functions: json(row, "functions"),
      },
    });
  },
});

const FORMS: Readonly<Record<string, string>> = { e: "enum", c: "composite", r: "range", b: "base", p: "pseudo" };

function json(row: Fields<Field>, field: Field): Json {
  const text = row.nullable(field);
  return text === null ? null : (JSON.parse(text) as Json);
}
