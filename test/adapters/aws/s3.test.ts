import { describe, expect, it } from "vitest";
import { S3Approvals } from "../../../lib/adapters/aws/s3-approvals.js";
import { s3Artifacts } from "../../../lib/adapters/aws/s3-artifacts.js";
import { S3Audit } from "../../../lib/adapters/aws/s3-audit.js";
import { type AuditEvent, appendEvent, eventLine, verifyChain } from "../../../lib/core/audit/chain.js";
import { APPROVAL_REQUEST } from "../../support/approval-request.js";
import { simulatedStore } from "../../support/aws/services.js";
import type { Call } from "../../support/aws/simulated-aws.js";
import { steppingClock } from "../../support/sealed-run.js";

const key = async () => Buffer.alloc(32, 7);
const TOKEN = "AQCEAAAAKgAAAAMAAAAA-the-task-token";
const request = { ...APPROVAL_REQUEST, run: "one" };

describe("objects in S3 (simulated)", () => {
  it("are tried again when S3 throttles", async () => {
    const { aws, store } = await simulatedStore();
    let refusals = 2;
    aws.failing(() => (refusals-- > 0 ? { status: 503, code: "SlowDown" } : null));
    await store.put("a.json", "1");
    expect(await store.text("a.json")).toBe("1");
  });

  it("name bucket, key and reason when S3 refuses", async () => {
    const { aws, store } = await simulatedStore();
    aws.failing(() => ({ status: 403, code: "AccessDenied" }));
    await expect(store.text("a.json")).rejects.toThrow("s3://gate/a.json could not be read: AccessDenied");
    await expect(store.put("a.json", "1")).rejects.toThrow("s3://gate/a.json could not be written: AccessDenied");
    await expect(store.list("a")).rejects.toThrow("s3://gate/a could not be listed: AccessDenied");
  });

  it("of too many bytes are refused before they are read", async () => {
    const { store } = await simulatedStore();
    await store.put("large", "x".repeat(2000));
    await expect(store.bytes("large", 1999)).rejects.toThrow("s3://gate/large has 2000 bytes; 1999 may be read");
    expect((await store.bytes("large", 2000))?.length).toBe(2000);
  });

  it("that are no JSON are named, and never read as nothing", async () => {
    const { aws, store } = await simulatedStore();
    aws.s3.put("runs/one/score.json", '{"fleet":0.');
    await expect(s3Artifacts(store, "runs/one").get("score.json")).rejects.toThrow(
      "s3://gate/runs/one/score.json is not JSON",
    );
  });

  it("are ours when the answer to their creation was lost and the write is sent again", async () => {
    const { aws, store } = await simulatedStore();
    let lost = false;
    // The first write arrives, and its answer does not.
    aws.failing((call: Call) => {
      if (call.name !== "s3 PUT" || lost) return null;
      lost = true;
      const meta = { "x-amz-meta-mark": String(aws.lastHeaders["x-amz-meta-mark"]) };
      aws.s3.objects.set("once.json", { bytes: Buffer.from(call.body), headers: meta });
      return { status: 500, code: "InternalError" };
    });
    expect(await store.create("once.json", "mine")).toBe(true);
    expect(await store.create("once.json", "other")).toBe(false);
    expect(aws.s3.text("once.json")).toBe("mine");
  });

  it("are tried again when two conditional writes meet", async () => {
    const { aws, store } = await simulatedStore();
    let meetings = 2;
    aws.failing((call) =>
      call.name === "s3 PUT" && meetings-- > 0 ? { status: 409, code: "ConditionalRequestConflict" } : null,
    );
    expect(await store.create("once.json", "mine")).toBe(true);
  });
});

