import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";
import { reportPage } from "../../lib/review/report/report-page.js";
import { CHROMIUM, NO_CHROMIUM, startChromium } from "../browser/chromium.js";
import { sampleEvidence } from "../support/sample-evidence.js";

if (CHROMIUM === null) console.warn(`test/bench/report-page.test.ts is skipped: ${NO_CHROMIUM}`);

/** Prints how long the report of a fleet takes to open in Chromium, and to find one tenant by its name. */
it.skipIf(CHROMIUM === null)(
  "the report of 10,000 tenants opens",
  async () => {
    const root = mkdtempSync(join(tmpdir(), "schema-gate-bench-"));
    const browser = await startChromium();
    for (const tenants of [10, 1_000, 10_000]) {
      const path = join(root, `${tenants}.html`);
      writeFileSync(path, reportPage(sampleEvidence(tenants)));
      const page = await browser.newPage();
      let began = performance.now();
      await page.goto(pathToFileURL(path).href);
      await page.waitForSelector("#rows li");
      const opened = performance.now() - began;
      began = performance.now();
      await page.fill("#search", `${tenants - 1}-prod`);
      await page.waitForFunction("document.querySelectorAll('#rows li').length === 1");
      const found = performance.now() - began;
      expect(await page.locator("#rows li").count()).toBe(1);
      const megabytes = (statSync(path).size / 2 ** 20).toFixed(1);
      console.log(
        `${tenants} tenants, ${megabytes} MiB: opened in ${opened.toFixed(0)} ms, one found in ${found.toFixed(0)} ms`,
      );
      await page.close();
    }
    await browser.close();
    rmSync(root, { recursive: true, force: true });
  },
  600_000,
);
