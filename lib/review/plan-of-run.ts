import type { Config } from "../core/config/config.js";
import type { Release, Script } from "../core/migration/release.js";
import { windowOf } from "../core/rollout/groups.js";
import type { Ports } from "../ports/ports.js";
import { expectedTime } from "../steps/rollout/expected-time.js";
import { wavesOf } from "../steps/rollout/wave-members.js";
import { artifact, type ClusterRecord, need, type WavePlan } from "../steps/run/records.js";
import { needRequest } from "../steps/run/stored-request.js";
import type { PlanView } from "./plan-view.js";

/** What the run would do once it is approved, from what its gates wrote. */
export async function planOf(ports: Pick<Ports, "run" | "artifacts">): Promise<PlanView> {
  const { config, change = null } = await needRequest(ports);
  const release = await need<Release>(ports, artifact.release);
  const clusters = await need<readonly ClusterRecord[]>(ports, artifact.clusters);
  const pending = new Set(clusters.flatMap((cluster) => cluster.pending));
  const waves = (await ports.artifacts.get<readonly WavePlan[]>(artifact.waves)) ?? (await wavesOf(ports));
  return {
    migrations: release.migrations
      .filter(({ version }) => pending.has(version))
      .map(({ version, name, up, migrator }) => ({
        version,
        name,
        file: up.file,
        sql: migrator === undefined ? sqlOf(up) : "",
      })),
    change,
    waves: waves.map(({ name, tenants, group }) => ({
      name,
      tenants: tenants.length,
      window: windowOf(config.rollout.groups, group)?.text ?? null,
    })),
    expectedMs: (await expectedTime(ports))?.ms ?? null,
    atOnce: config.connectionsPerHost,
    queries: config.workload !== undefined,
    stops: stopsOf(config.rollout),
    afterStop: AFTER_STOP[config.rollout.onFailure],
  };
}

function sqlOf({ statements }: Script): string {
  return statements.map(({ sql }) => `${sql.trim()};`).join("\n");
}

const AFTER_STOP: Readonly<Record<Config["rollout"]["onFailure"], string>> = {
  halt: "Migrated tenants keep the release; a person goes on or takes it back.",
  "rollback wave": "The tenants of that wave are taken back by the proved rollback.",
  "rollback all": "All migrated tenants are taken back by the proved rollback.",
};

function stopsOf(policy: Config["rollout"]): readonly string[] {
  const { failureRate, lockTimeoutRate, maxLockWaitMs, health } = policy;
  const percent = (rate: number) => `${Math.round(rate * 1000) / 10} %`;
  return [
    "a tenant of the canary fails, or the state of any tenant is unknown",
    failureRate === 0 ? "a tenant fails" : `more than ${percent(failureRate)} of a wave fail`,
    lockTimeoutRate === 0
      ? "a tenant cannot get its locks"
      : `more than ${percent(lockTimeoutRate)} of a wave cannot get their locks`,
    ...(maxLockWaitMs === null ? [] : [`a tenant waits longer than ${maxLockWaitMs} ms for a lock`]),
    ...(health === undefined ? [] : ["the health query finds a migrated tenant unwell"]),
  ];
}
