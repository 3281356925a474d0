import { resolve } from "node:path";
import { Fleet } from "../../../adapters/local/fleet.js";
import { readReleaseFolder } from "../../../adapters/local/release-folder.js";
import { localSecrets } from "../../../adapters/local/secrets.js";
import { openSession } from "../../../adapters/pg/connection.js";
import { stagingServer } from "../../../adapters/registry/pinned.js";
import type { LoadedConfig } from "../../../api/read-config.js";
import type { Config } from "../../../core/config/config.js";
import { type Check, lacking, ok } from "../../../core/doctor/check.js";
import { groupBy } from "../../../core/group-by.js";
import { plural } from "../../../core/plural.js";
import { readRelease } from "../../../core/release/read-release.js";
import type { Tenant } from "../../../ports/registry.js";
import type { Io } from "../../io.js";
import type { Progress } from "../../terminal/progress.js";

import { approverChecks } from "./approvers.js";
import { rehearsed } from "./rehearse.js";
import { READ, serverChecks, stagingChecks, unreachable } from "./server.js";

/** What the config leads to: the migrations, the registry, one tenant of every host, and with `all` every tenant. */
export async function fleetChecks(
  io: Io,
  { config, directory }: LoadedConfig,
  options: { readonly all: boolean; readonly progress: Progress },
): Promise<readonly Check[]> {
  const { all, progress } = options;
  const secrets = localSecrets(io.env, directory);
  const fleet = new Fleet(config, secrets, directory);
  const checks = [await migrations(resolve(directory, config.migrations), config), ...approverChecks(config)];
  const tenants = await registry(fleet);
  if ("status" in tenants) return [...checks, tenants];
  const hosts = groupBy(tenants, (tenant) => tenant.host);
  checks.push(ok("registry", `${plural(tenants.length, "tenant")} on ${plural(hosts.size, "host")}`));
  const staging = await stagingServer(config, secrets);
  const here = config.staging.mode === "snapshot" ? undefined : staging;
  progress.start("Hosts", hosts.size);
  for (const [, [first]] of hosts) {
    if (first) {
      const of = await serverChecks(await fleet.entry(first.id), config);
      checks.push(...of);
      // What was already found missing would fail here for the same reason.
      if (here !== undefined && of.every(({ status }) => status !== "error"))
        checks.push(...(await rehearsed(fleet, config, first, here)));
    }
    progress.advance();
  }
  progress.end();
  if (staging !== null) checks.push(...(await stagingChecks(staging)));
  if (all) checks.push(...(await everyTenant(fleet, hosts, config.connectionsPerHost, progress)));
  return checks;
}

async function migrations(folder: string, { convention, notMigrations, forwardMigrations }: Config): Promise<Check> {
  try {
    const settings = { notMigrations, forwardMigrations, ...(convention === "auto" ? {} : { convention }) };
    const release = await readRelease(await readReleaseFolder(folder), settings);
    if (release.migrations.length > 0)
      return ok("migrations", `${plural(release.migrations.length, "migration")} in ${folder} (${release.convention})`);
    return noMigrations(`${folder} holds no migration.`);
  } catch (error) {
    return noMigrations(`${folder} could not be read: ${(error as Error).message}`);
  }
}

function noMigrations(message: string): Check {
  return lacking("migrations", "error", {
    message,
    cost: "There is nothing to gate, and a gate over nothing does not pass.",
    remedy: "Correct `migrations` in the config.",
  });
}

async function registry(fleet: Fleet): Promise<readonly Tenant[] | Check> {
  try {
    return await fleet.tenants();
  } catch (error) {
    return lacking("registry", "error", {
      message: (error as Error).message,
      cost: "Without the list of the tenants nothing can be gated.",
      remedy: "Correct `registry` in the config.",
    });
  }
}

/** Every tenant once, as many at a time per host as the config allows. */
async function everyTenant(
  fleet: Fleet,
  hosts: ReadonlyMap<string, readonly Tenant[]>,
  connections: number,
  progress: Progress,
): Promise<readonly Check[]> {
  const total = [...hosts.values()].reduce((sum, tenants) => sum + tenants.length, 0);
  const failed: Check[] = [];
  progress.start("Tenants", total);
  const visit = async (tenant: Tenant) => {
    try {
      await (await openSession((await fleet.entry(tenant.id)).endpoint, READ)).close();
    } catch (error) {
      failed.push(unreachable(`tenant ${tenant.id}`, error));
    }
    progress.advance();
  };
  const lanes = [...hosts.values()].flatMap((tenants) => {
    const queue = tenants[Symbol.iterator]();
    return Array.from({ length: connections }, async () => {
      for (const tenant of queue) await visit(tenant);
    });
  });
  await Promise.all(lanes);
  progress.end();
  if (failed.length === 0) return [ok("tenants", `all ${plural(total, "tenant")} can be reached`)];
  return failed.sort((a, b) => (a.name < b.name ? -1 : 1));
}
