import type { Finding } from "../finding.js";
import { canonicalJson, digest, type Json } from "../json.js";
import { AUDIT_FORMAT, type AuditEvent, type AuditInput, GENESIS } from "./event.js";
import { auditFinding } from "./problem.js";

export type { AuditAction, AuditEvent, AuditInput } from "./event.js";

/** Name of the trail in a run's folder. */
export const AUDIT_FILE = "audit.jsonl";

/** The next link after `previous` (null for the first). */
export function appendEvent(previous: AuditEvent | null, input: AuditInput): AuditEvent {
  const body = wellFormed({
    format: AUDIT_FORMAT,
    seq: previous === null ? 0 : previous.seq + 1,
    at: input.at,
    actor: input.actor,
    action: input.action,
    subject: { kind: input.subject.kind, name: input.subject.name },
    digest: input.digest,
    details: input.details,
    previous: previous === null ? GENESIS : previous.hash,
  }) as unknown as Omit<AuditEvent, "hash">;
  return { ...body, hash: eventHash(body) };
}

/** SHA-256 of the canonical JSON of everything in the event except its hash. */
function eventHash(event: Omit<AuditEvent, "hash"> & { readonly hash?: string }): string {
  const { hash: _, ...body } = event;
  return digest(body);
}

/** The line in the trail's file: canonical JSON and a line feed. */
export function eventLine(event: AuditEvent): string {
  return `${canonicalJson(event)}\n`;
}

/**
 * What is wrong with the chain, with the place of each break; nothing when it holds. After a break the check continues from the event found there, so
 * that each place is named once.
 */
export function verifyChain(events: readonly AuditEvent[]): readonly Finding[] {
  const findings: Finding[] = [];
  if (events.length === 0) return [auditFinding("audit.empty", 1, "The trail holds no event.")];
  let expected = 0;
  let previous = GENESIS;
  for (const [index, event] of events.entries()) {
    const line = index + 1;
    if (event.hash !== eventHash(event)) findings.push(altered(event, line));
    if (event.seq !== expected) findings.push(misplaced(event, expected, line));
    else if (event.previous !== previous) findings.push(unlinked(event, line));
    expected = event.seq + 1;
    previous = event.hash;
  }
  return findings;
}

function altered(event: AuditEvent, line: number): Finding {
  return auditFinding("audit.event-altered", line, `Event ${event.seq} does not have the hash that it carries.`);
}

function misplaced(event: AuditEvent, expected: number, line: number): Finding {
  if (event.seq > expected) {
    const missing = event.seq - expected === 1 ? `Event ${expected} is` : `Events ${expected} to ${event.seq - 1} are`;
    return auditFinding(
      "audit.event-missing",
      line,
      `${missing} not where the chain needs it; event ${event.seq} is there.`,
    );
  }
  return auditFinding(
    "audit.event-misplaced",
    line,
    `Event ${event.seq} stands where event ${expected} should: it was copied or moved.`,
  );
}

function unlinked(event: AuditEvent, line: number): Finding {
  return auditFinding(
    "audit.chain-broken",
    line,
    `Event ${event.seq} does not follow the event before it: it names another hash as the previous one.`,
  );
}

/** A copy that has a canonical form: lone surrogates, as in a text cut in the middle of an emoji, become U+FFFD. */
function wellFormed(value: unknown): Json {
  if (typeof value === "string") return value.replace(/\p{Surrogate}/gu, "\uFFFD");
  if (Array.isArray(value)) return value.map(wellFormed);
  if (value !== null && typeof value === "object") {
    const entries = Object.entries(value).filter(([, part]) => part !== undefined);
    return Object.fromEntries(entries.map(([name, part]) => [wellFormed(name) as string, wellFormed(part)]));
  }
  return value as Json;
}
