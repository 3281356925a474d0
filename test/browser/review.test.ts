import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { RolloutView } from "../../lib/review/model.js";
import { decideByLink } from "../review/harness.js";
import { blockedModel, rollingModel, sampleBackfills, sampleModel } from "../review/sample-model.js";
import { closed } from "../support/closed.js";
import { CHROMIUM, NO_CHROMIUM, startChromium } from "./chromium.js";
import { servedReview } from "./served-review.js";

if (CHROMIUM === null) console.warn(`test/browser/review.test.ts is skipped: ${NO_CHROMIUM}`);

let browser: Browser;
beforeAll(async () => {
  if (CHROMIUM !== null) browser = await startChromium();
});
afterAll(() => browser?.close());

/** A page in a fresh profile, until the test ends. */
async function openPage(options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext(options);
  onTestFinished(() => context.close());
  return context.newPage();
}

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What went wrong in the page: errors, refusals of its policy, and dialogs that a script opened. */
function complaints(page: Page): string[] {
  const list: string[] = [];
  page.on("pageerror", (error) => list.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") list.push(message.text());
  });
  page.on("dialog", (dialog) => {
    list.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  return list;
}

/** No width that people have makes it scroll sideways, and axe finds nothing. */
async function expectFit(page: Page): Promise<void> {
  for (const width of [320, 390, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
  }
  await page.evaluate(AXE);
  const found = (await page.evaluate(
    "axe.run().then(({ passes, violations }) => ({ passes: passes.length, violations }))",
  )) as { passes: number; violations: { id: string; nodes: { html: string }[] }[] };
  expect(found.violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)])).toEqual([]);
  expect(found.passes).toBeGreaterThan(15);
}

describe.skipIf(CHROMIUM === null)("deciding in a browser", () => {
  it("approves without JavaScript, and loading the page again sends nothing again", async () => {
    const review = await servedReview();
    const page = await openPage({ javaScriptEnabled: false });
    await page.goto(review.url("alex"));
    await page.getByRole("button", { name: "Approve" }).click();
    await page.getByRole("heading", { name: "Approved" }).first().waitFor();
    await page.reload();
    expect(await review.entries()).toMatchObject([{ person: "alex", verdict: "approve" }]);
    expect(review.events).toHaveLength(1);
    expect(await page.getByRole("button").count()).toBe(0);
  });

  it("rejects by keyboard alone, asked for a reason first", async () => {
    const review = await servedReview();
    const page = await openPage();
    await page.goto(review.url("alex"));
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Go to the decision");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    await page.getByRole("button", { name: "Reject" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("alert").waitFor();
    expect(await page.getByRole("alert").textContent()).toContain("A rejection needs a reason.");
    await page.getByLabel(/Reason/).focus();
    await page.keyboard.type("The index is missing on 042-prod.");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Rejected" }).waitFor();
    expect(await review.entries()).toMatchObject([{ verdict: "reject", reason: "The index is missing on 042-prod." }]);
  });

  it("counts for nothing when another site sends the form", async () => {
    const review = await servedReview();
    const page = await openPage();
    await page.goto(review.url("alex"));
    const hidden = await page.locator("input[type=hidden]").all();
    const fields = (await Promise.all(hidden.map((input) => input.evaluate("(input) => input.outerHTML")))).join("");
    const form = `<form id="f" method="post" action="${review.url("alex")}">${fields}<input name="verdict" value="approve"></form><script>f.submit()</script>`;
    const evil = createServer((_, response) => response.setHeader("content-type", "text/html").end(form));
    await new Promise<void>((resolve) => evil.listen(0, "localhost", resolve));
    onTestFinished(() => closed(evil));
    await page.goto(`http://localhost:${(evil.address() as AddressInfo).port}/`);
    await page.getByRole("heading", { name: "Not sent from this page" }).waitFor();
    expect(await review.entries()).toEqual([]);
    expect(review.events).toMatchObject([{ code: "cross-site" }]);
  });
});

