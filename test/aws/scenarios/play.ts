import type { Engine, Job, Question, Ran } from "../engines/engine.js";
import type { TenantServer } from "../tenants/tenant-server.js";
import { type Scenario, standInTheWay } from "./scenarios.js";

export interface Played extends Ran {
  /** Places of the tenants that have the release in the end. */
  readonly migrated: readonly number[];
}

export interface Stage {
  readonly server: TenantServer;
  /** Where nobody answers, for the tenant at which a process disappears. */
  readonly silentPort: number;
  readonly engine: Engine;
  /** Start of the names of runs and tenants; of lower-case letters. */
  readonly prefix: string;
}

/** Plays a scenario on an engine, with tenants of its own. */
export async function play(scenario: Scenario, { server, silentPort, engine, prefix }: Stage): Promise<Played> {
  const label = `${prefix}-${scenario.name.replaceAll(" ", "-")}`;
  const tenants = Array.from({ length: scenario.tenants }, (_, index) => `${label}-${index + 1}`);
  await server.create(tenants);
  await scenario.prepare(server, tenants);
  const urls = Object.fromEntries(tenants.map((id) => [id, server.url(id)]));
  const vanishesAt = scenario.vanishing ? `${label}-vanishing` : null;
  if (vanishesAt !== null) urls[vanishesAt] = `postgres://postgres@127.0.0.1:${silentPort}/nowhere`;
  let release = async () => {};
  const onQuestion = async (question: Question) => {
    const blocked = scenario.blockedTenant === null ? undefined : tenants[scenario.blockedTenant];
    if (blocked !== undefined) {
      const client = await standInTheWay(server, blocked);
      release = () => client.end();
    }
    if (scenario.verdict !== null) await question.decide(scenario.verdict);
  };
  const job: Job = { run: label, tenants: urls, config: scenario.config, onQuestion, vanishesAt };
  try {
    const ran = await engine.run(job);
    const has = await Promise.all(tenants.map((id) => server.hasRelease(id)));
    return { ...ran, migrated: has.flatMap((yes, index) => (yes ? [index] : [])) };
  } finally {
    await release();
  }
}
