// The labelled files of mickelsamuel/migrationpilot's benchmark, scored as its runner scores them:
//   VERDICTS=/path/to/migrationpilot/bench node test/bench/lint/verdicts.mjs [SQUAWK PGFENCE]
// The folder is fetched by whoever measures; SQUAWK and PGFENCE are the programs of the two peers.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = process.env.VERDICTS;
if (!folder) {
  process.stderr.write("VERDICTS names no folder, so nothing is measured\n");
  process.exit(2);
}
const HEADER = /^\s*\/\*\s*---\r?\n([\s\S]*?)\r?\n---\s*\*\/\r?\n?/;
const own = fileURLToPath(new URL("../../../dist/bin/schema-gate.js", import.meta.url));
const hazardRules = JSON.parse(readFileSync(new URL("verdict-map.json", import.meta.url), "utf8"));
const peerRules = JSON.parse(readFileSync(join(folder, "rule-map.json"), "utf8")).tools;
const scratch = mkdtempSync(join(tmpdir(), "verdicts-"));

/** The file without its label, as a migration would look, and what the label says. */
function labelled(path) {
  const text = readFileSync(path, "utf8");
  const label = HEADER.exec(text)?.[1] ?? "";
  const value = (name) => new RegExp(`^${name}:\\s*(.*)$`, "m").exec(label)?.[1]?.trim() ?? "";
  const file = join(scratch, basename(path));
  writeFileSync(file, text.replace(HEADER, ""));
  const [hazard] = value("hazards").replace(/[[\]]/g, "").split(",");
  return {
    id: value("id"),
    verdict: value("verdict"),
    hazard: hazard?.trim(),
    pg: value("pg_version").replace(/"/g, "") || "17",
    file,
  };
}

const run = (program, args) => spawnSync(program, args, { encoding: "utf8", maxBuffer: 1 << 28 }).stdout;

/** Notes are not shown by default, so they are neither detections nor false positives; SG089 and SG098 are session hygiene. */
function ownFindings({ file }) {
  const { findings } = JSON.parse(run(process.execPath, [own, "lint", "--json", file]));
  return findings
    .filter(({ severity }) => severity !== "note")
    .map(({ code }) => ({
      code,
      counts: code !== "SG089" && code !== "SG098",
      hazards: Object.keys(hazardRules).filter((hazard) => hazardRules[hazard].includes(code)),
    }));
}

const peer = (tool, codes) =>
  codes.map((code) => {
    const rule = peerRules[tool].rules[code];
    return { code, counts: (rule?.bucket ?? "hazard") === "hazard", hazards: rule?.hazards ?? [] };
  });

const tools = new Map([["schema-gate", ownFindings]]);
const [squawk, pgfence] = process.argv.slice(2);
if (squawk) {
  tools.set("squawk", ({ file, pg }) => {
    const found = JSON.parse(run(squawk, ["--reporter", "json", "--pg-version", `${pg}.0`, file]) || "[]");
    return peer(
      "squawk",
      found.map(({ rule_name }) => rule_name),
    );
  });
}
if (pgfence) {
  tools.set("pgfence", ({ file, pg }) => {
    const text = run(pgfence, ["analyze", "--output", "json", "--format", "sql", "--min-pg-version", pg, file]);
    const found = text ? JSON.parse(text).results : [];
    return peer(
      "pgfence",
      found.flatMap(({ checks = [], policyViolations = [] }) => [
        ...checks.map(({ ruleId, risk }) => ruleId ?? `risk:${risk}`),
        ...policyViolations.map(({ ruleId }) => ruleId),
      ]),
    );
  });
}

const files = readdirSync(join(folder, "corpus"), { recursive: true })
  .filter((name) => name.endsWith(".sql"))
  .sort()
  .map((name) => labelled(join(folder, "corpus", name)));
const dangerous = files.filter(({ verdict }) => verdict === "dangerous");
const safe = files.filter(({ verdict }) => verdict === "safe");
process.stdout.write(`${files.length} files, ${dangerous.length} dangerous, ${safe.length} safe\n`);
for (const [tool, ask] of tools) {
  const missed = dangerous.filter((file) => !ask(file).some(({ hazards }) => hazards.includes(file.hazard)));
  const wrong = safe.flatMap((file) => {
    const codes = ask(file)
      .filter(({ counts }) => counts)
      .map(({ code }) => code);
    return codes.length > 0 ? [`${file.id} (${[...new Set(codes)].join(" ")})`] : [];
  });
  process.stdout.write(
    `${tool}: ${dangerous.length - missed.length}/${dangerous.length} found, ${wrong.length}/${safe.length} false positives\n` +
      `  missed: ${missed.map(({ id, hazard }) => `${id} ${hazard}`).join(", ") || "none"}\n  wrong: ${wrong.join(", ") || "none"}\n`,
  );
}
rmSync(scratch, { recursive: true });
