import { describe, expect, it } from "vitest";
import type { LedgerEntry } from "../../../lib/core/release/ledger.js";
import { ledgerFor } from "../../../lib/core/release/ledgers/ledgers.js";
import { pendingMigrations } from "../../../lib/core/release/pending.js";
import { readRelease } from "../../../lib/core/release/read-release.js";
import { filesOf } from "../../support/release-files.js";

const files = filesOf({ "1_a.sql": "-- no-transaction\nselect 1;", "2_b.sql": "select 2;", "3_c.sql": "select 3;" });
const entry = (version: string, more: Partial<LedgerEntry> = {}): LedgerEntry => ({
  version,
  name: null,
  checksum: null,
  incomplete: false,
  ...more,
});

async function pending(entries: readonly LedgerEntry[]) {
  const release = await readRelease(files);
  const result = pendingMigrations(release, entries, ledgerFor(release.convention));
  return {
    versions: result.pending.map(({ version }) => version),
    findings: result.findings.map(({ code, severity, subject }) => `${code} ${severity} ${subject.name}`),
  };
}

describe("pending migrations", () => {
  it("are those that the ledger lacks", async () => {
    expect(await pending([entry("1")])).toEqual({ versions: ["2", "3"], findings: [] });
    expect(await pending([])).toEqual({ versions: ["1", "2", "3"], findings: [] });
  });

  it("stop at the version that a newest-only ledger or a baseline names", async () => {
    expect(await pending([entry("2", { upTo: true })])).toEqual({ versions: ["3"], findings: [] });
  });

  it("name a file that was edited after it ran", async () => {
    expect((await pending([entry("1", { checksum: "00" })])).findings).toEqual(["release.edited error 1"]);
  });

  it("name a version that the folder does not have, and one that did not finish", async () => {
    expect((await pending([entry("9")])).findings).toEqual(["release.ledger-unknown-version error 9"]);
    expect((await pending([entry("1", { incomplete: true })])).findings).toEqual(["release.ledger-incomplete error 1"]);
  });

  it("name a file and a line for each, for a version without a file the one that it would stand behind", async () => {
    const release = await readRelease(files);
    const entries = [entry("9"), entry("1", { incomplete: true })];
    const { findings } = pendingMigrations(release, entries, ledgerFor(release.convention));
    expect(findings.map(({ source }) => `${source?.file}:${source?.line}`).sort()).toEqual(["1_a.sql:1", "3_c.sql:1"]);
  });

  it("name a migration that was passed over", async () => {
    expect(await pending([entry("1"), entry("3")])).toEqual({
      versions: ["2"],
      findings: ["release.out-of-order warning 2"],
    });
  });
});
