import { canonicalPrivileges, type PrivilegeTarget } from "../privileges.js";
import { source } from "./source.js";

interface Privileged {
  readonly catalog: string;
  /** Of its columns. */
  readonly prefix: string;
  readonly target: PrivilegeTarget;
  /** What initdb granted to PUBLIC without recording it in pg_init_privs, and where. */
  readonly opened?: string;
}

/** System catalogs whose objects have privileges. */
const CATALOGS: readonly Privileged[] = [
  { catalog: "pg_proc", prefix: "pro", target: "function" },
  {
    catalog: "pg_class",
    prefix: "rel",
    target: "relation",
    opened: `case when o.relnamespace = to_regnamespace('information_schema')
      and o.relname not in ('sql_parts', 'transforms') and left(o.relname, 4) <> '_pg_'
      then acldefault('r', o.relowner) || makeaclitem(0, o.relowner, 'SELECT', false) end`,
  },
  { catalog: "pg_type", prefix: "typ", target: "type" },
  {
    catalog: "pg_namespace",
    prefix: "nsp",
    target: "schema",
    opened: `case when o.nspname = 'information_schema'
      then acldefault('n', o.nspowner) || makeaclitem(0, o.nspowner, 'USAGE', false) end`,
  },
  { catalog: "pg_language", prefix: "lan", target: "language" },
  { catalog: "pg_foreign_data_wrapper", prefix: "fdw", target: "foreign data wrapper" },
];

const GRANTED = CATALOGS.map(
  ({ catalog, prefix, target, opened }) =>
    `select '${catalog}'::regclass as classid, o.oid, '${target}' as target, o.${prefix}owner as owner, o.${prefix}acl as acl,
      ${opened ?? "null::aclitem[]"} as opened from ${catalog} o where o.${prefix}acl is not null`,
).join("\n    union all ");

/** Objects of the system and of extensions whose privileges are no longer the initial ones. The schema public, whose id is 2200, is the tenant's. */
const CHANGED = `select g.classid, g.oid, g.target, g.owner, g.acl, coalesce(i.initprivs, g.opened) as initial
    from (${GRANTED}) g
    left join pg_init_privs i on i.classoid = g.classid and i.objoid = g.oid and i.objsubid = 0
    where g.acl is distinct from coalesce(i.initprivs, g.opened) and g.oid <> 2200
      and (g.oid < 16384 or (g.classid, g.oid) in (select member.classid, member.objid from member))`;

export const systemObjects = source<"type" | "identity" | "target" | "owner" | "acl" | "initial">({
  tag: "system object",
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
    // Whoever owns the system: the name does not matter.
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
