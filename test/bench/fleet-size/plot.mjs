// Draws what `fleet-size.test.ts` has measured: node test/bench/fleet-size/plot.mjs RESULTS > docs/fleet-size.svg
import { readFileSync } from "node:fs";

const [file] = process.argv.slice(2);
if (file === undefined) {
  console.error("usage: plot.mjs RESULTS, the file that SCHEMA_GATE_BENCH_RESULTS named");
  process.exit(2);
}
const lines = readFileSync(file, "utf8")
  .split("\n")
  .filter(Boolean)
  .map((line) => JSON.parse(line));

const PANEL = { width: 400, height: 300, left: 62, top: 50, gap: 100 };
const COLORS = { read: "#0b6e99", again: "#5b9a2f", rollout: "#c2571a" };
const SERIES = {
  time: [
    ["read", "first reading", (line) => line.read.ms / 1000],
    ["again", "unchanged, read again", (line) => line.again.ms / 1000],
    ["rollout", "rollout, verified", (line) => line.wave / 1000],
  ],
  memory: [
    ["read", "first reading", (line) => line.read.peak],
    ["again", "unchanged, read again", (line) => line.again.peak],
    ["rollout", "rollout, verified", (line) => line.rollout.peak],
  ],
};

const decades = (values) => {
  const [low, high] = [Math.min(...values), Math.max(...values)].map(Math.log10);
  return [Math.floor(low), Math.max(Math.ceil(high), Math.floor(low) + 1)];
};
const round = (number) => Math.round(number * 10) / 10;
const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ",");

function panel(at, title, series, [low, high], unit) {
  const x0 = PANEL.left + at * (PANEL.width + PANEL.gap);
  const [from, to] = decades(lines.map(({ tenants }) => tenants));
  const x = (value) => round(x0 + ((Math.log10(value) - from) / (to - from)) * PANEL.width);
  const y = (value) => round(PANEL.top + PANEL.height - ((Math.log10(value) - low) / (high - low)) * PANEL.height);
  const parts = [`<text x="${x0}" y="${PANEL.top - 18}" class="title">${title}</text>`];
  for (let decade = from; decade <= to; decade += 1) {
    const at = x(10 ** decade);
    parts.push(`<line x1="${at}" y1="${PANEL.top}" x2="${at}" y2="${PANEL.top + PANEL.height}" class="grid"/>`);
    parts.push(
      `<text x="${at}" y="${PANEL.top + PANEL.height + 18}" text-anchor="middle">${grouped(10 ** decade)}</text>`,
    );
  }
  for (let decade = low; decade <= high; decade += 1) {
    const at = y(10 ** decade);
    parts.push(`<line x1="${x0}" y1="${at}" x2="${x0 + PANEL.width}" y2="${at}" class="grid"/>`);
    parts.push(`<text x="${x0 - 8}" y="${at + 4}" text-anchor="end">${grouped(round(10 ** decade))} ${unit}</text>`);
  }
  parts.push(
    `<text x="${x0 + PANEL.width / 2}" y="${PANEL.top + PANEL.height + 38}" text-anchor="middle">tenants</text>`,
  );
  for (const [key, , value] of series)
    for (const kind of ["databases", "schemas"]) {
      const points = lines.filter((line) => line.kind === kind).sort((a, b) => a.tenants - b.tenants);
      if (points.length === 0) continue;
      const drawn = points.map((line) => `${x(line.tenants)},${y(value(line))}`);
      const dashes = kind === "schemas" ? ' stroke-dasharray="6 4"' : "";
      parts.push(
        `<polyline points="${drawn.join(" ")}" fill="none" stroke="${COLORS[key]}" stroke-width="2"${dashes}/>`,
      );
      for (const point of drawn) {
        const [cx, cy] = point.split(",");
        parts.push(`<circle cx="${cx}" cy="${cy}" r="3.5" fill="${COLORS[key]}"/>`);
      }
    }
  return parts.join("\n");
}

function legend(y) {
  const entries = [
    ...SERIES.time.map(([key, label]) => [COLORS[key], label, ""]),
    ["#444", "tenants are databases", ""],
    ["#444", "tenants are schemas", ' stroke-dasharray="6 4"'],
  ];
  return entries
    .map(([color, label, dashes], at) => {
      const x = PANEL.left + at * 180;
      return `<line x1="${x}" y1="${y}" x2="${x + 26}" y2="${y}" stroke="${color}" stroke-width="2"${dashes}/>
<text x="${x + 32}" y="${y + 4}">${label}</text>`;
    })
    .join("\n");
}

const width = PANEL.left + 2 * PANEL.width + PANEL.gap + 30;
const height = PANEL.top + PANEL.height + 90;
const seconds = SERIES.time.flatMap(([, , value]) => lines.map(value));
console.log(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12" fill="#222" role="img">
<title>Time and memory of a reading and of a rollout, by the number of tenants</title>
<style>.grid { stroke: #ddd } .title { font-size: 15px; font-weight: 600 }</style>
<rect width="${width}" height="${height}" fill="#fff"/>
${panel(0, "Time", SERIES.time, decades(seconds), "s")}
${panel(1, "Peak memory of the process", SERIES.memory, [1, 3], "MiB")}
${legend(height - 18)}
</svg>`);
