import { resolve } from "node:path";
import { readReleaseFolder } from "../../adapters/local/release-folder.js";
import type { Config } from "../../core/config/config.js";
import type { Release } from "../../core/migration/release.js";
import { readRelease } from "../../core/release/read-release.js";
import type { Database } from "../../ports/database.js";
import type { Tenant } from "../../ports/registry.js";
import { conventionByLedger } from "../../steps/catalog/convention.js";

/** The migrations that a config names, in the convention that the tenants' ledgers show; or a text why they could not be read. */
export async function releaseOfConfig(
  database: Database,
  config: Config,
  directory: string,
  tenants: readonly Tenant[],
): Promise<Release | string> {
  const files = await readReleaseFolder(resolve(directory, config.migrations), []).catch(
    (error: NodeJS.ErrnoException) => error,
  );
  if (files instanceof Error) return `${config.migrations} could not be read: ${files.code ?? files.message}`;
  const { notMigrations, forwardMigrations, squashed } = config;
  const settings = {
    notMigrations,
    forwardMigrations,
    squashed,
    ...(config.convention === "auto" ? {} : { convention: config.convention }),
  };
  const guessed = await readRelease(files, settings);
  const convention =
    config.convention === "auto" ? await conventionByLedger({ database }, guessed, tenants) : guessed.convention;
  return convention === guessed.convention ? guessed : readRelease(files, { ...settings, convention });
}
