import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PRIVATE } from "../../../lib/adapters/local/private-files.js";
import { Delivered } from "../../../lib/adapters/webhooks/delivered.js";
import { Delivery } from "../../../lib/adapters/webhooks/delivery.js";
import { webhookTarget } from "../../../lib/adapters/webhooks/target.js";
import { type AuditAction, type AuditEvent, appendEvent } from "../../../lib/core/audit/chain.js";
import { SecretError } from "../../../lib/ports/secrets.js";
import { until } from "../../support/fleet.js";
import { WEBHOOK_SECRET, WebhookEndpoint } from "../../support/webhook-endpoint.js";

let endpoint: WebhookEndpoint;
let records: string;
beforeEach(async () => {
  endpoint = await WebhookEndpoint.open();
  records = mkdtempSync(join(tmpdir(), "webhooks-"));
});
afterEach(async () => {
  await endpoint.close();
  rmSync(records, { recursive: true, force: true });
});

const secrets = { resolve: async (reference: string) => (reference === "env:HOOK" ? endpoint.url : WEBHOOK_SECRET) };
const ACTIONS: readonly AuditAction[] = ["run.started", "step.finished", "approval.requested", "run.finished"];

function trail(...actions: readonly AuditAction[]): readonly AuditEvent[] {
  const events: AuditEvent[] = [];
  for (const [index, action] of actions.entries()) {
    const at = new Date(Date.UTC(2024, 0, 15, 9, 30, index)).toISOString();
    const note = { actor: "zoë 🦊", action, subject: { kind: "run", name: "r-1" }, digest: null, details: {} };
    events.push(appendEvent(events.at(-1) ?? null, { ...note, at }));
  }
  return events;
}

/** An end that waits for every answer. */
const PATIENT = 86_400_000;

/** Pauses pass at once and are written down. */
function begin(actions?: string[], pauses: number[] = []) {
  const failed: string[] = [];
  const made = webhookTarget({ url: "env:HOOK", secret: "env:SECRET", ...(actions ? { actions } : {}) }, secrets);
  return made.then((target) => ({
    failed,
    pauses,
    delivery: new Delivery({
      run: "r-1",
      target,
      delivered: new Delivered({ records, access: PRIVATE }, target.id, "r-1"),
      clock: {
        now: () => Date.now(),
        sleep: async (ms, signal) => {
          if (ms === PATIENT) return new Promise(() => {});
          pauses.push(ms);
          await new Promise((resolve) => setTimeout(resolve, signal?.aborted ? 0 : 1));
        },
      },
      failed: (reason) => failed.push(reason),
    }),
  }));
}

const types = () => endpoint.taken().map(({ type }) => type);

