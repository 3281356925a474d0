import { TENANT_SCHEMA } from "../catalog.js";
import { canonicalPrivileges } from "../privileges.js";
import { notMember, ownerOf, source } from "./source.js";

export const schemas = source<"name" | "owner" | "acl">({
  tag: "schema",
  select: () => ({
    fields: { name: "ns.name", owner: ownerOf("n.nspowner"), acl: "n.nspacl" },
    // What a user put into an extension's schema is the user's; the schema is not.
    from: `from ns join pg_namespace n on n.oid = ns.oid where ${notMember("pg_namespace", "n.oid")}`,
  }),
  read(row, assembly) {
    // The tenant's own may be `public`: see SCHEMA_OWNER.
    const isHome = row.text("name") === TENANT_SCHEMA;
    const role = (name: string) => (isHome && name === "pg_database_owner" ? "$owner" : assembly.role(name));
    const owner = role(row.text("owner"));
    const privileges = canonicalPrivileges("schema", owner, row.nullable("acl"), role);
    assembly.add({
      kind: "schema",
      id: { name: row.text("name") },
      definition: null,
      attributes: { owner, privileges },
    });
  },
});
