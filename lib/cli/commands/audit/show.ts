import { readRunRecord } from "../../../adapters/local/run-record.js";
import { AUDIT_FILE, type AuditEvent } from "../../../core/audit/chain.js";
import { readLeaves, type TenantLeaf } from "../../../core/audit/leaves.js";
import { readTrail } from "../../../core/audit/trail.js";
import { leafClaims, type RunRecord, runOf } from "../../../core/audit/verify.js";
import type { Json } from "../../../core/json.js";
import type { ExitCode } from "../../command.js";
import type { Io } from "../../io.js";
import { printable } from "../../terminal/printable.js";
import { styleFor } from "../../terminal/style.js";

export interface TrailFilter {
  readonly tenant: string | null;
  readonly gate: string | null;
  /** Start of the action. */
  readonly action: string | null;
  /** Milliseconds since the epoch. */
  readonly since: number | null;
  readonly until: number | null;
}

/** Prints the events that pass the filter, and for a tenant what each phase recorded about it. */
export async function showTrail(
  io: Io,
  folder: string,
  filter: TrailFilter & { readonly json: boolean },
): Promise<ExitCode> {
  const record = await readRunRecord(folder);
  const trail = readTrail(record.read(AUDIT_FILE) ?? new Uint8Array());
  const leaves = filter.tenant === null ? null : recordsOf(record, trail.events, filter.tenant);
  const events = trail.events.filter((event) => passes(event, filter, leaves ?? new Map()));
  if (filter.json) {
    const records = events.flatMap((event) => leaves?.get(event.seq) ?? []);
    io.stdout.write(`${JSON.stringify({ run: runOf(trail.events), events, records }, null, 2)}\n`);
  } else {
    io.stdout.write(events.map((event) => line(io, event, leaves?.get(event.seq)?.at(-1))).join(""));
    if (events.length === 0) io.stdout.write("No event passes the filter.\n");
  }
  if (trail.findings.length > 0)
    io.stderr.write(
      `The trail is not whole: ${trail.findings[0]?.message}\n  next: schema-gate audit verify ${folder}\n`,
    );
  return trail.findings.length > 0 ? 1 : 0;
}

/** What the trail recorded about a tenant, by the event that includes it: several if it was in several batches, the newest last. */
type Leaves = ReadonlyMap<number, readonly TenantLeaf[]>;

function recordsOf(record: RunRecord, events: readonly AuditEvent[], tenant: string): Leaves {
  const found = leafClaims(events).flatMap((claim) => {
    const text = Buffer.from(record.read(claim.file) ?? []).toString("utf8");
    const own = readLeaves(text, claim).lines.flatMap(({ leaf }) => (leaf.tenant === tenant ? [leaf] : []));
    return own.length === 0 ? [] : [[claim.event, own] as const];
  });
  return new Map(found);
}

function passes(event: AuditEvent, filter: TrailFilter, leaves: Leaves): boolean {
  const at = Date.parse(event.at);
  return (
    (filter.since === null || at >= filter.since) &&
    (filter.until === null || at <= filter.until) &&
    (filter.action === null || event.action.startsWith(filter.action)) &&
    (filter.gate === null || isOfGate(event, filter.gate.toLowerCase())) &&
    (filter.tenant === null || concerns(event, filter.tenant, leaves))
  );
}

function isOfGate(event: AuditEvent, gate: string): boolean {
  const named = ["gate", "step", "phase"].includes(event.subject.kind) ? event.subject.name : "";
  return [named, event.details.gate, event.details.phase].some((one) => String(one ?? "").toLowerCase() === gate);
}

/** Events about the tenant, those that include its records, and events of the whole run, which concern every tenant. */
function concerns(event: AuditEvent, tenant: string, leaves: Leaves): boolean {
  if (event.subject.kind === "tenant") return event.subject.name === tenant;
  if (event.action === "tenants.recorded") return leaves.has(event.seq);
  const listed = event.details.tenants;
  if (Array.isArray(listed)) return listed.includes(tenant);
  return event.subject.kind === "run";
}

function line(io: Io, event: AuditEvent, leaf: TenantLeaf | undefined): string {
  const style = styleFor(io);
  const subject = `${event.subject.kind} ${event.subject.name}`;
  const details = leaf
    ? [`${leaf.tenant} ${leaf.status}`, ...named(leaf.details)]
    : [...named(event.details), ...(event.digest ? [`digest=${event.digest.slice(0, 12)}…`] : [])];
  return `${style.dim(event.at)}  ${event.action.padEnd(18)} ${printable(event.actor)}  ${printable(subject)}${details.length > 0 ? `  ${style.dim(printable(details.join(" ")))}` : ""}\n`;
}

function named(details: { readonly [name: string]: Json }): string[] {
  return Object.entries(details).map(([name, value]) => {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    return `${name}=${text.length > 80 ? `${text.slice(0, 79)}…` : text}`;
  });
}
