import { literal } from "../sql/quote.js";

/** Predefined roles of PostgreSQL and of cloud providers whose members act outside a database (manual, "Predefined Roles"). */
const REACHING_ROLES = `'{pg_execute_server_program,pg_read_server_files,pg_write_server_files,pg_signal_backend,pg_signal_autovacuum_worker,
pg_create_subscription,rds_superuser,rds_replication,cloudsqlsuperuser,cloudsqlreplica,alloydbsuperuser,azure_pg_admin}'::name[]`;

/** Something that a role may do outside its databases. */
export interface Reach {
  /** `CREATEROLE`, `pg_execute_server_program`. */
  readonly what: string;
  /** The statement that takes it away. */
  readonly sql: string;
}

/** Rows of `Reach` for a role that is not a superuser, given by an expression for its oid; what it may become counts. */
export function reachOf(role: string): string {
  const may = (member: string) => `pg_has_role(${role}, ${member}, 'MEMBER')`;
  const attributes = [
    ["rolsuper", "SUPERUSER"],
    ["rolcreaterole", "CREATEROLE"],
    ["rolreplication", "REPLICATION"],
  ] as const;
  const held = attributes.map(
    ([column, word]) =>
      `select ${literal(word)} as what, format('ALTER ROLE %I NO${word}', m.rolname) as sql from pg_roles m where m.${column} and ${may("m.oid")}`,
  );
  return `${held.join(" union all ")}
  union all select p.rolname::text, format('REVOKE %I FROM %I', p.rolname, g.rolname)
    from pg_auth_members a join pg_roles p on p.oid = a.roleid join pg_roles g on g.oid = a.member
    where p.rolname = any (${REACHING_ROLES}) and ${may("g.oid")}`;
}

/** Whether the role with this oid may act outside its databases, itself or as a role that it may become. */
export function reachesBeyond(role: string): string {
  // The same as whether `reachOf` has rows, in a quarter of the planning time.
  return `exists (select from pg_roles m where (m.rolsuper or m.rolcreaterole or m.rolreplication
    or m.rolname = any (${REACHING_ROLES}) and m.oid <> ${role}) and pg_has_role(${role}, m.oid, 'MEMBER'))`;
}