describe("delivery of a trail", () => {
  it("posts every event once, in order, as a CloudEvent that is signed", async () => {
    const { delivery, failed } = await begin();
    const events = trail(...ACTIONS);
    for (const length of [1, 2, 4]) delivery.hear(events.slice(0, length));
    await until(() => endpoint.posted.length === 4, "all are there");
    expect(await delivery.end(PATIENT)).toBeNull();
    expect(failed).toEqual([]);
    expect(types()).toEqual(ACTIONS.map((action) => `schema-gate.${action}`));
    expect(endpoint.posted.every(({ signed }) => signed)).toBe(true);
    const [first] = endpoint.posted;
    expect(first?.headers["content-type"]).toBe("application/cloudevents+json; charset=utf-8");
    expect(first?.headers["webhook-id"]).toBe(events[0]?.hash);
    expect(Math.abs(Number(first?.headers["webhook-timestamp"]) - Date.now() / 1000)).toBeLessThan(60);
    expect(first?.event).toEqual({
      specversion: "1.0",
      id: events[0]?.hash,
      source: "/schema-gate/runs/r-1",
      type: "schema-gate.run.started",
      subject: "run/r-1",
      time: "2024-01-15T09:30:00.000Z",
      sequence: "0000000000",
      datacontenttype: "application/json",
      data: events[0],
    });
  });

  it("tells names that CloudEvents does not allow in an attribute by their codes, and exactly in its data", async () => {
    const { delivery } = await begin();
    const name = "a\r\nwebhook-id: x\u0000\u202e";
    const note = {
      actor: "a",
      action: "fault.observed",
      digest: null,
      details: {},
      at: "2024-01-15T09:30:00.000Z",
    } as const;
    delivery.hear([appendEvent(null, { ...note, subject: { kind: "tenant", name } })]);
    expect(await delivery.end(PATIENT)).toBeNull();
    const [posted] = endpoint.posted;
    expect(posted?.signed).toBe(true);
    expect(posted?.event.subject).toBe("tenant/a⟨U+000D⟩⟨U+000A⟩webhook-id: x⟨U+0000⟩⟨U+202E⟩");
    expect(posted?.event.data.subject.name).toBe(name);
  });

  it("tries again with growing pauses, in order, and says so once", async () => {
    const { delivery, failed, pauses } = await begin();
    endpoint.answer = (_posted, count) => (count < 10 ? 500 : 200);
    delivery.hear(trail(...ACTIONS));
    await until(() => endpoint.posted.length === 13, "all are there");
    expect(await delivery.end(PATIENT)).toBeNull();
    expect(failed).toEqual(["it answered 500"]);
    expect(pauses.slice(0, 9)).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
    expect(types()).toEqual(ACTIONS.map((action) => `schema-gate.${action}`));
    expect(new Set(endpoint.posted.slice(0, 10).map(({ event }) => event.id)).size).toBe(1);
  });

  it("waits as long as it is asked to, up to a minute", async () => {
    const { delivery, pauses } = await begin();
    endpoint.headers = { "retry-after": "7" };
    endpoint.answer = (_posted, count) => (count === 1 ? 429 : 200);
    delivery.hear(trail("run.started"));
    await until(() => endpoint.posted.length === 2, "it is there");
    await delivery.end(PATIENT);
    expect(pauses[0]).toBe(7_000);
  });

  it("says at the end what is left, and another process goes on there", async () => {
    const first = await begin();
    endpoint.answer = (_posted, count) => (count <= 2 ? 204 : 503);
    first.delivery.hear(trail(...ACTIONS));
    await until(() => first.failed.length === 1, "it fails");
    expect(await first.delivery.end(PATIENT)).toEqual({ left: 2, reason: "it answered 503" });
    endpoint.answer = () => 204;
    const before = endpoint.posted.length;
    const second = await begin();
    second.delivery.hear(trail(...ACTIONS));
    expect(await second.delivery.end(PATIENT)).toBeNull();
    expect(endpoint.posted.slice(before).map(({ event }) => event.type)).toEqual([
      "schema-gate.approval.requested",
      "schema-gate.run.finished",
    ]);
  });

  it("gives up on one that hangs when the end's time is over", async () => {
    const target = await webhookTarget({ url: "env:HOOK", secret: "env:SECRET" }, secrets);
    endpoint.answer = () => null;
    const delivery = new Delivery({
      run: "r-1",
      target,
      delivered: new Delivered({ records, access: PRIVATE }, target.id, "r-1"),
      clock: { now: () => Date.now(), sleep: async () => {} },
      failed: () => {},
    });
    delivery.hear(trail(...ACTIONS));
    await until(() => endpoint.posted.length === 1, "it hangs");
    expect(await delivery.end(50)).toEqual({ left: 4, reason: "it was too slow" });
  });

  it.each([
    ["a redirect, which is not followed", 302, "it answered 302"],
    ["a refusal", 400, "it answered 400"],
  ])("keeps what met %s", async (_what, code, reason) => {
    endpoint.headers = { location: "http://127.0.0.1:1/" };
    endpoint.answer = () => code;
    const { delivery, failed } = await begin();
    delivery.hear(trail("run.started"));
    await until(() => failed.length === 1, "it fails");
    expect(await delivery.end(PATIENT)).toEqual({ left: 1, reason });
  });

  it("names no path of the URL when nobody listens", async () => {
    const { delivery, failed } = await begin();
    await endpoint.close();
    delivery.hear(trail("run.started"));
    await until(() => failed.length === 1, "it fails");
    expect(failed).toEqual(["it cannot be reached: ECONNREFUSED"]);
    await delivery.end(PATIENT);
    endpoint = await WebhookEndpoint.open();
  });

  it("sends only what is asked for, and counts only that", async () => {
    const { delivery } = await begin(["approval.", "run.finished"]);
    delivery.hear(trail(...ACTIONS));
    expect(await delivery.end(PATIENT)).toBeNull();
    expect(types()).toEqual(["schema-gate.approval.requested", "schema-gate.run.finished"]);
  });

  it("sends again where its note of what was delivered cannot be read", async () => {
    const target = await webhookTarget({ url: "env:HOOK", secret: "env:SECRET" }, secrets);
    const delivered = new Delivered({ records, access: PRIVATE }, target.id, "r-1");
    delivered.write(4);
    writeFileSync(join(records, "webhooks", target.id, "r-1.json"), '{"delivered":');
    const { delivery } = await begin();
    delivery.hear(trail(...ACTIONS));
    expect(await delivery.end(PATIENT)).toBeNull();
    expect(endpoint.taken()).toHaveLength(4);
  });
});

