import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { artifactsFolder } from "../../../lib/adapters/local/artifacts-folder.js";
import { openAuditFile } from "../../../lib/adapters/local/audit-file.js";
import { systemClock } from "../../../lib/adapters/local/system-clock.js";
import { type LeafClaim, proveTenant, verifyLeaves } from "../../../lib/core/audit/leaves.js";
import { leafClaims } from "../../../lib/core/audit/verify.js";
import type { Ports } from "../../../lib/ports/ports.js";
import { recordTenants } from "../../../lib/steps/run/record-tenants.js";
import { artifact } from "../../../lib/steps/run/records.js";

const TENANTS = 4001;

async function recorded() {
  const directory = mkdtempSync(join(tmpdir(), "schema-gate-leaves-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const audit = await openAuditFile({ directory, run: "run", clock: systemClock });
  const ports = { run: "run", artifacts: artifactsFolder(directory), audit } as unknown as Ports;
  await audit.append({
    actor: "x",
    action: "run.started",
    subject: { kind: "run", name: "run" },
    digest: null,
    details: {},
  });
  const tenants = Array.from({ length: TENANTS }, (_, index) => `t${index}`);
  for (let from = 0; from < TENANTS; from += 50) {
    const batch = `b${String(from).padStart(5, "0")}`;
    const records = tenants
      .slice(from, from + 50)
      .map((tenant) => ({ tenant, status: tenant === "t7" ? "hit" : "pass" }));
    await ports.artifacts.put(artifact.result("Probe", batch), { batch, records, findings: [] });
  }
  const textOf = ({ file }: LeafClaim) => readFileSync(join(directory, file), "utf8");
  return { ports, directory, tenants, textOf, claims: async () => leafClaims(await audit.events()) };
}

it("cuts a large fleet's records into files, each with an event of its own", async () => {
  const { ports, directory, tenants, textOf, claims } = await recorded();
  expect([...(await recordTenants(ports, "Probe"))]).toEqual([
    ["pass", TENANTS - 1],
    ["hit", 1],
  ]);
  const found = await claims();
  expect(found.map(({ file, count }) => [file, count])).toEqual([
    ["audit/leaves/Probe.jsonl", 2000],
    ["audit/leaves/Probe.2.jsonl", 2000],
    ["audit/leaves/Probe.3.jsonl", 1],
  ]);
  for (const claim of found) expect(verifyLeaves(textOf(claim), claim)).toEqual([]);
  for (const tenant of ["t0", "t7", "t1999", "t2000", "t4000"])
    expect(found.filter((claim) => proveTenant(textOf(claim), claim, tenant) !== null)).toHaveLength(1);
  expect(found.flatMap((claim) => textOf(claim).trim().split("\n"))).toHaveLength(tenants.length);
  expect(readdirSync(join(directory, "audit/leaves"))).toHaveLength(3);
});

it("writes the same files when the phase is done again", async () => {
  const { ports, claims } = await recorded();
  await recordTenants(ports, "Probe");
  const first = await claims();
  await recordTenants(ports, "Probe");
  const again = await claims();
  expect(again.map(({ file, root }) => [file, root])).toEqual(first.map(({ file, root }) => [file, root]));
  expect(again.map(({ event }) => event)).not.toEqual(first.map(({ event }) => event));
});
