import type { Finding } from "../finding.js";
import { AUDIT_FILE, type AuditEvent, eventLine, verifyChain } from "./chain.js";
import { AUDIT_FORMAT, auditEventSchema } from "./event.js";
import { auditFinding } from "./problem.js";
import { decodeText } from "./text.js";

export interface ReadTrail {
  /** Every line that could be read as an event. */
  readonly events: readonly AuditEvent[];
  /** What follows the last line feed: the rest of a write that did not finish. Empty when there is none. */
  readonly torn: Uint8Array;
  readonly findings: readonly Finding[];
}

/** Reads a trail's file. A line counts only in its canonical form, so that no byte of it can change unnoticed. */
export function readTrail(bytes: Uint8Array): ReadTrail {
  const whole = bytes.lastIndexOf(0x0a) + 1;
  const torn = bytes.subarray(whole);
  const events: AuditEvent[] = [];
  const findings: Finding[] = [];
  for (const [index, line] of splitLines(bytes.subarray(0, whole)).entries()) {
    const read = readLine(line, index + 1);
    if ("code" in read) findings.push(read);
    else events.push(read);
  }
  // A line that is not an event is the break; the gap that it leaves in the chain would only report it twice.
  if (findings.length === 0) findings.push(...verifyChain(events));
  if (torn.length > 0) findings.push(tornTail(events.length + 1, torn.length));
  return { events, torn, findings };
}

function splitLines(bytes: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(0x0a, start);
    lines.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return lines;
}

function readLine(bytes: Uint8Array, number: number): AuditEvent | Finding {
  const line = decodeText(bytes);
  const value = line === null ? undefined : parse(line);
  if (value === undefined)
    return auditFinding("audit.unreadable", number, `Line ${number} of ${AUDIT_FILE} is not JSON.`);
  const format = (value as { format?: unknown } | null)?.format;
  if (typeof format === "number" && format > AUDIT_FORMAT) return newerFormat(number, format);
  if (!isEvent(value))
    return auditFinding("audit.unreadable", number, `Line ${number} of ${AUDIT_FILE} is not an event.`);
  if (eventLine(value) !== `${line}\n`)
    return auditFinding("audit.event-altered", number, `Line ${number} is not in the form it was written in.`);
  return value;
}

/** Uses the value itself, not zod's copy, which omits a key named `__proto__`. */
function isEvent(value: unknown): value is AuditEvent {
  return auditEventSchema.safeParse(value).success;
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function newerFormat(line: number, format: number): Finding {
  return auditFinding(
    "audit.newer-format",
    line,
    `Line ${line} has audit format ${format}; this version of schema-gate knows formats up to ${AUDIT_FORMAT}.`,
    "Verify with the version of schema-gate that wrote the run, or a newer one.",
  );
}

function tornTail(line: number, bytes: number): Finding {
  return auditFinding(
    "audit.torn",
    line,
    `The last line ends in the middle, after ${bytes} bytes: the run was killed while it wrote, or the file was cut.`,
    "Resume the run; it removes the rest of the line and records that it did.",
  );
}
