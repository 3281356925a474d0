import type { Json } from "../../json.js";
import { canonicalPrivileges } from "../privileges.js";
import type { Fields } from "./fields.js";
import { inScope, notMember, ownerOf, since, source } from "./source.js";

const FIELDS = [
  "schema",
  "name",
  "form",
  "defined",
  "owner",
  "acl",
  "default",
  "columns",
  "range",
  "functions",
] as const;
type Field = (typeof FIELDS)[number];

/** Array types come with their element type. No other type can have their input function, which returns anyarray. */
const NO_ARRAY = "t.typinput <> 'array_in'::regproc";

/** Composite, range, base and shell types; a table's row type belongs to the table. */
export const types = source<Field>({
  tag: "type",
  rare: {
    catalogs: [1247],
    census: (
      scope,
    ) => `select '1247'::oid, t.oid from pg_type t where ${inScope(scope, "pg_type", "t.oid")} and t.typtype in ('r', 'b', 'p') and ${NO_ARRAY}
      union all select '1247'::oid, '0'::oid from rel r where r.relkind = 'c'`,
  },
  select: (scope) => ({
    fields: {
      schema: "ns.name",
      name: "t.typname",
      form: "t.typtype",
      defined: "t.typisdefined",
      owner: ownerOf("t.typowner"),
      acl: "t.typacl",
      default: "t.typdefault",
      columns: `case when t.typtype = 'c' then (select json_agg(json_build_array(a.attname,
          format_type(a.atttypid, a.atttypmod),
          case when a.attcollation <> at.typcollation then a.attcollation::regcollation::text end) order by a.attnum)
        from pg_attribute a join pg_type at on at.oid = a.atttypid
        where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped) end`,
      range: `case when t.typtype = 'r' then (select json_build_object('subtype', format_type(g.rngsubtype, null),
          'operatorClass', (select format('%I.%I', n.nspname, oc.opcname)
            from pg_opclass oc join pg_namespace n on n.oid = oc.opcnamespace where oc.oid = g.rngsubopc),
          'collation', nullif(g.rngcollation, 0)::regcollation::text,
          'canonical', nullif(g.rngcanonical::oid, 0)::regproc::text,
          'difference', nullif(g.rngsubdiff::oid, 0)::regproc::text,
          'multirange', ${since(14, scope, "format_type(g.rngmultitypid, null)", "null")})
        from pg_range g where g.rngtypid = t.oid) end`,
      functions: `case when t.typtype = 'b' then json_build_object('input', t.typinput::text, 'output', t.typoutput::text,
        'receive', t.typreceive::text, 'send', t.typsend::text, 'modifierInput', t.typmodin::text,
        'modifierOutput', t.typmodout::text, 'analyze', t.typanalyze::text, 'length', t.typlen, 'byValue', t.typbyval,
        'alignment', t.typalign, 'storage', t.typstorage, 'category', t.typcategory, 'preferred', t.typispreferred,
        'delimiter', t.typdelim, 'collatable', t.typcollation <> 0, 'element', nullif(t.typelem, 0)::regtype::text,
        'subscript', ${since(14, scope, "t.typsubscript::text", "'-'")}) end`,
    },
    from: `from ns join pg_type t on t.typnamespace = ns.oid and ${inScope(scope, "pg_type", "t.oid")}
      where case t.typtype when 'c' then t.typrelid in (select r.oid from rel r where r.relkind = 'c')
          when 'b' then ${NO_ARRAY} when 'p' then true when 'r' then true else false end
        and ${notMember("pg_type", "t.oid")}`,
  }),
  read(row, assembly) {
    const owner = row.text("owner");
    assembly.add({
      kind: "type",
      id: { schema: row.text("schema"), name: row.text("name") },
      definition: null,
      attributes: {
        owner,
        privileges: canonicalPrivileges("type", owner, row.nullable("acl"), assembly.role),
        form: FORMS[row.text("form")] ?? row.text("form"),
        defined: row.flag("defined"),
        default: row.nullable("default"),
        columns: json(row, "columns"),
        range: json(row, "range"),
        functions: json(row, "functions"),
      },
    });
  },
});

const FORMS: Readonly<Record<string, string>> = { c: "composite", r: "range", b: "base", p: "pseudo" };

function json(row: Fields<Field>, field: Field): Json {
  const text = row.nullable(field);
  return text === null ? null : (JSON.parse(text) as Json);
}
