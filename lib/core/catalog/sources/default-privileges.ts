import { canonicalPrivileges, type PrivilegeTarget } from "../privileges.js";
import { source } from "./source.js";

const TARGETS: Readonly<Record<string, readonly [string, PrivilegeTarget]>> = {
  r: ["tables", "relation"],
  S: ["sequences", "sequence"],
  f: ["functions", "function"],
  T: ["types", "type"],
  n: ["schemas", "schema"],
  L: ["large objects", "large object"],
};

/** ALTER DEFAULT PRIVILEGES, by creating role, schema, and kind of object created. */
export const defaultPrivileges = source<"schema" | "type" | "role" | "acl">({
  tag: "default privileges",
  rare: { catalogs: [826], emptyAtFirst: true },
  select: ({ tenantSchema }) => ({
    fields: { schema: "ns.name", type: "d.defaclobjtype", role: "pg_get_userbyid(d.defaclrole)", acl: "d.defaclacl" },
    from: `from pg_default_acl d left join ns on ns.oid = d.defaclnamespace
      where ns.oid is not null ${tenantSchema === null ? "or d.defaclnamespace = 0" : ""}`,
  }),
  read(row, assembly) {
    const [name, target] = TARGETS[row.text("type")] ?? [row.text("type"), "relation" as const];
    const role = assembly.role(row.text("role"));
    const schema = row.nullable("schema");
    assembly.add({
      kind: "default privileges",
      id: { ...(schema === null ? {} : { schema }), name, signature: role },
      definition: null,
      attributes: { privileges: canonicalPrivileges(target, role, row.text("acl"), assembly.role) },
    });
  },
});
