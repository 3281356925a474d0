import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { readReleaseFolder } from "../../lib/adapters/local/release-folder.js";
import type { Migration } from "../../lib/core/migration/release.js";
import { type ReleaseFile, readRelease } from "../../lib/core/release/read-release.js";
import { Gate } from "../support/gate.js";
import { HistoryFleet } from "./histories/fleet.js";
import { type Judged, judge } from "./histories/judge.js";
import { PROJECTS, type Project } from "./histories/projects.js";
import { SchemaHistoryFleet } from "./histories/schema-fleet.js";

const CORPUS = process.env.SCHEMA_GATE_CORPUS ?? "";
const ONLY = process.env.SCHEMA_GATE_CORPUS_ONLY?.split(",");
/** Tenants are databases of their own, or schemas of one. */
const SCHEMAS = process.env.SCHEMA_GATE_HISTORIES_TENANTS === "schemas";
/** What was judged is kept here and not judged again. */
const KEPT = process.env.SCHEMA_GATE_HISTORIES ?? join(tmpdir(), "schema-gate-histories");
/** Every so many releases one is judged, for a look at a long history in a short time. */
const EVERY = Number(process.env.SCHEMA_GATE_HISTORIES_EVERY ?? 1);
/** Only these are judged, by their versions: a look at a few of a long history. */
const VERSIONS = process.env.SCHEMA_GATE_HISTORIES_VERSIONS?.split(",");

const present = PROJECTS.filter(({ name }) => ONLY?.includes(name) ?? true).filter(({ name, folder }) =>
  existsSync(join(CORPUS, name, folder)),
);

describe.runIf(CORPUS !== "")("public histories, each migration a release of its own", () => {
  it.each(present)("$name: the gate and the server agree", { timeout: 86_400_000 }, async (project) => {
    const judged = await replay(project);
    print(project, judged);
    expect(judged.filter(({ verdict }) => verdict === "false pass")).toEqual([]);
  });
});

async function replay(project: Project): Promise<readonly Judged[]> {
  const files = await filesOf(project);
  const release = await readRelease(files, { application: false });
  const known = new Map(keptOf(project).map((each) => [each.version, each]));
  const fleet = await (SCHEMAS ? SchemaHistoryFleet : HistoryFleet).create(release.convention);
  const gate = new Gate(fleet.tenants(), release.convention);
  try {
    for (const [at, migration] of untilLast(release.migrations).entries()) {
      const own = ownFiles(files, migration);
      for (const { path, bytes } of own) gate.addFile(path, bytes);
      const kept = known.get(migration.version);
      const wanted = !kept && (VERSIONS?.includes(migration.version) ?? at % EVERY === 0);
      const { judged, applies } = wanted
        ? await judgeRelease(project, fleet, gate, migration)
        : { judged: null, applies: await fleet.skip(migration) };
      if (judged) keep(judged, at + 1, release.migrations.length);
      if (!applies) for (const { path } of own) gate.removeFile(path);
      if (judged) known.set(migration.version, judged);
    }
  } finally {
    await fleet.destroy();
    gate.destroy();
  }
  return [...known.values()];
}

/** Those up to the last that is to be judged. */
function untilLast(migrations: readonly Migration[]): readonly Migration[] {
  if (!VERSIONS) return migrations;
  return migrations.slice(0, migrations.findLastIndex(({ version }) => VERSIONS.includes(version)) + 1);
}

async function judgeRelease(
  project: Project,
  fleet: HistoryFleet | SchemaHistoryFleet,
  gate: Gate,
  migration: Migration,
): Promise<{ readonly judged: Judged; readonly applies: boolean }> {
  await fleet.standUp(migration);
  const answer = await (fleet instanceof HistoryFleet ? gate.ask() : gate.check());
  const truths = await fleet.apply(migration);
  const agreed = answer.passed && truths.every(({ failed }) => failed === null);
  const carried = agreed && fleet instanceof HistoryFleet ? await fleet.carryOut(gate, migration) : [];
  const judged = judge(project.name, migration.version, answer, { truths, carried });
  const applies = await fleet.goOn(truths, migration);
  const runs = truths.find(({ tenant }) => tenant === "empty")?.failed === null;
  const verdict = runs || judged.verdict === "false pass" ? judged.verdict : "does not apply";
  return { judged: { ...judged, verdict }, applies };
}

async function filesOf(project: Project): Promise<readonly ReleaseFile[]> {
  const files = await readReleaseFolder(join(CORPUS, project.name, project.folder));
  const { text = (sql: string) => sql, base } = project;
  const changed = (file: ReleaseFile, change: (sql: string) => string) => ({
    ...file,
    bytes: Buffer.from(change(Buffer.from(file.bytes).toString("utf8"))),
  });
  const read = files.map((file) => changed(file, text));
  if (base === undefined) return read;
  // What its setup makes belongs to the history: the declared schema is built from nothing.
  const [first] = (await readRelease(read, { application: false })).migrations;
  return read.map((file) => (file.path === first?.up.file ? changed(file, (sql) => `${base};\n${sql}`) : file));
}

/** Its scripts, and where it has a folder of its own what lies beside them. */
function ownFiles(files: readonly ReleaseFile[], { up, down }: Migration): readonly ReleaseFile[] {
  const paths = new Set([up.file, ...(down ? [down.file] : [])]);
  const folder = dirname(up.file);
  return files.filter(({ path }) => paths.has(path) || (folder !== "." && dirname(path) === folder));
}

function keptFile({ name }: Pick<Project, "name">): string {
  return join(KEPT, `${name}${SCHEMAS ? ".schemas" : ""}.jsonl`);
}

function keptOf(project: Project): readonly Judged[] {
  if (!existsSync(keptFile(project))) return [];
  const lines = readFileSync(keptFile(project), "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as Judged);
}

function keep(judged: Judged, at: number, of: number): void {
  const path = keptFile({ name: judged.project });
  mkdirSync(KEPT, { recursive: true });
  appendFileSync(path, `${JSON.stringify(judged)}\n`);
  const why = judged.verdict === "right pass" ? "" : ` ${judged.codes.join(", ")}`;
  process.stderr.write(`${judged.project} ${at}/${of} ${judged.version} ${judged.verdict} ${judged.seconds} s${why}\n`);
}

function print(project: Project, judged: readonly Judged[]): void {
  const count = (verdict: Judged["verdict"]) => judged.filter((each) => each.verdict === verdict).length;
  const seconds = judged.map((each) => each.seconds).sort((a, b) => a - b);
  const columns = [
    project.name,
    judged.length,
    count("right pass"),
    count("right block"),
    count("false block"),
    count("false pass"),
    count("does not apply"),
    seconds[Math.floor(seconds.length / 2)] ?? "",
  ];
  console.log(`| ${columns.join(" | ")} |`);
  for (const { version, verdict, codes, messages, harm } of judged) {
    if (verdict === "right pass" || verdict === "right block") continue;
    console.log(`  ${version} ${verdict}: ${codes.join(", ")} / ${[...messages, ...harm].join(" / ").slice(0, 600)}`);
  }
}

it.runIf(CORPUS === "")("is skipped: SCHEMA_GATE_CORPUS names no folder with public histories", () => {
  console.log("Set SCHEMA_GATE_CORPUS to a folder with checkouts, each under its own name, to replay their histories.");
});
