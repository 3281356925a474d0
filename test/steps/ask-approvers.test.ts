import { describe, expect, it } from "vitest";
import type { Json } from "../../lib/core/json.js";
import type { Artifacts } from "../../lib/ports/artifacts.js";
import type { AuditTrail } from "../../lib/ports/audit.js";
import type { Notifier } from "../../lib/ports/notifier.js";
import { askApprovers } from "../../lib/steps/approval/ask-approvers.js";
import { notice } from "../adapters/notify/notices.js";

/** What a run keeps, in memory, and a channel that reaches whom the test lets it reach. */
function asking(unreachable: () => readonly string[]) {
  const kept = new Map<string, unknown>();
  const asked: string[][] = [];
  const events: unknown[] = [];
  const artifacts = {
    get: async <T = Json>(key: string) => (kept.get(key) ?? null) as T | null,
    put: async (key: string, value: unknown) => void kept.set(key, value),
  } as Artifacts;
  const audit = { append: async (event: unknown) => void events.push(event) } as unknown as AuditTrail;
  const notifier: Notifier = {
    approvalRequested: async ({ recipients }) => {
      asked.push(recipients.map(({ person }) => person.id));
      return recipients.map(({ person }) => {
        const failed = unreachable().includes(person.id);
        return {
          channel: "e-mail",
          person: person.id,
          status: failed ? "failed" : "sent",
          reason: failed ? "550" : null,
        };
      });
    },
    ended: async () => [],
  };
  return { asked, events, ask: (change = {}) => askApprovers({ artifacts, audit }, notifier, notice(change)) };
}

describe("asking the approvers", () => {
  it("asks each once, however often the run is resumed", async () => {
    const { asked, ask } = asking(() => []);
    expect(await ask()).toEqual({ reached: ["alex", "robin"], failed: [] });
    expect(await ask()).toEqual({ reached: ["alex", "robin"], failed: [] });
    expect(asked).toEqual([["alex", "robin"]]);
  });

  it("tries again to reach those who were not reached, reports and audits each failure", async () => {
    let unreachable = ["robin"];
    const { asked, events, ask } = asking(() => unreachable);
    expect(await ask()).toMatchObject({ reached: ["alex"], failed: [{ person: "robin", reason: "550" }] });
    unreachable = [];
    expect(await ask()).toEqual({ reached: ["alex", "robin"], failed: [] });
    expect(asked).toEqual([["alex", "robin"], ["robin"]]);
    expect(events).toMatchObject([{ action: "fault.observed", subject: { kind: "approver", name: "robin" } }]);
    expect(JSON.stringify(events)).not.toContain("?c=");
  });

  it("asks everyone again when the question is another", async () => {
    const { asked, ask } = asking(() => []);
    await ask();
    await ask({ digest: "e".repeat(64) });
    expect(asked).toEqual([
      ["alex", "robin"],
      ["alex", "robin"],
    ]);
  });
});