describe("the audit trail in S3 (simulated)", () => {
  it("keeps one unbroken chain when several processes write at once, and overwrites nothing", async () => {
    const { aws, store } = await simulatedStore();
    const open = () =>
      new S3Audit({ store, run: "one", clock: steppingClock(), retention: { mode: "COMPLIANCE", days: 30 } });
    const note = (name: string) =>
      ({ actor: "a", action: "run.resumed", subject: { kind: "run", name }, digest: null, details: {} }) as const;
    const writers = Array.from({ length: 6 }, open);
    await Promise.all(writers.flatMap((writer, at) => [0, 1, 2].map((turn) => writer.append(note(`${at}/${turn}`)))));
    const events = await open().events();
    expect(verifyChain(events)).toEqual([]);
    expect(events).toHaveLength(18);
    expect(new Set(events.map((event) => event.subject.name)).size).toBe(18);
    expect(aws.s3.overwritten).toEqual([]);
    const locks = [...aws.s3.objects.values()].map((stored) => stored.headers["x-amz-object-lock-mode"]);
    expect(new Set(locks)).toEqual(new Set(["COMPLIANCE"]));
  });

  it("is not read event by event each time, and believes no copy that does not lead to its last event", async () => {
    const { aws, store } = await simulatedStore();
    const open = () => new S3Audit({ store, run: "long", clock: steppingClock(), retention: null });
    const note = (name: string) =>
      ({ actor: "a", action: "run.resumed", subject: { kind: "run", name }, digest: null, details: {} }) as const;
    const writer = open();
    for (let at = 0; at < 60; at++) await writer.append(note(String(at)));
    const written = await open().events();
    const reads = async () => {
      const before = aws.calls.length;
      const events = await open().events();
      expect(events.map(({ hash }) => hash)).toEqual(written.map(({ hash }) => hash));
      return aws.calls.slice(before).filter(({ name }) => name === "s3 GET").length;
    };
    expect(await reads()).toBeLessThan(10);
    const copy = "runs/.trails/long.jsonl";
    const honest = aws.s3.text(copy) ?? "";
    const forged = [
      honest.replace('"actor":"a"', '"actor":"mallory"'),
      honest.split("\n").slice(1).join("\n"),
      chainOf("mallory", 60),
      "{",
      "",
    ];
    for (const text of forged) {
      aws.s3.put(copy, text);
      expect(await reads()).toBeGreaterThan(50);
    }
  });

  it("refuses to continue a chain that somebody changed", async () => {
    const { aws, store } = await simulatedStore();
    const open = () => new S3Audit({ store, run: "one", clock: steppingClock(), retention: null });
    const note = {
      actor: "a",
      action: "run.resumed",
      subject: { kind: "run", name: "one" },
      digest: null,
      details: {},
    } as const;
    await open().append(note);
    const first = "audit/one/events/00000000.json";
    aws.s3.put(first, aws.s3.text(first)?.replace('"actor":"a"', '"actor":"b"') ?? "");
    await expect(open().append(note)).rejects.toThrow("cannot be continued");
  });
});

/** A whole chain of somebody else's. */
function chainOf(actor: string, length: number): string {
  const events: AuditEvent[] = [];
  for (let at = 0; at < length; at++)
    events.push(
      appendEvent(events.at(-1) ?? null, {
        ...{ actor, action: "run.resumed", subject: { kind: "run", name: "long" }, digest: null, details: {} },
        at: "2026-01-01T00:00:00.000Z",
      }),
    );
  return events.map(eventLine).join("");
}

describe("the task token in S3 (simulated)", () => {
  it("is in no object in the clear, and opens with the link key and for its run alone", async () => {
    const { aws, store, authenticator } = await simulatedStore();
    const approvals = new S3Approvals(store, key, authenticator);
    await approvals.open(request, TOKEN);
    const everything = [...aws.s3.objects].map(([name, { bytes }]) => `${name} ${bytes.toString("latin1")}`).join("\n");
    expect(everything).not.toContain(TOKEN);
    expect(everything).not.toContain(Buffer.from(TOKEN).toString("base64"));
    expect(await approvals.taskToken("one")).toBe(TOKEN);
    await expect(
      new S3Approvals(store, async () => Buffer.alloc(32, 8), authenticator).taskToken("one"),
    ).rejects.toThrow("link key");
    const sealed = [...aws.s3.objects].find(([name]) => name.endsWith("task-token.json"))?.[1];
    await approvals.open({ ...request, run: "two" }, "another");
    for (const name of aws.s3.objects.keys())
      if (name.endsWith("task-token.json")) aws.s3.put(name, sealed?.bytes ?? "");
    await expect(approvals.taskToken("two")).rejects.toThrow("cannot be opened");
  });
});
