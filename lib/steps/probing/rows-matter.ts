import type { Catalog } from "../../core/catalog/catalog.js";
import { bindSchemas } from "../../core/catalog/own-schema.js";
import { type Config, milliseconds } from "../../core/config/config.js";
import type { Migration } from "../../core/migration/release.js";
import { isUnfollowed, operationsOfText } from "../../core/operations/index.js";
import { qualified } from "../../core/sql/quote.js";
import type { Ports } from "../../ports/ports.js";
import type { Tenant } from "../../ports/registry.js";
import { codeOnTables } from "../catalog/automatic-code.js";
import type { OfCluster } from "../run/approved.js";
import { artifact, need, type ProofRecord } from "../run/records.js";

/** Whether the release can meet any row of the tenant, and how large its database is. Throws `DatabaseError`. */
export async function rowsMatter(
  ports: Ports,
  config: Config,
  tenant: Tenant,
  cluster: OfCluster,
  migrations: readonly Migration[],
): Promise<{ readonly matter: boolean; readonly size: number }> {
  const tables = await touchedTables(ports, cluster, migrations);
  const statementTimeout = milliseconds(config.timeouts.probe);
  const session = await ports.database.connect(tenant, { purpose: "read", statementTimeout, lockTimeout: 1000 });
  try {
    const [row] = await session.query<{ size: string }>(
      "select pg_catalog.pg_database_size(pg_catalog.current_database())::text as size",
    );
    const size = Number(row?.size ?? Number.NaN);
    if (tables === null) return { matter: true, size };
    const bound = tables.map((table) => bindSchemas(table, tenant.schema));
    // On a clone a lesser role executes it.
    if ((await codeOnTables(session, bound)).length > 0) return { matter: true, size };
    for (const table of bound)
      if ((await session.query(`select 1 as there from ${table} limit 1`)).length > 0) return { matter: true, size };
    return { matter: false, size };
  } finally {
    await session.close();
  }
}

/**
 * Tables that existed before the release and that it names or locked in the dry run, as quoted SQL. Null if empty tables prove nothing: the
 * release brings its own rows, decides by what it finds, or calls code.
 */
async function touchedTables(
  ports: Ports,
  cluster: OfCluster,
  migrations: readonly Migration[],
): Promise<readonly string[] | null> {
  const statements = migrations.flatMap(({ up }) => up.statements);
  const bringsRows = statements.flatMap(operationsOfText).some((operation) => {
    if (operation.guards !== undefined || isUnfollowed(operation) || operation.kind === "query") return true;
    return operation.kind === "write-rows" && operation.change !== "update" && operation.change !== "delete";
  });
  if (bringsRows) return null;
  const { objects } = await need<Catalog>(ports, artifact.catalog(cluster.fingerprint));
  const locked = new Set((await need<ProofRecord>(ports, artifact.proof(cluster.id))).locks.map(({ table }) => table));
  const words = new Set(statements.flatMap(({ sql }) => sql.toLowerCase().match(/[\p{L}\p{N}_$]+/gu) ?? []));
  return objects.flatMap(({ kind, id }) => {
    if (kind !== "table" && kind !== "materialized view") return [];
    const name = id.name.toLowerCase();
    const named = words.has(name) || !/^[\p{L}\p{N}_$]+$/u.test(name) || locked.has(`${id.schema}.${id.name}`);
    return named ? [qualified(id.schema, id.name)] : [];
  });
}
