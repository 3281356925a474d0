import { bytes, type Config, milliseconds } from "../../core/config/config.js";
import { digest } from "../../core/json.js";
import type { Migration } from "../../core/migration/release.js";
import type { Statement } from "../../core/sql/statement.js";
import { DatabaseError } from "../../ports/database.js";
import { Interrupted, type Ports } from "../../ports/ports.js";
import type { Tenant } from "../../ports/registry.js";
import { assertNoOthersCode } from "../catalog/automatic-code.js";
import { cloneName } from "../catalog/declared.js";
import { up } from "../proof/apply-on-clone.js";
import { Clones } from "../proof/clones.js";
import type { ProveOnClone } from "../proof/input.js";

export interface Rehearsed {
  readonly status: "ran" | "failed" | "unknown";
  /** For a person; null when it ran. */
  readonly reason: string | null;
  /** The statement that the server refused. */
  readonly statement: Statement | null;
}

/**
 * SQLSTATEs and system codes about the server, its disk, other sessions or the connection (manual, "PostgreSQL Error Codes"): they say
 * nothing about the release.
 */
const OF_THE_SERVER = /^(08|40|53|57|58|XX|55P03|55006|E[A-Z]{2})/;

/** Executes the pending migrations on a clone of one tenant, and drops the clone. */
export async function runRehearsal(
  ports: Ports,
  config: Config,
  tenant: Tenant,
  migrations: readonly Migration[],
): Promise<Rehearsed> {
  const limit = milliseconds(config.rehearsals.timeout);
  const input: ProveOnClone = {
    cluster: tenant.id,
    migrations,
    schema: tenant.schema,
    makeClone: (purpose) =>
      ports.database.clone(tenant, cloneName(ports.run, `${digest(tenant.id).slice(0, 10)}_${purpose}`)),
    difference: null,
    settings: {
      lockTimeout: milliseconds(config.rollout.lockTimeout),
      statementTimeout: limit,
      concurrentTimeout: limit,
    },
    growthLimit: bytes(config.dryRun.growthLimit),
    clock: ports.clock,
    ...(config.connection.superuser === undefined ? {} : { superuser: config.connection.superuser }),
    thorough: false,
    signal: ports.stop,
  };
  const clones = new Clones(input);
  try {
    return await execute(input, clones, limit);
  } catch (error) {
    if (ports.stop.aborted) throw new Interrupted(`the rehearsal of tenant ${tenant.id} needs more time than was left`);
    if (!(error instanceof DatabaseError)) throw error;
    return { status: "unknown", reason: `${error.message} [${error.code}]`, statement: null };
  } finally {
    await clones.dropAll();
  }
}

async function execute(input: ProveOnClone, clones: Clones, limit: number): Promise<Rehearsed> {
  const working = await clones.make("rehearsal");
  if (input.superuser === undefined) await assertNoOthersCode(working.session, input.migrations);
  const start = input.clock.monotonic();
  let current: Statement | null = null;
  const observe = {
    before: async (statement: Statement) => {
      current = statement;
    },
  };
  try {
    for (const migration of input.migrations) {
      if (input.clock.monotonic() - start > limit) return tooSlow(limit);
      input.signal?.throwIfAborted();
      current = null;
      await up(working.session, input, migration, [], { observe });
    }
    clones.assertWatched();
    return { status: "ran", reason: null, statement: null };
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    clones.assertWatched();
    const cause = clones.reasonFor(error);
    if (cause.code === "57014") return tooSlow(limit);
    const status = OF_THE_SERVER.test(cause.code) ? "unknown" : "failed";
    return { status, reason: `${cause.message} [${cause.code}]`, statement: current };
  }
}

function tooSlow(limit: number): Rehearsed {
  const seconds = Math.round(limit / 1000);
  return { status: "unknown", reason: `it took longer than rehearsals.timeout (${seconds} s)`, statement: null };
}
