import { ownSchemaOf } from "../../core/catalog/own-schema.js";
import { milliseconds } from "../../core/config/config.js";
import { sharedSchemas } from "../../core/isolation/shared-schemas.js";
import { keepsRows, REPAIR_SETTING } from "../../core/probes/support/set-aside.js";
import { loadParser } from "../../core/sql/parse.js";
import { identifier } from "../../core/sql/quote.js";
import type { Session } from "../../ports/database.js";
import type { Ports } from "../../ports/ports.js";
import type { Tenant } from "../../ports/registry.js";
import { assertNoOthersCode } from "../catalog/automatic-code.js";
import { assertOurs } from "../catalog/own-objects.js";
import { executeEach } from "../migration/execute-each.js";
import { ProbePlan } from "../probing/probe-plan.js";
import { probeLimits } from "../probing/run-probe.js";
import { clustersByTenant } from "../run/approved.js";
import { artifact, type ClusterRecord, need, type ProbeAnswer } from "../run/records.js";
import { needRequest } from "../run/stored-request.js";
import { heldTo, targetsOf } from "../run/target.js";
import { probeTenant } from "../states/probe.js";
import { committed } from "./committed.js";
import { withoutOwnTriggers } from "./own-triggers.js";
import { type Restored, restoreRows } from "./restore-rows.js";

/** What a run's probes say about a tenant now. */
export interface RowsInTheWay {
  /** Rows in the way that a repair removes. */
  readonly repairable: readonly ProbeAnswer[];
  /** Rows in the way that only a person can decide about. */
  readonly others: readonly ProbeAnswer[];
  /** Reasons why a probe had no answer. */
  readonly unknown: readonly string[];
}

/** Asks the tenant the run's probes, now. */
export async function rowsInTheWay(ports: Ports, tenant: Tenant): Promise<RowsInTheWay> {
  const { config } = await needRequest(ports);
  const plan = await ProbePlan.of(ports, config);
  const there = held(ports, await targetsOf(ports), tenant);
  const clusters = clustersByTenant(await need<readonly ClusterRecord[]>(ports, artifact.clusters));
  const queries = await plan.queries(tenant, clusters.get(tenant.id));
  const { record, findings } = await probeTenant(there, tenant, queries, probeLimits(config));
  const hits = record.probes.filter(({ result }) => result.status === "hit");
  const unanswered = record.probes.flatMap(({ result, meaning }) =>
    result.status === "unknown" ? [`${meaning}: ${result.reason}`] : [],
  );
  const whole = record.status === "unknown" && unanswered.length === 0;
  return {
    repairable: hits.filter(({ repair }) => repair !== null && keepsRows(repair)),
    others: hits.filter(({ repair }) => repair === null || !keepsRows(repair)),
    unknown: whole ? findings.map(({ message }) => message) : unanswered,
  };
}

/** The same ports, but the connection to the tenant reaches only the database that the run examined. */
function held(ports: Ports, targets: Awaited<ReturnType<typeof targetsOf>>, tenant: Tenant): Ports {
  return { ...ports, database: heldTo(ports.database, targets[tenant.id] ?? null) };
}

/** Runs repairs in one transaction, and keeps what they remove under `id`. Throws `DatabaseError`, with nothing changed, and `OutcomeUnknown`. */
export async function repairTenant(
  ports: Ports,
  tenant: Tenant,
  repairs: readonly ProbeAnswer[],
  id: string,
): Promise<void> {
  await loadParser();
  const texts = repairs.map(({ repair }) => repair ?? "");
  await inTenant(ports, tenant, texts, async (session) => {
    await session.query("select set_config($1, $2, true)", [REPAIR_SETTING, id]);
    for (const text of texts) await executeEach(session, text);
  });
}

/** The newest repair of a run in a tenant that was not undone; null if there is none. */
export async function lastRepair(ports: Ports, tenant: Tenant): Promise<string | null> {
  return inTenant(ports, tenant, [], async (session) => {
    const place = keptIn(tenant);
    const [there] = await session.query<{ there: boolean }>("select to_regclass($1) is not null as there", [place]);
    if (there?.there !== true) return null;
    const [last] = await session.query<{ repair: string }>(
      `select repair from ${place} where starts_with(repair, $1) group by repair order by max(taken) desc limit 1`,
      [`${ports.run} `],
    );
    return last?.repair ?? null;
  });
}

/** How undoing a repair went. */
export interface Undone extends Restored {
  /** Triggers of the tables that were off meanwhile, and those that ran because the role may not switch them off. */
  readonly off: readonly string[];
  readonly ran: readonly string[];
}

/**
 * Restores what a repair removed or changed, in one transaction. Throws `DatabaseError` and `UndoError`, with nothing changed, and
 * `OutcomeUnknown`.
 */
export async function undoRepair(ports: Ports, tenant: Tenant, id: string): Promise<Undone> {
  return inTenant(ports, tenant, [], async (session) => {
    const place = keptIn(tenant);
    const parts = await session.query<{ relation: string; changed: string | null }>(
      `select relation, changed from ${place} where repair = $1 group by relation, changed order by max(taken) desc`,
      [id],
    );
    const relations = [...new Set(parts.map(({ relation }) => relation))];
    const { result, off, ran } = await withoutOwnTriggers(session, relations, async () => {
      const back: Restored[] = [];
      for (const part of parts) back.push(await restoreRows(session, { place, id, ...part }));
      return back;
    });
    return {
      rows: result.reduce((sum, { rows }) => sum + rows, 0),
      left: result.flatMap(({ left }, at) => left.map((key) => `${parts[at]?.relation}: ${key}`)),
      off,
      ran,
    };
  });
}

/** The quoted name of the table with what repairs of this tenant removed. */
function keptIn({ schema }: Tenant): string {
  return `${identifier(ownSchemaOf(schema))}.repaired_rows`;
}

async function inTenant<T>(
  ports: Ports,
  tenant: Tenant,
  texts: readonly string[],
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const { config } = await needRequest(ports);
  const { database } = held(ports, await targetsOf(ports), tenant);
  const connect = () =>
    database.connect(tenant, {
      purpose: "write",
      statementTimeout: milliseconds(config.rollout.statementTimeout),
      lockTimeout: milliseconds(config.rollout.lockTimeout),
    });
  const session = await connect();
  try {
    session.lookUpIn(tenant.schema, sharedSchemas(config));
    await assertOurs(session, tenant.schema);
    if (config.connection.superuser === undefined) await assertNoOthersCode(session, [], texts);
    return await committed(session, connect, ports.clock, () => work(session));
  } finally {
    await session.close();
  }
}
