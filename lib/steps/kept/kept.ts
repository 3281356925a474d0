import { TENANT_SCHEMA } from "../../core/catalog/catalog.js";
import { bindSchemas, OWN_SCHEMA, ownSchemaOf } from "../../core/catalog/own-schema.js";
import { identifier, qualified } from "../../core/sql/quote.js";
import type { Session } from "../../ports/database.js";
import { assertOurs } from "../catalog/own-objects.js";
import { inTransaction } from "../migration/transaction.js";

/** One copy of rows that a migration destroyed, in a tenant's schema of kept data. */
export interface KeptCopy {
  readonly copy: string;
  /** The table it was made from. */
  readonly source: string;
  /** The migration's file. */
  readonly file: string;
  /** ISO 8601. */
  readonly keptAt: string;
  readonly rows: number;
  readonly bytes: number;
}

const LIST = qualified(OWN_SCHEMA, "kept");

/** What is kept aside in a tenant. Empty when nothing ever was. Throws `DatabaseError`. */
export async function listKept(session: Session, schema: string | null): Promise<readonly KeptCopy[]> {
  const bind = (sql: string) => bindSchemas(sql, schema);
  await assertOurs(session, schema);
  const [present] = await session.query<{ present: boolean }>("select to_regclass($1) is not null as present", [
    bind(LIST),
  ]);
  if (!present?.present) return [];
  const listed = await session.query<{ copy: string; source: string; file: string; kept_at: Date; bytes: string }>(
    bind(`select k.copy, k.source, k.file, k.kept_at, coalesce(pg_total_relation_size(c.oid), 0)::text as bytes
      from ${LIST} k left join pg_class c on c.relname = k.copy and c.relnamespace = to_regnamespace($1)
      order by k.kept_at, k.copy`),
    [identifier(ownSchemaOf(schema))],
  );
  const found: KeptCopy[] = [];
  for (const { copy, source, file, kept_at, bytes } of listed) {
    const [count] = await session.query<{ rows: string }>(
      bind(`select count(*)::text as rows from ${qualified(OWN_SCHEMA, copy)}`),
    );
    const rows = Number(count?.rows ?? 0);
    found.push({
      copy,
      source: shownSource(source, schema),
      file,
      keptAt: kept_at.toISOString(),
      rows,
      bytes: Number(bytes),
    });
  }
  return found;
}

/** What was kept by the plan of a whole cluster, by the tenant's own schema. */
function shownSource(source: string, schema: string | null): string {
  const shared = `${TENANT_SCHEMA}.`;
  return schema !== null && source.startsWith(shared) ? `${schema}.${source.slice(shared.length)}` : source;
}

/** Drops copies for good: what they could have restored is gone. Returns those it dropped. */
export async function purgeKept(
  session: Session,
  schema: string | null,
  matches: (copy: KeptCopy) => boolean,
): Promise<readonly KeptCopy[]> {
  const copies = (await listKept(session, schema)).filter(matches);
  if (copies.length === 0) return [];
  await inTransaction(session, "read committed", async () => {
    for (const { copy } of copies) {
      await session.script(bindSchemas(`drop table if exists ${qualified(OWN_SCHEMA, copy)}`, schema));
      await session.query(bindSchemas(`delete from ${LIST} where copy = $1`, schema), [copy]);
    }
  });
  return copies;
}
