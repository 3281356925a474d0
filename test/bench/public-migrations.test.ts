import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readReleaseFolder } from "../../lib/adapters/local/release-folder.js";
import { endpointOf } from "../../lib/adapters/pg/endpoint.js";
import { schemaDifference } from "../../lib/adapters/pg-delta/schema-difference.js";
import { openProofDatabases } from "../../lib/api/open-proof-databases.js";
import { ledgerFor } from "../../lib/core/release/ledgers/ledgers.js";
import { readRelease } from "../../lib/core/release/read-release.js";
import { GROWTH_LIMIT, isProved, proveFolder } from "../../lib/steps/proof/prove-folder.js";
import { testClock } from "../support/migration.js";
import { pgDumpMajor } from "../support/pg-dump.js";
import { serverUrl } from "../support/postgres.js";
import { PROJECTS } from "./histories/projects.js";
import { type SecondOpinion, secondOpinion } from "./prove/second-opinion.js";

const CORPUS = process.env.SCHEMA_GATE_CORPUS ?? "";
const ONLY = process.env.SCHEMA_GATE_CORPUS_ONLY?.split(",");
const SETTINGS = { lockTimeout: 5_000, statementTimeout: 60_000, concurrentTimeout: 60_000 };

// A project that needs a base or another text is replayed in `histories.test.ts`.
const present = PROJECTS.filter(({ base, text }) => base === undefined && text === undefined)
  .filter(({ name }) => ONLY?.includes(name) ?? true)
  .filter(({ name, folder }) => existsSync(join(CORPUS, name, folder)));
const client = pgDumpMajor() ?? 0;
/** A pg_dump reads servers up to its own version. */
const major = client >= 15 && client < 18 ? "15" : "18";
const dumps = client >= Number(major);

describe.runIf(CORPUS !== "").each([0, 5])("public migrations, %s generated rows a table", (seed) => {
  it.each(present)("$name $folder: no claim that pg_dump contradicts", { timeout: 7_200_000 }, async (repository) => {
    const release = await readRelease(await readReleaseFolder(join(CORPUS, repository.name, repository.folder)));
    const databases = await openProofDatabases(endpointOf(serverUrl(major)));
    const opinions = new Map<string, SecondOpinion>();
    try {
      const results = await proveFolder({
        migrations: release.migrations,
        databases,
        difference: schemaDifference,
        ledger: ledgerFor(release.convention, null),
        settings: SETTINGS,
        clock: testClock,
        growthLimit: GROWTH_LIMIT,
        seed,
        thorough: false,
        witness: async (migration, proof, from) => {
          if (proof.after === null) return;
          const urlOf = dumps ? (database: string) => serverUrl(major, database) : null;
          opinions.set(migration.version, await secondOpinion(databases, migration, proof, from, urlOf));
        },
      });
      const opinion = [...opinions];
      const contradicted = opinion.filter(([, { dump }]) => dump !== null && dump.length > 0);
      const back = (verdict: string | null) => verdict === "exact" || verdict === "order";
      const columns = [
        repository.name,
        results.length,
        seed === 0 ? "its own" : "generated",
        results.filter(({ up }) => up === "ok").length,
        results.filter(isProved).length,
        results.filter(({ rollback }) => rollback === "order").length,
        results.filter(({ kept }) => kept.length > 0).length,
        results.filter(({ author }) => author !== null).length,
        results.filter(({ author }) => back(author)).length,
        opinion.filter(([, { delta }]) => back(delta)).length,
        `${opinion.filter(([, { dump }]) => dump?.length === 0).length} of ${opinion.filter(([, { dump }]) => dump !== null).length}`,
        seed === 0 ? "" : results.filter(({ generated }) => !generated).length,
      ];
      console.log(`| ${columns.join(" | ")} |`);
      for (const result of results.filter((each) => !isProved(each)))
        console.log(
          `  ${result.id} ${result.up} ${result.rollback}: ${result.reasons.slice(0, 3).join(" / ").slice(0, 600)}`,
        );
      for (const [version, { dump }] of contradicted) console.log(`  pg_dump ${version}: ${dump?.join(" ")}`);
      expect(contradicted.map(([version]) => version)).toEqual([]);
    } finally {
      await databases.chain.drop();
    }
  });
});

it.runIf(CORPUS === "")("is skipped: SCHEMA_GATE_CORPUS names no folder with public repositories", () => {
  console.log("Set SCHEMA_GATE_CORPUS to a folder with checkouts, each under its own name, to prove their migrations.");
});

it.runIf(CORPUS !== "" && !dumps)("compares no dumps: pg_dump 18 was not found (SCHEMA_GATE_PG_DUMP names one)", () => {
  console.log("The dumps of PostgreSQL 18 need its own client.");
});
