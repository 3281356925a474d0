import { canonicalPrivileges } from "../privileges.js";
import { notMember, ownerOf, source } from "./source.js";

export const schemas = source<"name" | "owner" | "acl">({
  tag: "schema",
  select: () => ({
    fields: { name: "ns.name", owner: ownerOf("n.nspowner"), acl: "n.nspacl" },
    // What a user put into the schema of an extension is the user's, the schema is not.
    from: `from ns join pg_namespace n on n.oid = ns.oid where ${notMember("pg_namespace", "n.oid")}`,
  }),
  read(row, assembly) {
    const owner = row.text("owner");
    const privileges = canonicalPrivileges("schema", owner, row.nullable("acl"), assembly.role);
    assembly.add({
      kind: "schema",
      id: { name: row.text("name") },
      definition: null,
      attributes: { owner, privileges },
    });
  },
});
