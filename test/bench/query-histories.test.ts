import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { startEmbeddedServer } from "../../lib/adapters/local/embedded-server.js";
import { systemClock } from "../../lib/adapters/local/system-clock.js";
import { readWorkloadSources } from "../../lib/adapters/local/workload-sources.js";
import { openRelease, SETTINGS } from "../../lib/cli/commands/queries/open-release.js";
import { type JudgedQuery, judgeQueries } from "../../lib/core/queries/judge.js";
import { isParsed, parseSql } from "../../lib/core/sql/parse.js";
import { as, find, strings } from "../../lib/core/sql/tree.js";
import type { Workload } from "../../lib/core/workload/workload.js";
import { GROWTH_LIMIT } from "../../lib/steps/proof/prove-folder.js";
import { examineRelease } from "../../lib/steps/queries/examine-release.js";

const CORPUS = process.env.SCHEMA_GATE_CORPUS ?? "";
const ONLY = process.env.SCHEMA_GATE_CORPUS_ONLY?.split(",");
/** So many of the newest commits; all without it. */
const MOST = Number(process.env.SCHEMA_GATE_QUERY_HISTORIES_MOST ?? Number.POSITIVE_INFINITY);
/** So many commits later a query that breaks must be another, or its break is called false. */
const LATER = 10;

/** Repositories below the folder of `SCHEMA_GATE_CORPUS`, with the folders of their migrations as these moved, the newest first. */
const PROJECTS = [
  { name: "docs.rs", folders: ["crates/lib/docs_rs_database/migrations", "migrations"] },
  { name: "labrinth", folders: ["migrations"] },
];

const present = PROJECTS.filter(({ name }) => ONLY?.includes(name) ?? true).filter(
  ({ name }) => CORPUS !== "" && existsSync(join(CORPUS, name)),
);

const FAILS = ["breaks", "refused-rows"];
const FOUND = [...FAILS, "retyped", "needs-release"];

describe.runIf(present.length > 0)("each migration, over the queries of the versions before and after it", () => {
  it.each(present)("$name: no false break, and none is missed", { timeout: 86_400_000 }, async ({ name, folders }) => {
    const totals = await replay(new History(join(CORPUS, name), folders));
    process.stdout.write(`${name}: ${JSON.stringify(totals)}\n`);
    expect(totals.false).toBe(0);
    expect(totals.missed).toBe(0);
  });
});

class History {
  private readonly workloads = new Map<string, Promise<Workload>>();

  constructor(
    readonly directory: string,
    readonly folders: readonly string[],
  ) {}

  git(...args: readonly string[]): string {
    return execFileSync("git", ["-C", this.directory, ...args], { encoding: "utf8", maxBuffer: 2 ** 30 });
  }

  commits(): readonly string[] {
    const all = this.git("log", "--first-parent", "--reverse", "--format=%H", "--", ...this.folders).split("\n");
    return all.filter(Boolean).slice(-MOST);
  }

  /** Paths of the migrations, relative to their folder. */
  migrations(commit: string): ReadonlyMap<string, string> {
    for (const folder of this.folders) {
      const names = this.git("ls-tree", "-r", "--name-only", "--full-tree", commit, "--", folder)
        .split("\n")
        .filter(Boolean);
      if (names.length > 0) return new Map(names.map((name) => [name.slice(folder.length + 1), name]));
    }
    return new Map();
  }

  queries(commit: string): Promise<Workload> {
    const known = this.workloads.get(commit);
    if (known) return known;
    const none = { saved: [], sql: [], code: [], logs: [], databases: null };
    const read = readWorkloadSources({ directory: this.directory, versions: [commit], ...none });
    if (this.workloads.size > 6) this.workloads.clear();
    this.workloads.set(commit, read);
    return read;
  }

  async later(commit: string): Promise<ReadonlySet<string>> {
    const after = this.git("rev-list", "--first-parent", "--reverse", `${commit}..HEAD`).split("\n").filter(Boolean);
    return keysOf(await this.queries(after[Math.min(LATER, after.length) - 1] ?? commit));
  }
}

