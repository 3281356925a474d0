import { z } from "zod";
import type { Finding } from "../../core/finding.js";
import { Interrupted, type Ports } from "../../ports/ports.js";
import type { Tenant } from "../../ports/registry.js";
import { artifact, type Batch, type BatchResult, need } from "./records.js";
import type { Target } from "./target.js";

/** The input of a step that works through one batch. */
export const batchInput = z.object({ run: z.string(), host: z.string(), batch: z.string() });
export type BatchInput = z.infer<typeof batchInput>;

export interface TenantOutcome<T> {
  readonly record: T;
  readonly findings: readonly Finding[];
}

/**
 * Does a phase's work for the tenants of one batch, one after the other, and stores the results. `work` must answer for every tenant: what
 * it could not do is a finding, not an exception.
 */
export async function eachTenant<T extends { readonly status: string }>(
  ports: Ports,
  phase: string,
  batchId: string,
  work: (tenant: Tenant, target: Target | null) => Promise<TenantOutcome<T>>,
): Promise<BatchResult<T>> {
  const batch = await need<Batch>(ports, artifact.batch(batchId));
  const records: T[] = [];
  const findings: Finding[] = [];
  for (const tenant of batch.tenants) {
    if (ports.stop.aborted) throw new Interrupted(`stopped before tenant ${tenant.id}`);
    const started = ports.clock.monotonic();
    const outcome = await work(tenant, batch.targets?.[tenant.id] ?? null);
    records.push(outcome.record);
    findings.push(...outcome.findings);
    const { status } = outcome.record;
    const codes = outcome.findings.map((finding) => finding.code);
    const ms = ports.clock.monotonic() - started;
    ports.events.emit({ type: "tenant", phase, tenant: tenant.id, status, ms, findings: codes });
    ports.events.emit({ type: "advance", phase, count: 1 });
  }
  const result: BatchResult<T> = { batch: batchId, records, findings };
  await ports.artifacts.put(artifact.result(phase, batchId), result);
  return result;
}
