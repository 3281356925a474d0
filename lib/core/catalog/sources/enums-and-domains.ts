import type { Json } from "../../json.js";
import { isChosenName } from "../../postgres/chosen-names.js";
import { canonicalPrivileges } from "../privileges.js";
import { inScope, notMember, ownerOf, since, source } from "./source.js";

const FIELDS = [
  "schema",
  "name",
  "form",
  "owner",
  "acl",
  "labels",
  "base",
  "notNull",
  "notNullName",
  "default",
  "collation",
  "constraints",
] as const;
type Field = (typeof FIELDS)[number];

/** The types most common in schemas: enums and domains. */
export const enumsAndDomains = source<Field>({
  tag: "enum or domain",
  select: (scope) => ({
    fields: {
      schema: "ns.name",
      name: "t.typname",
      form: "t.typtype",
      owner: ownerOf("t.typowner"),
      acl: "t.typacl",
      labels: `case when t.typtype = 'e' then
        array(select e.enumlabel from pg_enum e where e.enumtypid = t.oid order by e.enumsortorder) end`,
      base: "case when t.typtype = 'd' then format_type(t.typbasetype, t.typtypmod) end",
      notNull: "t.typnotnull",
      notNullName: since(
        17,
        scope,
        "case when t.typnotnull then (select c.conname from pg_constraint c where c.contypid = t.oid and c.contype = 'n') end",
        "null",
      ),
      // The text that the server keeps next to it was printed with its author's search_path.
      default: "pg_get_expr(t.typdefaultbin, 'pg_type'::regclass)",
      collation: `case when t.typtype = 'd' and t.typcollation <> 0
        and t.typcollation <> (select b.typcollation from pg_type b where b.oid = t.typbasetype)
        then t.typcollation::regcollation::text end`,
      constraints: `case when t.typtype = 'd' then (select json_agg(json_build_object('name', c.conname,
          'definition', pg_get_constraintdef(c.oid), 'validated', c.convalidated) order by c.conname)
        from pg_constraint c where c.contypid = t.oid and c.contype = 'c') end`,
    },
    from: `from ns join pg_type t on t.typnamespace = ns.oid and ${inScope(scope, "pg_type", "t.oid")}
      where t.typtype in ('e', 'd') and ${notMember("pg_type", "t.oid")}`,
  }),
  read(row, assembly) {
    const owner = row.text("owner");
    const id = { schema: row.text("schema"), name: row.text("name") };
    const privileges = canonicalPrivileges("type", owner, row.nullable("acl"), assembly.role);
    if (row.text("form") === "e") {
      const attributes = { owner, privileges, form: "enum", labels: row.list("labels") };
      assembly.add({ kind: "type", id, definition: null, attributes });
      return;
    }
    const constraints = row.nullable("constraints");
    assembly.add({
      kind: "domain",
      id,
      definition: null,
      attributes: {
        owner,
        privileges,
        base: row.text("base"),
        notNull: row.flag("notNull"),
        notNullName: givenName(row.nullable("notNullName"), id.name),
        default: row.nullable("default"),
        collation: row.nullable("collation"),
        constraints: constraints === null ? [] : (JSON.parse(constraints) as Json),
      },
    });
  },
});

/** Since 17 a domain's NOT NULL has a name; one that the server chose counts as none. */
function givenName(name: string | null, domain: string): string | null {
  return name !== null && isChosenName(name, "not null", domain, []) ? null : name;
}