interface Totals {
  commits: number;
  migrations: number;
  queries: number;
  /** The release does not run on what the others made. */
  unrun: number;
  /** Queries of the commit before that fail; those that the commit, or one of the next, changes. */
  breaks: number;
  true: number;
  false: number;
  retyped: number;
  needs: number;
  /** Commits that change a migration and a query, and of those the ones with a finding. */
  both: number;
  found: number;
  /** Changed queries that name what the migration changes, and of which nothing was found. */
  missed: number;
}

async function replay(history: History): Promise<Totals> {
  const totals: Totals = {
    commits: 0,
    migrations: 0,
    queries: 0,
    unrun: 0,
    breaks: 0,
    true: 0,
    false: 0,
    retyped: 0,
    needs: 0,
    both: 0,
    found: 0,
    missed: 0,
  };
  const place = mkdtempSync(join(tmpdir(), "query-histories-"));
  // The server may run as another user, which has to get there.
  chmodSync(place, 0o755);
  mkdirSync(join(place, "server"));
  const server = await startEmbeddedServer({ directory: join(place, "server") });
  try {
    for (const commit of history.commits()) {
      await judgeCommit(history, commit, { place, url: server.url("postgres"), totals });
      process.stdout.write(`so far: ${JSON.stringify(totals)}\n`);
    }
  } finally {
    await server.stop();
    rmSync(place, { recursive: true, force: true });
  }
  return totals;
}

interface Run {
  readonly place: string;
  readonly url: string;
  readonly totals: Totals;
}

async function judgeCommit(history: History, commit: string, { place, url, totals }: Run): Promise<void> {
  const parent = history.git("rev-parse", `${commit}^@`).split("\n")[0] ?? "";
  if (parent === "") return;
  const [before, now] = [history.migrations(parent), history.migrations(commit)];
  const fresh = [...now.keys()].filter(
    (name) => !before.has(name) && name.endsWith(".sql") && !/[._]down\.sql$/.test(name),
  );
  if (fresh.length === 0 || before.size === 0) return;
  const folder = join(place, "migrations");
  rmSync(folder, { recursive: true, force: true });
  for (const [name, path] of now) {
    // What comes last by its commit need not come last by its name.
    const file = join(folder, fresh.includes(name) ? `9${name}` : name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, history.git("show", `${commit}:${path}`));
  }
  const [old, own] = [await history.queries(parent), await history.queries(commit)];
  const [was, is] = [keysOf(old), keysOf(own)];
  const queries = [...old.queries, ...own.queries.filter((query) => !was.has(keyOf(query)))];
  const judged = await judge(folder, fresh.length, url, queries);
  process.stdout.write(`${commit.slice(0, 9)} ${fresh.join(" ")}: ${queries.length} queries\n`);
  totals.commits++;
  totals.migrations += fresh.length;
  totals.queries += queries.length;
  if (typeof judged === "string") {
    totals.unrun++;
    process.stdout.write(`${commit.slice(0, 9)} not run: ${judged}\n`);
    return;
  }
  const has = (query: JudgedQuery, some: readonly string[]) =>
    query.verdicts.some(({ verdict }) => some.includes(verdict));
  const broken = judged.filter((query) => was.has(query.key) && has(query, FAILS));
  const later = broken.some(({ key }) => is.has(key)) ? await history.later(commit) : new Set<string>();
  for (const query of broken) {
    const kept = is.has(query.key) && later.has(query.key);
    totals.breaks++;
    totals[kept ? "false" : "true"]++;
    if (kept) say(commit, "kept, and said to break", query);
  }
  totals.retyped += judged.filter((query) => has(query, ["retyped"])).length;
  totals.needs += judged.filter((query) => has(query, ["needs-release"])).length;
  const changed = judged.filter(({ key }) => was.has(key) !== is.has(key));
  if (changed.length === 0) return;
  totals.both++;
  if (changed.some((query) => has(query, FOUND))) totals.found++;
  const named = changedNames(fresh.map((name) => history.git("show", `${commit}:${now.get(name)}`)).join("\n"));
  for (const query of changed) {
    const words = new Set(query.text.toLowerCase().match(/\w+/g));
    const tables = tablesIn(query.text);
    const uses = (was.has(query.key) ? named.gone : named.come).filter(
      ({ table, column }) => tables.has(table) && (column === null || words.has(column)),
    );
    if (has(query, FOUND) || uses.length === 0) continue;
    totals.missed++;
    const names = uses.map(({ table, column }) => (column === null ? table : `${table}.${column}`));
    say(commit, `uses ${names.join(", ")}, and nothing was found`, query);
  }
}

