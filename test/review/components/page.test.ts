import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FACTOR_NAMES } from "../../../lib/core/risk/factors.js";
import { page } from "../../../lib/review/components/page.js";
import type { ReviewModel } from "../../../lib/review/model.js";
import {
  blockedModel,
  rollbackModel,
  rollingModel,
  sampleApproval,
  sampleModel,
  sampleQueries,
} from "../sample-model.js";

/** Words of ours; whatever else is in a model may come from a database. */
const OURS =
  /^(score|verdict|status|severity|kind|effect|proof|mode|gate|source|class|what|transactionality|at|expiresAt|endedAt|code|waves|first|channel|action|wayBack|digest|fingerprint)$/;

const OUR_NAMES: ReadonlySet<string> = new Set([...FACTOR_NAMES, "canary", "wave 2", "wave 3", "wave 4"]);

/** The model with every foreign text in it replaced. */
function poisoned<T>(value: T, text: string, key = ""): T {
  if (typeof value === "string") return (OURS.test(key) || OUR_NAMES.has(value) ? value : text) as T;
  if (Array.isArray(value)) return value.map((one) => poisoned(one, text, key)) as T;
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, poisoned(one, text, name)])) as T;
}

const form = { decision: { person: "alex", csrf: "token", refusal: null }, hold: { csrf: "token" } };

describe("the page", () => {
  it("has the versions of the application as a table, and what they mean for the rollout", () => {
    const html = page(sampleModel({ queries: sampleQueries() }), form);
    const text = html.replace(/<[^>]*>/g, " ").replace(/\s+/g, " ");
    expect(text).toContain("1.7 a works 3 queries break 12");
    expect(text).toContain("1.9 a 2 queries not yet works 12");
    expect(text).toContain(
      "1.7 breaks: 3 queries, 1,204 calls an hour; 1.8 works on both sides; 1.9 needs the release",
    );
    expect(text).toContain("not in waves while these versions run");
    expect(page(sampleModel(), form)).not.toContain('id="queries"');
  });

  it("shows nothing that a text brings as markup, wherever the text stands", () => {
    const tags = (html: string) => (html.match(/<[a-z!/][^>]*>/gi) ?? []).map((tag) => tag.split(/[\s>]/)[0]).join();
    const attacks = [
      `"><img src=x onerror=alert(1)>`,
      "</style></script><script>alert(1)</script>",
      "'<!--",
      "&lt;b&gt;<b>",
      "{{x}}",
    ];
    for (const model of [
      sampleModel({ approval: sampleApproval(), queries: sampleQueries() }),
      blockedModel(),
      rollingModel(),
      rollbackModel(),
    ]) {
      const calm = tags(page(poisoned(model, "x"), form));
      for (const attack of attacks) {
        const html = page(poisoned(model, attack), form);
        expect(tags(html)).toBe(calm);
      }
    }
  });

  it("spells out what would hide or reorder, for any text at all", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 40 }), (text) => {
        for (const model of [blockedModel(), rollbackModel()]) {
          const html = page(poisoned(model, text));
          // What is left of the unseen characters are the line breaks and tabs of the page itself and of SQL.
          expect(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(html.replace(/[\n\t]/g, ""))).toBe(false);
        }
      }),
      { numRuns: 25 },
    );
  });

  it("names every outlier, every lock, every proof, every hit and every finding", () => {
    const html = page(blockedModel());
    const shown = [
      "042-prod",
      "159-legacy",
      "AccessExclusiveLock",
      "ShareRowExclusiveLock",
      "2 rows of app.users differ",
      "088-prod",
      "12,000",
      "the estimate of 41 s",
      "UPDATE app.users SET quota_limit = 1000",
      "SG014",
      "users__legacy_plan",
    ];
    for (const text of shown) expect(html).toContain(text);
    expect(html).toContain("Blocked");
    expect(html).not.toContain("<form");
  });

  it("names every tenant that a rollback is about, and how each comes back", () => {
    const html = page(rollbackModel({ approval: sampleApproval() }), form);
    for (const text of ["Rollback", "001-prod", "2026_2, 2026_1", "nothing is lost", "no proved way back"])
      expect(html).toContain(text);
    expect(html).toContain("<form");
  });

  it("does not call unmeasured locks harmless", () => {
    const { statements } = sampleModel();
    const html = page(sampleModel({ statements: statements.map((one) => ({ ...one, locks: [], worst: null })) }));
    expect(html).toContain("No lock was measured.");
    expect(html).toContain("not measured");
    expect(html).not.toContain("no new lock");
  });

  it.each<[string, Partial<ReviewModel>, string]>([
    ["pending", { approval: sampleApproval() }, "1 of 2 approvals given"],
    ["approved", { approval: sampleApproval({ status: "approved" }) }, "Approved"],
    ["rejected", { approval: sampleApproval({ status: "rejected" }) }, "Rejected"],
    ["expired", { approval: sampleApproval({ status: "expired" }) }, "Nobody decided in time"],
    ["void", { approval: sampleApproval({ status: "void", reason: "042-prod has changed" }) }, "042-prod has changed"],
  ])("says where an approval stands: %s", (status, change, text) => {
    const html = page(sampleModel(change), form);
    expect(html).toContain(text);
    expect(html.includes("<form")).toBe(status === "pending");
  });

  it("stays small for 10,000 tenants in 300 clusters", () => {
    const [majority, outlier] = sampleModel().clusters;
    if (!majority || !outlier) throw new Error("the sample has clusters");
    const many = Array.from({ length: 9_000 }, (_, index) => `tenant-${index}`);
    const others = Array.from({ length: 300 }, (_, index) => ({
      ...outlier,
      id: `o${index}`,
      tenants: [`a${index}`, `b${index}`, `c${index}`],
    }));
    const html = page(sampleModel({ tenants: 9_900, clusters: [{ ...majority, tenants: many }, ...others] }));
    expect(html.length).toBeLessThan(600_000);
    expect(html).toContain("one dot for 15");
  });
});
