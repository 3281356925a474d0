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

  it("name a file and a line for each, for a version without a file the one that it would come after", async () => {
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

  it("takes versions as equal that Flyway takes so", async () => {
    const release = await readRelease(filesOf({ "V1__a.sql": "select 1;", "V2__b.sql": "select 2;" }));
    const result = pendingMigrations(release, [entry("001"), entry("2.0")], ledgerFor("flyway"));
    expect(result).toEqual({ pending: [], findings: [] });
  });

  describe("whose text differs in line ends or a byte order mark alone", () => {
    const SQL = "create table a (id int);\nselect 1;\n";
    const FORMS = [SQL, SQL.replaceAll("\n", "\r\n"), `\uFEFF${SQL}`, `\uFEFF${SQL.replaceAll("\n", "\r\n")}`];

    it.each([
      ["sqlx", "1_a.sql"],
      ["refinery", "V1__a.sql"],
      ["flyway", "V1__a.sql"],
      ["prisma", "20240101_a/migration.sql"],
      ["plain", "1_a.sql"],
    ])("%s: are said to be so, and do not block", async (convention, path) => {
      const read = (text: string) => readRelease(filesOf({ [path]: text }), { convention });
      const format = ledgerFor(convention);
      for (const ran of FORMS) {
        const [before] = (await read(ran)).migrations;
        const checksum = before ? format.checksum(before) : null;
        for (const here of FORMS) {
          const release = await read(here);
          const entries = [entry(release.migrations[0]?.version ?? "", { checksum })];
          const codes = pendingMigrations(release, entries, format).findings.map(({ code }) => code);
          expect(codes.every((code) => code === "release.line-ends-differ")).toBe(true);
        }
        const other = await read(`${SQL}select 2;`);
        const entries = [entry(other.migrations[0]?.version ?? "", { checksum })];
        expect(pendingMigrations(other, entries, format).findings.map(({ code }) => code)).toEqual(["release.edited"]);
      }
    });
  });

  describe("of a squashed history", () => {
    const squashedFiles = filesOf({ "10_all.sql": "select 1;", "11_next.sql": "select 2;" });
    const squashed = [{ into: "10", from: "9" }];
    const judge = async (versions: readonly LedgerEntry[], convention = "plain") => {
      const release = await readRelease(squashedFiles, { squashed, convention });
      const result = pendingMigrations(release, versions, ledgerFor(convention));
      return {
        versions: result.pending.map(({ version }) => version),
        findings: result.findings.map(({ code, severity }) => `${code} ${severity}`),
      };
    };

    it("are those after it for a tenant that has all of it", async () => {
      expect(await judge([entry("1"), entry("8"), entry("9")])).toEqual({ versions: ["11"], findings: [] });
      expect(await judge([entry("9", { upTo: true })])).toEqual({ versions: ["11"], findings: [] });
      expect(await judge([entry("9"), entry("11")])).toEqual({ versions: [], findings: [] });
    });

    it("are the squashed one and all after it for a new tenant", async () => {
      expect(await judge([])).toEqual({ versions: ["10", "11"], findings: [] });
      expect(await judge([entry("10")])).toEqual({ versions: ["11"], findings: [] });
    });

    it("block a tenant that has a part of it", async () => {
      expect((await judge([entry("1"), entry("8")])).findings).toEqual(["release.squash-halfway error"]);
    });

    it("still name a later version that the folder lacks", async () => {
      expect((await judge([entry("9"), entry("12")])).findings).toEqual(["release.ledger-unknown-version error"]);
    });
  });
});
