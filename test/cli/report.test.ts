import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readEvidence } from "../../lib/core/evidence/evidence.js";
import { schemaGate } from "../support/captured-io.js";
import { HOSTILE_NAMES, sampleEvidence, sampleTenant } from "../support/sample-evidence.js";

const root = mkdtempSync(join(tmpdir(), "report-command-"));
const folderOf = (run: string) => join(root, ".schema-gate", "runs", run);

function run(name: string, evidence: string | null): string {
  mkdirSync(folderOf(name), { recursive: true });
  writeFileSync(join(folderOf(name), "audit.jsonl"), "");
  if (evidence !== null) writeFileSync(join(folderOf(name), "evidence.json"), evidence);
  return name;
}

beforeAll(() => {
  run("whole", JSON.stringify(sampleEvidence()));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe("report", () => {
  it("says the outcome in a few lines", async () => {
    const { code, stdout, stderr } = await schemaGate(root, ["report", "whole"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout.replaceAll(root, "ROOT")).toMatchInlineSnapshot(`
      "20240115_add_tenant_quota: passed
      All 12 tenants were migrated and verified.

      tenants    12, 12 migrated
      schemas    2; not the declared one: 159-legacy
      risk       0.031 (ask)
      approval   approved by alice
      findings   2
        warning  SG014  CREATE INDEX without CONCURRENTLY stops writes to app.users while it builds.
        note     drift.column-changed  app.users.quota_limit is nullable in 1 tenant; the release makes it NOT NULL.

      evidence   ROOT/.schema-gate/runs/whole/evidence.json
      "
    `);
  });

  it("writes Markdown for a ticket", async () => {
    const { stdout } = await schemaGate(root, ["report", "whole", "--format", "markdown"]);
    expect(stdout).toMatchInlineSnapshot(`
      "# 20240115\\_add\\_tenant\\_quota: passed

      All 12 tenants were migrated and verified.

      | | |
      |---|---|
      | Run | 20240115-093000-a1b2 |
      | Requested by | dana |
      | Started | 2024-01-15T09:30:00.000Z |
      | Finished | 2024-01-15T09:31:04.000Z |
      | Tenants | 12, 12 migrated |
      | Schemas among them | 2 |
      | Risk | 0.031 (ask) |
      | Approval | approved by alice |
      | Audit trail | 21 events, head \`9999999999999999\` |

      ## Tenants that differ from the declared schema

      - \`159-legacy\`
        - changed: \`column app.users.quota_limit\`, healed by the release

      ## Rollout

      | wave | status | tenants | failed |
      |---|---|---|---|
      | canary | done | 1 of 1 | 0 |
      | wave 1 | done | 11 of 11 | 0 |

      ## Findings

      0 errors, 1 warning, 1 note.

      ### Warnings

      **SG014** \`app.users.idx_tenant_quota\` · \`20240115_add_tenant_quota.sql:3\`

      CREATE INDEX without CONCURRENTLY stops writes to app.users while it builds.

      Build it outside the transaction.

      \`\`\`sql
      CREATE INDEX CONCURRENTLY idx_tenant_quota ON app.users (quota_limit);
      \`\`\`

      ### Notes

      **drift.column-changed** \`app.users.quota_limit\`

      app.users.quota\\_limit is nullable in 1 tenant; the release makes it NOT NULL.

      Tenants: \`159-legacy\`

      Check that nobody changed the record: \`schema-gate audit verify 20240115-093000-a1b2\`
      "
    `);
  });

  it.each(["html", "markdown", "json", "sarif", "junit", "text"])(
    "gives the same bytes for %s each time",
    async (format) => {
      const [first, second] = await Promise.all(
        [1, 2].map(() => schemaGate(root, ["report", "whole", "--format", format])),
      );
      expect(first?.code).toBe(0);
      expect(first?.stdout.length).toBeGreaterThan(100);
      expect(second?.stdout).toBe(first?.stdout);
    },
  );

  it("writes to a file, and prints JSON that can be read again", async () => {
    const { code, stdout, stderr } = await schemaGate(root, ["report", "whole", "--json", "-o", "out.json"]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(stderr).toBe(`Wrote ${join(root, "out.json")}\n`);
    expect(readEvidence(readFileSync(join(root, "out.json"), "utf8"))).toEqual(sampleEvidence());
  });

  it("lists the gates that passed in JUnit", async () => {
    const { stdout } = await schemaGate(root, ["report", "whole", "--format", "junit"]);
    for (const gate of ["probe", "dry-run", "rollout"]) expect(stdout).toContain(`<testsuite name="${gate}"`);
  });

  it("keeps hostile names from writing control characters or Markdown", async () => {
    const tenants = HOSTILE_NAMES.map((id) => sampleTenant(id, { cluster: "b" }));
    run("hostile", JSON.stringify({ ...sampleEvidence(), tenants }));
    const text = (await schemaGate(root, ["report", "hostile"])).stdout;
    for (const code of [0x00, 0x1b, 0x202e]) expect(text).not.toContain(String.fromCodePoint(code));
    const markdown = (await schemaGate(root, ["report", "hostile", "--format", "markdown"])).stdout;
    expect(markdown).toContain("`<script>alert(1)</script>`");
  });

  it.each([
    ["half written", '{"format":"schema-gate-evi', 3, "not whole JSON"],
    ["of a newer version", JSON.stringify({ ...sampleEvidence(), version: 2 }), 3, "has version 2"],
    ["with a part missing", JSON.stringify({ ...sampleEvidence(), tenants: undefined }), 3, "at tenants"],
    ["of a run that never got so far", null, 3, "holds no evidence"],
  ])("refuses evidence %s", async (name, evidence, code, message) => {
    const answer = await schemaGate(root, ["report", run(name.replaceAll(" ", "-"), evidence)]);
    expect(answer).toMatchObject({ code, stdout: "", stderr: expect.stringContaining(message) });
  });

  it("reports a run that stopped before the release was read", async () => {
    const empty = {
      ...sampleEvidence(),
      verdict: { status: "failed", reason: "The registry could not be read." },
      release: null,
      tenants: [],
      clusters: [],
      probes: [],
      dryRun: null,
      statements: [],
      rollbacks: [],
      score: null,
      approval: null,
      rollout: null,
    };
    run("empty", JSON.stringify(empty));
    for (const format of ["html", "markdown", "sarif", "junit", "text"])
      expect(await schemaGate(root, ["report", "empty", "--format", format])).toMatchObject({ code: 0, stderr: "" });
    expect((await schemaGate(root, ["report", "empty"])).stdout).toContain("no release was read: failed");
  });

  it("refuses a format and a place that are none", async () => {
    expect(await schemaGate(root, ["report", "whole", "--format", "pdf"])).toMatchObject({ code: 2 });
    expect(await schemaGate(root, ["report", "whole", "-o", "no/such/folder/x"])).toMatchObject({ code: 3 });
  });
});

it("names files in SARIF from the root of the repository", async () => {
  const evidence = sampleEvidence();
  const placed = { ...evidence, release: evidence.release && { ...evidence.release, folder: "db/migrations" } };
  run("placed", JSON.stringify(placed));
  const uris = async (name: string) => {
    const { stdout } = await schemaGate(root, ["report", name, "--format", "sarif"]);
    return [...stdout.matchAll(/"uri": "([^"]*)"/g)].map(([, uri]) => uri);
  };
  expect(await uris("placed")).toEqual((await uris("whole")).map((uri) => `db/migrations/${uri}`));
});
