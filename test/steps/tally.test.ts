import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { artifactsFolder } from "../../lib/adapters/local/artifacts-folder.js";
import { openAuditFile } from "../../lib/adapters/local/audit-file.js";
import { systemClock } from "../../lib/adapters/local/system-clock.js";
import type { Ports } from "../../lib/ports/ports.js";
import { allFindings } from "../../lib/steps/run/findings.js";
import { artifact } from "../../lib/steps/run/records.js";
import { tally } from "../../lib/steps/states/tally.js";

const TENANT = { id: "one", group: null, host: "h:1", database: "d", schema: null };
let ports: Ports;

beforeEach(async () => {
  const directory = mkdtempSync(join(tmpdir(), "schema-gate-tally-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const audit = await openAuditFile({ directory, run: "run", clock: systemClock });
  // A tally touches artifacts, events and the audit trail, and nothing else of its ports.
  ports = {
    run: "run",
    artifacts: artifactsFolder(directory),
    audit,
    events: { emit: () => {} },
    clock: systemClock,
  } as unknown as Ports;
  for (const id of ["a", "b"]) await ports.artifacts.put(artifact.batch(id), { id, host: "h:1", tenants: [TENANT] });
});

async function answered(batch: string): Promise<void> {
  const records = [{ tenant: `tenant-of-${batch}`, status: "read" }];
  await ports.artifacts.put(artifact.result("Introspect", batch), { batch, records, findings: [] });
}

const expected = [{ id: "a" }, { id: "b" }];
const host = { run: "run", phase: "Introspect", scope: "h:1", expected } as const;

describe("the tally of a Map", () => {
  it("passes when every child answered well, by name", async () => {
    await answered("a");
    await answered("b");
    const results = [
      { ok: true, batch: "b" },
      { ok: true, batch: "a" },
    ];
    expect(await tally.run(ports, { ...host, results })).toEqual({ ok: true, scope: "h:1" });
    expect(await allFindings(ports)).toEqual([]);
  });

  it.each([
    ["a child vanished", [{ ok: true, batch: "a" }]],
    ["a child answered with nothing", [{ ok: true, batch: "a" }, null]],
    [
      "one child answered twice, for another",
      [
        { ok: true, batch: "a" },
        { ok: true, batch: "a" },
      ],
    ],
    [
      "a child says that it is not well",
      [
        { ok: true, batch: "a" },
        { ok: false, batch: "b" },
      ],
    ],
    ["a child answered without saying how", [{ ok: true, batch: "a" }, { batch: "b" }]],
    [
      "there are more answers than children",
      [
        { ok: true, batch: "a" },
        { ok: true, batch: "b" },
        { ok: true, batch: "c" },
      ],
    ],
    ["nobody answered", []],
  ])("does not pass when %s", async (_, results) => {
    await answered("a");
    await answered("b");
    expect((await tally.run(ports, { ...host, results })).ok).toBe(false);
    // Findings are what blocks: a tally that is not well always leaves one.
    expect((await allFindings(ports)).some((finding) => finding.severity === "error")).toBe(true);
  });

  it("names the tenants of a batch that claims to be well and wrote nothing", async () => {
    await answered("a");
    const results = [
      { ok: true, batch: "a" },
      { ok: true, batch: "b" },
    ];
    await tally.run(ports, { ...host, results });
    const findings = await allFindings(ports);
    expect(findings).toMatchObject([{ code: "introspect.lost", severity: "error", unknown: true, tenants: ["one"] }]);
  });

  it("finds a dry run that failed without a word", async () => {
    const results = [{ ok: false, cluster: "c1" }];
    const dryRun = { ...host, phase: "DryRun" as const, scope: "fleet", expected: [{ id: "c1" }], results };
    expect((await tally.run(ports, dryRun)).ok).toBe(false);
    expect(await allFindings(ports)).toMatchObject([
      { code: "dry-run.lost", subject: { kind: "cluster", name: "c1" } },
    ]);
  });

  it("finds a host that gave no answer", async () => {
    const results = [{ ok: true, scope: "h:1" }];
    const hosts = [
      { id: "h:1", batches: [{ id: "a" }] },
      { id: "h:2", batches: [{ id: "b" }] },
    ];
    await ports.artifacts.put(artifact.findings("introspect-Introspect-a"), []);
    const fleet = { ...host, scope: "fleet", expected: hosts, results };
    expect((await tally.run(ports, fleet)).ok).toBe(false);
    expect(await allFindings(ports)).toMatchObject([
      { code: "introspect.lost", subject: { kind: "host", name: "h:2" } },
    ]);
  });
});
