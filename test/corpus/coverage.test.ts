import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readReleaseFolder } from "../../lib/adapters/local/release-folder.js";
import type { Catalog } from "../../lib/core/catalog/catalog.js";
import { checkContract } from "../../lib/core/contract/check.js";
import type { Finding } from "../../lib/core/finding.js";
import { contractOf } from "../../lib/core/release/contract-of.js";
import { ledgerFor } from "../../lib/core/release/ledgers/ledgers.js";
import { readRelease } from "../../lib/core/release/read-release.js";
import { readCatalog } from "../../lib/steps/catalog/read-catalog.js";
import { temporaryDatabase } from "../support/postgres.js";
import { testSession } from "../support/session.js";
import { type CorpusRepository, REPOSITORIES } from "./repositories.js";

const CORPUS = process.env.SCHEMA_GATE_CORPUS;

async function releaseOf(repository: CorpusRepository) {
  return readRelease(await readReleaseFolder(join(CORPUS ?? "", repository.name, repository.folder)));
}

/** Where the application's own code and the catalog that its migrations leave disagree. */
async function applicationFindings(repository: CorpusRepository, catalog: Catalog): Promise<readonly Finding[]> {
  const folder = (path: string) => join(CORPUS ?? "", repository.name, path);
  const files = await readReleaseFolder(folder(repository.folder), [folder(repository.application ?? "")]);
  const { application = [], migrations } = await readRelease(files);
  const contract = { ...contractOf([], migrations, application), requirements: [] };
  const found = checkContract(contract, "after", catalog, { searchPath: ["public"] });
  console.log(`${repository.name}: ${application.length} columns of the application, ${found.length} not as expected`);
  return found;
}

/** Runs every way up on an empty database, statement by statement, and says what the server refused. */
async function refusedBy(repository: CorpusRepository, run: (sql: string) => Promise<unknown>): Promise<string[]> {
  const refused: string[] = [];
  for (const migration of (await releaseOf(repository)).migrations) {
    for (const statement of migration.up.statements) {
      await run(statement.sql).catch((error: Error) => {
        refused.push(`${statement.source.file}:${statement.source.line} ${error.message}`);
      });
    }
  }
  return refused;
}

describe.runIf(CORPUS)("public repositories", () => {
  const present = REPOSITORIES.filter(({ name, folder }) => existsSync(join(CORPUS ?? "", name, folder)));

  it.each(present)("$name $folder: statements understood", async (repository) => {
    const { coverage, convention, migrations } = await releaseOf(repository);
    const opaque = coverage.pieces.filter((piece) => piece.status === "opaque").length;
    console.log(
      `${repository.name} ${repository.folder} | ${convention} | ${migrations.length} migrations | ${coverage.understood} understood | ${opaque} opaque`,
    );
    expect(opaque).toBe(repository.opaque);
  });

  it.each(present.filter(({ runs }) => runs))(
    "$name $folder: the SQL runs and gives what the code expects",
    async (repository) => {
      const database = await temporaryDatabase("18");
      const refused = await refusedBy(repository, (sql) => database.client.query(sql));
      for (const sql of ledgerFor((await releaseOf(repository)).convention, null).create)
        await database.client.query(sql);
      const catalog = await readCatalog(await testSession(database.url, "read"), null);
      const differences: string[] = [];
      if (repository.application !== null) {
        const found = await applicationFindings(repository, catalog);
        differences.push(...found.map((finding) => finding.message));
      }
      console.log([...refused, ...differences].map((line) => `  ${line}`).join("\n"));
      expect(refused).toEqual([]);
      expect(differences).toHaveLength(repository.differences);
    },
  );
});

it.runIf(CORPUS)(
  "the corpus is there (skipped unless SCHEMA_GATE_CORPUS names a folder with public repositories)",
  () => {
    expect(existsSync(CORPUS ?? "")).toBe(true);
  },
);
