import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Evidence } from "../../lib/core/evidence/evidence.js";
import { reportPage } from "../../lib/review/report/report-page.js";
import { HOSTILE_NAMES, sampleEvidence, sampleTenant } from "../support/sample-evidence.js";
import { CHROMIUM, NO_CHROMIUM, startChromium } from "./chromium.js";

if (CHROMIUM === null) console.warn(`test/browser/report.test.ts is skipped: ${NO_CHROMIUM}`);

describe.skipIf(CHROMIUM === null)("the report in a browser", () => {
  const root = mkdtempSync(join(tmpdir(), "report-page-"));
  let browser: Browser;
  let page: Page;
  let requests: string[];
  let complaints: string[];

  beforeAll(async () => {
    browser = await startChromium();
  });
  afterAll(async () => {
    await browser.close();
    rmSync(root, { recursive: true, force: true });
  });
  beforeEach(async () => {
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    requests = [];
    complaints = [];
    page.on("request", (request) => requests.push(request.url()));
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("dialog", (dialog) => complaints.push(dialog.message()));
  });
  afterEach(() => page.close());

  async function open(evidence: Evidence): Promise<void> {
    const path = join(root, "report.html");
    writeFileSync(path, reportPage(evidence));
    await page.goto(pathToFileURL(path).href);
  }

  const names = () => page.locator("#rows li strong").allTextContents();

  it("asks nothing of the network, and breaks no rule of its own policy", async () => {
    await open(sampleEvidence());
    expect(requests).toHaveLength(1);
    expect(complaints).toEqual([]);
    expect(await page.locator("h1").textContent()).toBe("20240115_add_tenant_quota");
  });

  it("shows 10,000 tenants and finds one by typing its name", async () => {
    const evidence = sampleEvidence(10_000);
    evidence.tenants[7000] = sampleTenant("zebra-eu", { status: "failed", message: "lock timeout" });
    const began = performance.now();
    await open(evidence);
    const opened = performance.now() - began;
    // Those in trouble stand first.
    expect((await names())[0]).toBe("zebra-eu");
    await page.fill("#search", "9999-PROD");
    expect(await names()).toEqual(["9999-prod"]);
    expect(await page.locator("#found").textContent()).toBe("1 of 10,000 tenants fit.");
    await page.fill("#search", "lock timeout");
    expect(await names()).toEqual(["zebra-eu"]);
    await page.fill("#search", "");
    expect(await names()).toHaveLength(30);
    expect(opened).toBeLessThan(10_000);
  });

  it("runs nothing of what tenants are called, and shows it whole", async () => {
    const tenants = HOSTILE_NAMES.map((id) => sampleTenant(id, { message: id, host: id }));
    const findings = HOSTILE_NAMES.map((name) => ({
      code: "probe.unique",
      gate: "probe" as const,
      severity: "error" as const,
      subject: { kind: "tenant", name },
      message: name,
      tenants: [name],
    }));
    await open({ ...sampleEvidence(), tenants, findings });
    await page.fill("#search", "alert(1)");
    expect(await names()).toContain("<script>alert(1)</script>");
    await page.fill("#search", "x".repeat(200));
    expect(await names()).toEqual(["x".repeat(200)]);
    await page.fill("#search", "evil");
    expect((await names())[0]).toContain("⟨U+202E⟩evil");
    expect(complaints).toEqual([]);
    expect(await page.locator("img").count()).toBe(0);
  });

  it("fits a phone, also with names of 200 characters", async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await open({ ...sampleEvidence(), tenants: HOSTILE_NAMES.map((id) => sampleTenant(id)) });
    const width = await page.evaluate("document.documentElement.scrollWidth");
    expect(width).toBeLessThanOrEqual(390);
  });

  it("opens on the tenant that a link names", async () => {
    const path = join(root, "linked.html");
    writeFileSync(path, reportPage(sampleEvidence(300)));
    await page.goto(`${pathToFileURL(path).href}#tenant=159-legacy`);
    expect(await names()).toEqual(["159-legacy"]);
  });
});
