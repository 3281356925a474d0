import { canonicalPrivileges } from "../privileges.js";
import { ownerOf, source } from "./source.js";

export const schemas = source<"name" | "owner" | "acl">({
  tag: "schema",
  select: () => ({
    fields: { name: "ns.name", owner: ownerOf("n.nspowner"), acl: "n.nspacl" },
    from: "from ns join pg_namespace n on n.oid = ns.oid",
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