function say(commit: string, what: string, { text, verdicts }: JudgedQuery): void {
  const said = verdicts.map(({ verdict, detail }) => `${verdict} ${detail}`).join("; ");
  process.stdout.write(`${commit.slice(0, 9)} ${what}: ${text.replace(/\s+/g, " ").slice(0, 300)} [${said}]\n`);
}

type SentQuery = Pick<Workload["queries"][number], "id" | "parameters">;

/** The same text with other types of parameters is sent by other code. */
function keyOf(query: SentQuery | undefined): string {
  return JSON.stringify([query?.id, query?.parameters]);
}

function keysOf({ queries }: Workload): ReadonlySet<string> {
  return new Set(queries.map(keyOf));
}

async function judge(folder: string, last: number, url: string, queries: Workload["queries"]) {
  const signal = new AbortController().signal;
  try {
    const release = await openRelease(folder, { url, last, seed: 20, signal });
    try {
      const common = { cluster: "c", schema: null, difference: null, thorough: false, growthLimit: GROWTH_LIMIT };
      const { migrations, makeClone } = release;
      const examined = await examineRelease(
        { ...common, migrations, makeClone, settings: SETTINGS, clock: systemClock, signal },
        queries,
        { schema: null, role: null, plans: true },
      );
      if (examined.refused !== null) return examined.refused;
      const judged = judgeQueries(examined, { costFactor: 5, largeTable: 10_000 });
      return judged.map((each, at) => ({ ...each, key: keyOf(examined.queries[at]?.query) }));
    } finally {
      await release.close();
    }
  } catch (error) {
    return (error as Error).message;
  }
}

function tablesIn(text: string): ReadonlySet<string | undefined> {
  const [only] = parseSql(text, "").statements;
  if (!only || !isParsed(only)) return new Set();
  const written = [
    ...find(only.node, "InsertStmt"),
    ...find(only.node, "UpdateStmt"),
    ...find(only.node, "DeleteStmt"),
  ];
  const named = [...find(only.node, "RangeVar"), ...written.map(({ relation }) => relation)];
  return new Set(named.map((each) => each?.relname));
}

/** A table, or a column of one. */
interface Named {
  readonly table: string;
  readonly column: string | null;
}

/** Tables and columns that are not there any more, and that have come; what leaves and comes again is in neither. */
function changedNames(sql: string): { readonly gone: readonly Named[]; readonly come: readonly Named[] } {
  const [gone, come]: [Named[], Named[]] = [[], []];
  for (const { node } of parseSql(sql, "").statements.filter(isParsed)) {
    for (const { relation } of find(node, "CreateStmt")) come.push({ table: relation?.relname ?? "", column: null });
    for (const { relation, cmds } of find(node, "AlterTableStmt"))
      for (const cmd of cmds ?? []) {
        const { subtype, name, def } = as(cmd, "AlterTableCmd") ?? {};
        const table = relation?.relname ?? "";
        if (subtype === "AT_DropColumn") gone.push({ table, column: name ?? "" });
        if (subtype === "AT_AddColumn") come.push({ table, column: as(def, "ColumnDef")?.colname ?? "" });
      }
    for (const { renameType, relation, subname, newname } of find(node, "RenameStmt")) {
      const table = relation?.relname ?? "";
      if (renameType === "OBJECT_COLUMN") {
        gone.push({ table, column: subname ?? "" });
        come.push({ table, column: newname ?? "" });
      } else if (renameType === "OBJECT_TABLE") {
        gone.push({ table, column: null });
        come.push({ table: newname ?? "", column: null });
      }
    }
    for (const { removeType, objects } of find(node, "DropStmt"))
      if (removeType === "OBJECT_TABLE")
        for (const object of objects ?? [])
          gone.push({ table: strings(as(object, "List")?.items).at(-1) ?? "", column: null });
  }
  const within = (list: readonly Named[], { table, column }: Named) =>
    list.some((each) => each.table === table && each.column === column);
  return { gone: gone.filter((each) => !within(come, each)), come: come.filter((each) => !within(gone, each)) };
}
