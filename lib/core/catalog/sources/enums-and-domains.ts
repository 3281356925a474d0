import type { Json } from "../../json.js";
import { canonicalPrivileges } from "../privileges.js";
import { inScope, notMember, ownerOf, source } from "./source.js";

const FIELDS = [
  "schema",
  "name",
  "form",
  "owner",
  "acl",
  "labels",
  "base",
  "notNull",
  "default",
  "collation",
  "constraints",
] as const;
type Field = (typeof FIELDS)[number];

/** The types that schemas have most: enums and domains. */
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
      default: "t.typdefault",
      // A domain's own collation; 100 is the default.
      collation: `case when t.typcollation not in (0, 100)
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
        default: row.nullable("default"),
        collation: row.nullable("collation"),
        constraints: constraints === null ? [] : (JSON.parse(constraints) as Json),
      },
    });
  },
});