describe("a target", () => {
  const target = (secret: string, url = "https://hooks.example.com/x") =>
    webhookTarget({ url: "env:U", secret: "env:S" }, { resolve: async (name) => (name === "env:U" ? url : secret) });

  it("is named by its host alone", async () => {
    expect((await target("x".repeat(24), "https://hooks.example.com:8443/T0/B0/token?key=1")).name).toBe(
      "hooks.example.com:8443",
    );
  });

  it("takes a secret as Standard Webhooks writes it, or any text", async () => {
    expect(Buffer.from((await target(`whsec_${Buffer.alloc(24, 7).toString("base64")}`)).key)).toEqual(
      Buffer.alloc(24, 7),
    );
    expect(Buffer.from((await target("é".repeat(12))).key).toString()).toBe("é".repeat(12));
  });

  it.each([
    ["a short secret", "x".repeat(23), undefined, /has 23 bytes and needs 24/],
    ["a short one in base64", `whsec_${Buffer.alloc(23).toString("base64")}`, undefined, /23 bytes/],
    ["base64 for URLs", `whsec_${"-_".repeat(16)}`, undefined, /no base64/],
    ["a line feed behind the base64", `whsec_${Buffer.alloc(24).toString("base64")}\n`, undefined, /no base64/],
    ["base64 that was cut", `whsec_${"A".repeat(33)}`, undefined, /no base64/],
    ["base64 that does not end on a byte", `whsec_${"A".repeat(32)}B=`, undefined, /no base64/],
    ["base64 with a gap", `whsec_${"A".repeat(16)} ${"A".repeat(16)}`, undefined, /no base64/],
    ["http elsewhere", "x".repeat(24), "http://hooks.example.com/token", /http is for the loopback interface alone/],
    ["no URL", "x".repeat(24), "token", /expected a URL/],
    ["a URL with a password", "x".repeat(24), "https://a:b@hooks.example.com/", /user or a password/],
    ["a file URL", "x".repeat(24), "file:///etc/passwd", /not file:/],
  ])("refuses %s and prints no secret", async (_what, secret, url, message) => {
    const error = await target(secret, url).then(
      () => null,
      (thrown: unknown) => thrown as Error,
    );
    expect(error).toBeInstanceOf(SecretError);
    expect(error?.message).toMatch(message);
    expect(error?.message).not.toContain(secret);
    expect(error?.message).not.toContain("token");
  });

  it("goes on where what was delivered cannot be noted, and says so once", async () => {
    const { delivery, failed } = await begin();
    writeFileSync(join(records, "webhooks"), "in the way");
    delivery.hear(trail(...ACTIONS));
    await until(() => endpoint.posted.length === 4, "all are there");
    expect(await delivery.end(PATIENT)).toBeNull();
    expect(failed).toEqual([expect.stringMatching(/^what it has cannot be noted \((ENOTDIR|EEXIST)\)$/)]);
  });

  it("loses nothing where the trail is heard in the wrong order", async () => {
    const { delivery } = await begin();
    const events = trail(...ACTIONS);
    for (const length of [1, 4, 3]) delivery.hear(events.slice(0, length));
    expect(await delivery.end(PATIENT)).toBeNull();
    expect(types()).toEqual(ACTIONS.map((action) => `schema-gate.${action}`));
  });

  it("sends all of a trail that is shorter than what was noted of another by its name", async () => {
    const first = await begin();
    first.delivery.hear(trail(...ACTIONS));
    expect(await first.delivery.end(PATIENT)).toBeNull();
    const other = await begin();
    other.delivery.hear(trail("run.started", "run.finished"));
    expect(await other.delivery.end(PATIENT)).toBeNull();
    expect(endpoint.posted.slice(4).map(({ event }) => event.data.action)).toEqual(["run.started", "run.finished"]);
  });

  it("writes through no link that lies where its draft used to be", async () => {
    const { delivery } = await begin();
    delivery.hear(trail("run.started"));
    expect(await delivery.end(PATIENT)).toBeNull();
    const [folder = ""] = readdirSync(join(records, "webhooks"));
    const elsewhere = join(records, "elsewhere");
    writeFileSync(elsewhere, "untouched");
    symlinkSync(elsewhere, join(records, "webhooks", folder, "r-1.json.new"));
    const again = await begin();
    again.delivery.hear(trail(...ACTIONS));
    expect(await again.delivery.end(PATIENT)).toBeNull();
    expect(readFileSync(elsewhere, "utf8")).toBe("untouched");
  });
});