describe.skipIf(CHROMIUM === null)("the page in a browser", () => {
  it("runs nothing that a tenant's name brings, under a policy that it keeps", async () => {
    const review = await servedReview({ model: blockedModel() });
    const page = await openPage();
    const heard = complaints(page);
    const answer = await page.goto(review.url("alex"));
    expect(answer?.headers()["content-security-policy"]).toContain("default-src 'none'");
    expect(heard).toEqual([]);
    expect(await page.locator("img, iframe, object, [onerror], [style]").count()).toBe(0);
    expect(await page.locator("script").count()).toBe(1);
    expect(await page.evaluate("getComputedStyle(document.body).margin")).toBe("0px");
    await page.evaluate(`const inline = document.createElement("script");
      inline.textContent = "window.ran = true";
      document.body.append(inline);`);
    expect(await page.evaluate("'ran' in window")).toBe(false);
  });

  for (const [name, model] of [
    ["a clean release", sampleModel()],
    ["a blocked one", blockedModel()],
  ] as const) {
    it(`fits a phone and a desk, light and dark, and is accessible: ${name}`, async () => {
      const review = await servedReview({ model });
      for (const colorScheme of ["light", "dark"] as const) {
        const page = await openPage({ colorScheme, bypassCSP: true, reducedMotion: "reduce" });
        await page.goto(review.url("alex"));
        await expectFit(page);
        await page.context().close();
      }
    });
  }

  it("pauses and resumes a rollout within a second, without loading again", async () => {
    const review = await servedReview();
    const said: boolean[] = [];
    const hold = async (_run: string, { paused }: { readonly paused: boolean }) => {
      said.push(paused);
      review.change({ hold: paused ? { text: "paused by alex", paused } : null });
    };
    Object.assign(review.deps, { hold });
    review.change({ rollout: rollingModel().rollout, approval: rollingModel().approval });
    await decideByLink(review, review.link("alex"), {}, review.origin);
    const page = await openPage();
    const heard = complaints(page);
    await page.goto(review.url("alex"));
    await page.evaluate("window.same = true");
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByRole("button", { name: "Resume" }).waitFor({ timeout: 1000 });
    await page.locator(".held-by").waitFor();
    await page.getByRole("button", { name: "Resume" }).click();
    await page.getByRole("button", { name: "Pause" }).waitFor({ timeout: 1000 });
    expect(await page.evaluate("window.same")).toBe(true);
    expect(said).toEqual([true, false]);
    expect(heard).toEqual([]);
  });

  it("shows how far backfills are and what holds them, and sets their speed", async () => {
    const review = await servedReview();
    const said: object[] = [];
    const hold = async (_run: string, one: object) => {
      said.push(one);
      review.change({ backfills: { ...sampleBackfills(), speed: 25 } });
    };
    Object.assign(review.deps, { hold });
    review.change({ rollout: rollingModel().rollout, backfills: sampleBackfills() });
    await decideByLink(review, review.link("alex"), {}, review.origin);
    const page = await openPage({ bypassCSP: true, reducedMotion: "reduce" });
    await page.goto(review.url("alex"));
    await expectFit(page);
    expect(await page.locator("#live b").count()).toBe(0);
    await page.getByRole("button", { name: "25 %" }).click();
    await page.locator("button[value='25'][aria-pressed=true]").waitFor();
    expect(said).toEqual([{ speed: 25, by: "alex" }]);
  });

  it("answers an approver's four questions on its first screen", async () => {
    const review = await servedReview();
    const page = await openPage({ viewport: { width: 1280, height: 900 } });
    await page.goto(review.url("alex"));
    const seen = async (text: string) => {
      const box = await page.getByText(text).first().boundingBox();
      expect(box?.y ?? Number.POSITIVE_INFINITY, text).toBeLessThan(900);
    };
    for (const text of [
      "20240115 add_tenant_quota",
      "pull request 12",
      "Approve starts the rollout: 247 tenants in 2 waves",
    ])
      await seen(text);
    await seen("What is not proved");
    await seen("The release ran on 3 clones.");
  });

  it("follows the rollout while it is open, until it ends", async () => {
    const review = await servedReview();
    const wave = (done: number) =>
      ({ name: "canary", status: "running", planned: 2, done, running: 1, failures: [] }) as const;
    const rollout = (status: RolloutView["status"], done: number): RolloutView => ({
      status,
      reason: null,
      waves: [wave(done)],
    });
    review.change({ rollout: rollout("running", 0) });
    const page = await openPage();
    const heard = complaints(page);
    await page.goto(review.url("alex"));
    await page.getByText("running: 0 of 2").waitFor();
    review.change({ rollout: rollout("running", 1) });
    await page.getByText("running: 1 of 2").waitFor();
    review.change({ rollout: rollout("halted", 1) });
    await page.getByText("Halted", { exact: true }).waitFor();
    review.change({ outcome: { status: "halted", reason: "The rollout was halted." } });
    await page.getByText("The run has ended").waitFor();
    expect(heard).toEqual([]);
  });
});
