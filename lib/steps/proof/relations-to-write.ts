import { TENANT_SCHEMA } from "../../core/catalog/catalog.js";
import type { TableRef } from "../../core/catalog/lookup.js";
import { literal, qualified } from "../../core/sql/quote.js";
import type { Session } from "../../ports/database.js";

export type WriteCommand = "INSERT" | "UPDATE" | "DELETE";

/** A table or a view that may be written to. */
export interface Relation {
  readonly oid: string;
  readonly table: TableRef;
  /** On the server, where the tenant's schema has its own name. */
  readonly schema: string;
  /** The same as SQL. */
  readonly name: string;
  readonly isView: boolean;
  /** Bits of pg_relation_is_updatable: 1 << CmdType. */
  readonly takes: number;
  readonly rowSecurity: boolean;
  /** Row security may hide rows even from the session. */
  readonly guarded: boolean;
  /** Columns that an INSERT may name, and those that an UPDATE may set. */
  readonly inserted: readonly string[];
  readonly updated: readonly string[];
  readonly policyRoles: readonly string[];
}

/** Which relations are written to: by their names in the catalog, or by their object ids. */
export interface Which {
  readonly tables: readonly TableRef[];
  readonly oids: readonly string[];
}

const BITS: Readonly<Record<WriteCommand, number>> = { UPDATE: 1 << 2, INSERT: 1 << 3, DELETE: 1 << 4 };

export function takes(relation: Relation, command: WriteCommand): boolean {
  return (relation.takes & BITS[command]) !== 0;
}

export async function readRelations(
  session: Session,
  which: Which,
  schema: string | null,
): Promise<readonly Relation[]> {
  const names = which.tables.map(({ schema: home, name }) =>
    JSON.stringify([home === TENANT_SCHEMA ? (schema ?? "") : home, name]),
  );
  const list = (values: readonly string[]) => values.map((value) => literal(value)).join(", ");
  const rows = await session.query<{
    oid: string;
    schema: string;
    name: string;
    view: boolean;
    takes: number;
    secured: boolean;
    guarded: boolean;
    inserted: string[];
    updated: string[];
    roles: string[];
  }>(
    `select c.oid::text as oid, n.nspname as schema, c.relname as name, c.relkind = 'v' as view,
       pg_catalog.pg_relation_is_updatable(c.oid, true) as takes, c.relrowsecurity as secured,
       case c.relkind when 'v' then exists (select from pg_catalog.pg_class s where s.relrowsecurity) and not (select r.rolsuper or r.rolbypassrls
         from pg_catalog.pg_roles r where r.rolname = current_user) else pg_catalog.row_security_active(c.oid) end as guarded,
       array(select a.attname::text from pg_catalog.pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
         and a.attgenerated = '' and (c.relkind <> 'v' or pg_catalog.pg_column_is_updatable(c.oid, a.attnum, true)) order by a.attnum) as inserted,
       array(select a.attname::text from pg_catalog.pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
         and a.attgenerated = '' and a.attidentity <> 'a' and (c.relkind <> 'v' or pg_catalog.pg_column_is_updatable(c.oid, a.attnum, true))
         order by a.attnum) as updated,
       array(select distinct r.rolname::text from pg_catalog.pg_policy p, unnest(p.polroles) x, pg_catalog.pg_roles r
         where p.polrelid = c.oid and r.oid = x) as roles
     from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p', 'v') and (c.oid = any(array[${list(which.oids)}]::oid[])
       or jsonb_build_array(n.nspname, c.relname) = any(array[${list(names)}]::jsonb[]))
     order by c.relkind, n.nspname, c.relname`,
  );
  return rows.map((row) => ({
    oid: row.oid,
    table: { schema: row.schema === schema ? TENANT_SCHEMA : row.schema, name: row.name },
    schema: row.schema,
    name: qualified(row.schema, row.name),
    isView: row.view,
    takes: row.takes,
    rowSecurity: row.secured,
    guarded: row.guarded,
    inserted: row.inserted,
    updated: row.updated,
    policyRoles: row.roles,
  }));
}
