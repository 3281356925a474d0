// Draws the terminal pictures of docs/screenshots: each command runs on its own terminal (script, from util-linux), and xterm.js draws what it
// printed in Chromium.
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const COLUMNS = 118;
const THEMES = {
  dark: { background: "#14161a", foreground: "#d7dae0", cursor: "#14161a" },
  light: {
    background: "#ffffff",
    foreground: "#24292f",
    cursor: "#ffffff",
    green: "#116329",
    red: "#a40e26",
    yellow: "#7d4e00",
    cyan: "#1b7c83",
  },
};

const root = fileURLToPath(new URL("..", import.meta.url));
const program = join(root, "dist", "bin", "schema-gate.js");
const pictures = join(root, "docs", "screenshots");
const workplace = mkdtempSync(join(tmpdir(), "schema-gate-pictures-"));

writeFileSync(
  join(workplace, "20240301_orders.sql"),
  [
    "ALTER TABLE app.orders ADD COLUMN note text NOT NULL DEFAULT gen_random_uuid()::text;",
    "CREATE INDEX orders_customer ON app.orders (customer_id);",
    "ALTER TABLE app.orders ALTER COLUMN total TYPE bigint;",
    "",
  ].join("\n"),
);
cpSync(join(root, "examples", "demo", "migrations"), join(workplace, "migrations"), { recursive: true });

const SESSIONS = {
  demo: ["demo", "--yes"],
  blocked: ["demo", "--scenario", "blocked", "--yes"],
  lint: ["lint", "20240301_orders.sql"],
  prove: ["prove", "migrations"],
};

/** What a person sees of a command: the prompt and everything after it, with its colours. */
function recorded(words) {
  const line = `stty cols ${COLUMNS} rows 50; '${process.execPath}' '${program}' ${words.join(" ")}`;
  const { stdout } = spawnSync("script", ["-qec", line, "/dev/null"], {
    cwd: workplace,
    encoding: "utf8",
    env: { PATH: process.env.PATH, HOME: workplace, TERM: "xterm-256color" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  return `$ schema-gate ${words.join(" ")}\r\n${stdout.replaceAll(workplace, "~/shop").trimEnd()}`;
}

function pageOf(text, theme) {
  const asset = (path) => readFileSync(join(root, "node_modules", "@xterm", "xterm", path), "utf8");
  const options = {
    cols: COLUMNS,
    rows: 200,
    fontSize: 14,
    lineHeight: 1.25,
    fontFamily: "monospace",
    theme,
    allowProposedApi: true,
  };
  return `<!doctype html><meta charset="utf-8"><style>${asset("css/xterm.css")}
body { margin: 0; padding: 16px; background: ${theme.background} } .xterm-viewport { overflow: hidden !important }</style>
<div id="terminal"></div><script>${asset("lib/xterm.js")}</script>
<script>const terminal = new Terminal(${JSON.stringify(options)});
terminal.open(document.getElementById("terminal"));
terminal.write(${JSON.stringify(text).replaceAll("<", "\\u003c")}, () => {
  terminal.resize(${COLUMNS}, terminal.buffer.active.cursorY + 1);
  requestAnimationFrame(() => requestAnimationFrame(() => { document.title = "drawn"; }));
});</script>`;
}

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
for (const [name, words] of Object.entries(SESSIONS)) {
  const text = recorded(words);
  for (const [colour, theme] of Object.entries(THEMES)) {
    const file = join(workplace, `${name}.html`);
    writeFileSync(file, pageOf(text, theme));
    const tab = await browser.newPage({ viewport: { width: 1080, height: 200 } });
    await tab.goto(pathToFileURL(file).href);
    await tab.waitForFunction(() => document.title === "drawn");
    await tab.screenshot({ path: join(pictures, `terminal-${name}-${colour}.png`), fullPage: true });
    await tab.close();
  }
}
await browser.close();
rmSync(workplace, { recursive: true, force: true });
