import { identifier, literal } from "../../core/sql/quote.js";
import { DatabaseError, type Session, type SessionOptions } from "../../ports/database.js";
import type { NewPlace } from "../../ports/provisioner.js";
import type { Tenant } from "../../ports/registry.js";

/** Marks a schema while it is being created: a marked one that nobody holds was left by a killed process. */
const MARK = "being made by schema-gate provision";

const OPTIONS: SessionOptions = { purpose: "write", statementTimeout: 0, lockTimeout: 5000, asLogin: true };

/** SQLSTATE duplicate_schema. */
export const TAKEN = "42P06";

/** Creates a tenant's schema in the database that it shares. Throws `DatabaseError`, with `TAKEN` if there is one that is not ours. */
export async function makeSchema(
  { schema, role }: Tenant,
  open: (options: SessionOptions) => Promise<Session>,
): Promise<NewPlace> {
  const name = identifier(schema ?? "");
  const guard = await open(OPTIONS);
  let finished = false;
  try {
    await clear(guard, schema ?? "");
    await guard.script(
      `begin; create schema ${name}${role === undefined ? "" : ` authorization ${identifier(role)}`};
       comment on schema ${name} is ${literal(MARK)}; commit`,
    );
  } catch (error) {
    await guard.close();
    throw error;
  }
  return {
    filled: false,
    open: (options) => open({ ...options, asLogin: false }),
    keep: async () => {},
    async finish() {
      await guard.script(`comment on schema ${name} is null`);
      finished = true;
    },
    async drop() {
      try {
        if (!finished) await guard.script(`drop schema if exists ${name} cascade`);
      } finally {
        await guard.close();
      }
    },
  };
}

/** Holds the name as long as the session lives, and removes what a killed process left under it. */
async function clear(guard: Session, schema: string): Promise<void> {
  const [held] = await guard.query<{ held: boolean }>("select pg_try_advisory_lock(hashtextextended($1, 0)) as held", [
    `schema-gate provision ${schema}`,
  ]);
  if (held?.held !== true) throw new DatabaseError(`another process is creating the schema ${schema}`, "55006");
  const [there] = await guard.query<{ mark: string | null }>(
    "select obj_description(oid, 'pg_namespace') as mark from pg_namespace where nspname = $1",
    [schema],
  );
  if (there === undefined) return;
  if (there.mark !== MARK) throw new DatabaseError(`the schema ${schema} is there already`, TAKEN);
  await guard.script(`drop schema ${identifier(schema)} cascade`);
}
