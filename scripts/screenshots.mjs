// Draws the pictures of docs/screenshots: the review page and the report, on a desktop and a phone, light and dark.
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const root = fileURLToPath(new URL("..", import.meta.url));
const built = join(root, "node_modules", ".cache", "screenshots");
const pictures = join(root, "docs", "screenshots");

/** Every size and colour of the most-read pages, one of the others. */
const ONLY = { blocked: ["desk-light"], rollout: ["desk-dark"] };

const SIZES = { desk: { width: 1280, height: 1000 }, phone: { width: 390, height: 844 } };

/** The models come from the tests, which are TypeScript. */
function compile() {
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const options = ["--outDir", built, "--noEmit", "false", "--declaration", "false", "--sourceMap", "false"];
  execFileSync(process.execPath, [tsc, "-p", join(root, "tsconfig.json"), ...options], { stdio: "inherit" });
}

async function pages() {
  const load = (path) => import(pathToFileURL(join(built, path)).href);
  const { page } = await load("lib/review/components/page.js");
  const { reportPage } = await load("lib/review/report/report-page.js");
  const { blockedModel, rollingModel, sampleApproval, sampleModel } = await load("test/review/sample-model.js");
  const { sampleEvidence } = await load("test/support/sample-evidence.js");
  const form = { person: "alex", csrf: "", refusal: null };
  return {
    review: page(sampleModel({ approval: sampleApproval() }), { decision: form, hold: null }),
    blocked: page(blockedModel()),
    rollout: page(rollingModel(), { decision: null, hold: { csrf: "" } }),
    report: reportPage(sampleEvidence()),
  };
}

async function draw(browser, name, html) {
  const file = join(built, `${name}.html`);
  writeFileSync(file, html);
  for (const [size, viewport] of Object.entries(SIZES)) {
    for (const colorScheme of ["light", "dark"]) {
      if (ONLY[name]?.includes(`${size}-${colorScheme}`) === false) continue;
      const context = await browser.newContext({ viewport, colorScheme, javaScriptEnabled: name === "report" });
      const tab = await context.newPage();
      await tab.goto(pathToFileURL(file).href);
      await tab.screenshot({ path: join(pictures, `${name}-${size}-${colorScheme}.png`) });
      await context.close();
    }
  }
}

mkdirSync(pictures, { recursive: true });
compile();
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
for (const [name, html] of Object.entries(await pages())) await draw(browser, name, html);
await browser.close();
rmSync(built, { recursive: true, force: true });
