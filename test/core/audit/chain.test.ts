import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type AuditEvent,
  type AuditInput,
  appendEvent,
  eventLine,
  verifyChain,
} from "../../../lib/core/audit/chain.js";
import { readTrail } from "../../../lib/core/audit/trail.js";

function chain(length: number, details: AuditInput["details"] = {}): AuditEvent[] {
  const events: AuditEvent[] = [];
  for (let index = 0; index < length; index++)
    events.push(
      appendEvent(events.at(-1) ?? null, {
        at: "2024-01-15T09:30:00.000Z",
        actor: "schema-gate",
        action: "step.finished",
        subject: { kind: "step", name: `step ${index}` },
        digest: null,
        details,
      }),
    );
  return events;
}

const places = (events: readonly AuditEvent[]) =>
  verifyChain(events).map((finding) => [finding.code, finding.source?.line, finding.message]);

describe("the chain", () => {
  it("holds for what was appended, whatever it says", () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 8 }),
        fc.dictionary(fc.string({ unit: "binary" }), fc.jsonValue()),
        (length, details) => {
          const events = chain(length + 1, details as AuditInput["details"]);
          const text = Buffer.from(events.map(eventLine).join(""), "utf8");
          const read = readTrail(text);
          expect(read.findings).toEqual([]);
          expect(read.events.at(-1)?.hash).toBe(events.at(-1)?.hash);
        },
      ),
    );
  });

  it("takes a text that was cut in the middle of an emoji, and a name that is special in JavaScript", () => {
    const [event] = chain(1, { cut: "🦊".slice(0, 1), ["__proto__"]: "own", nothing: undefined as never });
    expect(event?.details).toEqual({ cut: "\uFFFD", ["__proto__"]: "own" });
    expect(readTrail(Buffer.from(eventLine(event as AuditEvent))).findings).toEqual([]);
  });

  it("says which event is missing", () => {
    const events = chain(5);
    for (const gone of [0, 1, 2, 3])
      expect(places(events.toSpliced(gone, 1))).toEqual([
        ["audit.event-missing", gone + 1, `Event ${gone} is not where the chain needs it; event ${gone + 1} is there.`],
      ]);
    expect(places(events.toSpliced(1, 3))[0]?.[2]).toContain("Events 1 to 3 are");
  });

  it("says which event exists twice, or was moved", () => {
    const events = chain(4);
    expect(places(events.toSpliced(2, 0, events[1] as AuditEvent))).toEqual([
      ["audit.event-misplaced", 3, "Event 1 stands where event 2 should: it was copied or moved."],
      // The copy brings its own place along, so the one after it fits again.
    ]);
    const [a, b, c, d] = events as [AuditEvent, AuditEvent, AuditEvent, AuditEvent];
    expect(places([a, c, b, d]).map(([code, line]) => [code, line])).toEqual([
      ["audit.event-missing", 2],
      ["audit.event-misplaced", 3],
      ["audit.event-missing", 4],
    ]);
  });

  it("says which event was altered, and which one no longer follows", () => {
    const events = chain(3);
    const altered = { ...(events[1] as AuditEvent), actor: "mallory" };
    expect(places(events.with(1, altered)).map(([code, line]) => [code, line])).toEqual([["audit.event-altered", 2]]);
    const rewritten = appendEvent(events[0] as AuditEvent, { ...altered, action: "step.finished" });
    expect(places(events.with(1, rewritten)).map(([code, line]) => [code, line])).toEqual([["audit.chain-broken", 3]]);
  });

  it("refuses an empty trail and one of a newer version", () => {
    expect(verifyChain([]).map((finding) => finding.code)).toEqual(["audit.empty"]);
    const line = eventLine({ ...(chain(1)[0] as AuditEvent), format: 2 });
    expect(readTrail(Buffer.from(line)).findings.map((finding) => finding.code)).toEqual(["audit.newer-format"]);
  });
});
