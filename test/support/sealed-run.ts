import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openAuditFile } from "../../lib/adapters/local/audit-file.js";
import { loadSigningKey } from "../../lib/adapters/local/signing-key.js";
import { type TenantRecord, tenantLeaves } from "../../lib/core/audit/leaves.js";
import type { AuditTrail } from "../../lib/ports/audit.js";
import type { Clock } from "../../lib/ports/clock.js";

/** A clock that goes one second further each time it is asked. */
export function steppingClock(start = Date.UTC(2024, 0, 15, 9, 30)): Clock {
  let now = start;
  return {
    now: () => {
      now += 1000;
      return now;
    },
    monotonic: () => now,
    sleep: async () => {},
  };
}

export const RUN = "run-20240115-093000";
export const TENANTS = ["042-prod", "159-legacy", "acme", "zoë 🦊"];

const RECORDS = TENANTS.map((tenant) => ({ tenant, status: "analyzed", details: { fingerprint: tenant.length } }));

/** A small finished run: a trail of six events, tenants' records of one phase, two more files, sealed. */
export async function sealedRun(
  directory: string,
  keys: string,
  run = RUN,
  records: readonly TenantRecord[] = RECORDS,
): Promise<AuditTrail> {
  const trail = await openAuditFile({ directory, run, clock: steppingClock() });
  const note = { actor: "schema-gate", digest: null, details: {} };
  const subject = { kind: "run", name: run };
  await trail.append({ ...note, action: "run.started", subject });
  const leaves = tenantLeaves(run, "introspection", records);
  mkdirSync(join(directory, "audit"), { recursive: true });
  writeFileSync(join(directory, "audit/introspection.jsonl"), leaves.text);
  await trail.append({
    ...note,
    action: "tenants.recorded",
    subject: { kind: "phase", name: "introspection" },
    digest: leaves.root,
    details: { count: leaves.count, file: "audit/introspection.jsonl" },
  });
  await trail.append({ ...note, action: "approval.requested", subject });
  await trail.append({ ...note, actor: "alice", action: "approval.given", subject, details: { channel: "terminal" } });
  await trail.append({ ...note, action: "run.finished", subject });
  writeFileSync(join(directory, "evidence.json"), '{"version":1}\n');
  writeFileSync(join(directory, "report.html"), "<!doctype html>\n");
  await trail.close(await loadSigningKey(keys));
  return trail;
}
