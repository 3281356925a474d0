import type { Clone, Database, Session, SessionOptions } from "../ports/database.js";
import { Interrupted } from "../ports/ports.js";

const CANCELLER: SessionOptions = { purpose: "write", statementTimeout: 5000, lockTimeout: 5000, asLogin: true };

/**
 * A database whose statements end with `stop`: the server is told to cancel them, the caller gets `Interrupted`, and uncommitted work is
 * undone with the session. For processes with a known end.
 */
export function interruptible(database: Database, stop: AbortSignal): Database {
  const cloneOf = (clone: Clone): Clone => ({
    uncontained: clone.uncontained,
    open: async (options) => guarded(await clone.open(options), stop, () => clone.open(CANCELLER)),
    drop: () => clone.drop(),
  });
  return {
    limits: (tenant) => database.limits(tenant),
    connect: async (tenant, options) =>
      guarded(await database.connect(tenant, options), stop, () => database.connect(tenant, CANCELLER)),
    clone: async (tenant, name) => cloneOf(await database.clone(tenant, name)),
    scratch: async (tenant, name) => cloneOf(await database.scratch(tenant, name)),
    sweep: (tenant, prefix) => database.sweep(tenant, prefix),
  };
}

function guarded(session: Session, stop: AbortSignal, canceller: () => Promise<Session>): Session {
  const cancel = async () => {
    // Behind a pooler its first backend may belong to another client by now.
    if (session.pooled) return;
    const other = await canceller();
    await other.query("select pg_cancel_backend($1)", [session.backend]).finally(() => other.close());
  };
  const guard = async <T>(work: () => Promise<T>): Promise<T> => {
    if (stop.aborted) throw new Interrupted("its time ran out");
    // If a cancellation does not reach the server, the statement ends by its own timeout.
    const onAbort = () => void cancel().catch(() => {});
    stop.addEventListener("abort", onAbort, { once: true });
    try {
      return await work();
    } catch (error) {
      if (stop.aborted) throw new Interrupted("its time ran out", { cause: error });
      throw error;
    } finally {
      stop.removeEventListener("abort", onAbort);
    }
  };
  return {
    serverVersion: session.serverVersion,
    backend: session.backend,
    backendNow: () => guard(() => session.backendNow()),
    pooled: session.pooled,
    role: session.role,
    owner: session.owner,
    query: (text, values) => guard(() => session.query(text, values)),
    repeated: (text, values) => guard(() => session.repeated(text, values)),
    script: (text) => guard(() => session.script(text)),
    execute: (text) => guard(() => session.execute(text)),
    lookUpIn: (schema, shared) => session.lookUpIn(schema, shared),
    path: () => session.path(),
    describe: (statements, more) => guard(() => session.describe(statements, more)),
    ...(session.makeExtension ? { makeExtension: session.makeExtension } : {}),
    close: () => session.close(),
  };
}
