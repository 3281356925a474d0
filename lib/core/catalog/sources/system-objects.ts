import { canonicalPrivileges, type PrivilegeTarget } from "../privileges.js";
import { source } from "./source.js";

/** Object id of pg_init_privs. */
const INITIAL_PRIVILEGES = 3394;

/** System catalogs whose objects have privileges, their columns, and what the privileges are on. */
const CATALOGS: readonly (readonly [string, string, string, PrivilegeTarget])[] = [
  ["pg_proc", "proacl", "proowner", "function"],
  ["pg_class", "relacl", "relowner", "relation"],
  ["pg_type", "typacl", "typowner", "type"],
  ["pg_namespace", "nspacl", "nspowner", "schema"],
  ["pg_language", "lanacl", "lanowner", "language"],
  ["pg_foreign_data_wrapper", "fdwacl", "fdwowner", "foreign data wrapper"],
];

/**
 * Objects of the system and of extensions whose privileges are no longer those that they came with. The schema public, whose
 * id is 2200, is the tenant's.
 */
const CHANGED = CATALOGS.map(
  ([
    catalog,
    acl,
    owner,
    target,
  ]) => `select '${catalog}'::regclass as classid, o.oid, '${target}' as target, o.${owner} as owner,
      o.${acl} as acl, i.initprivs as initial
    from ${catalog} o left join pg_init_privs i on i.classoid = '${catalog}'::regclass and i.objoid = o.oid and i.objsubid = 0
    where o.${acl} is not null and o.${acl} is distinct from i.initprivs and o.oid <> 2200
      and (o.oid < 16384 or ('${catalog}'::regclass, o.oid) in (select member.classid, member.objid from member))`,
).join("\nunion all ");

export const systemObjects = source<"type" | "identity" | "target" | "owner" | "acl" | "initial">({
  tag: "system object",
  rare: {
    catalogs: [INITIAL_PRIVILEGES],
    census: ({ tenantSchema }) =>
      tenantSchema === null ? `select ${INITIAL_PRIVILEGES}, 0 from (${CHANGED}) changed` : null,
  },
  select: ({ tenantSchema }) =>
    tenantSchema === null
      ? {
          fields: {
            type: "a.type",
            identity: "a.identity",
            target: "o.target",
            owner: "pg_get_userbyid(o.owner)",
            acl: "o.acl",
            initial: "o.initial",
          },
          from: `from (${CHANGED}) o, lateral pg_identify_object(o.classid, o.oid, 0) a`,
        }
      : null,
  read(row, assembly) {
    // Whoever owns the system: its name says nothing.
    const role = (name: string) => (name === row.text("owner") ? "$owner" : assembly.role(name));
    const target = row.text("target") as PrivilegeTarget;
    const [privileges, initial] = [row.text("acl"), row.nullable("initial")].map((acl) =>
      canonicalPrivileges(target, "$owner", acl, role),
    );
    if (JSON.stringify(privileges) === JSON.stringify(initial)) return;
    assembly.add({
      kind: "system object",
      id: { name: row.text("identity"), signature: row.text("type") },
      definition: null,
      attributes: { privileges: privileges ?? null },
    });
  },
});
