import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const read = (file: string) => readFileSync(join(root, file), "utf8");
const tracked = (...folders: string[]) =>
  execFileSync("git", ["ls-files", "-co", "--exclude-standard", ...folders], { cwd: root, encoding: "utf8" })
    .split("\n")
    .filter((file) => file.endsWith(".ts"));

interface Import {
  readonly target: string;
  /** Nothing of it is there at run time. */
  readonly typeOnly: boolean;
}

function importsOf(file: string): readonly Import[] {
  return [...read(file).matchAll(/^(?:import|export)\s+(type\s)?([^"';]*?)from\s+"(\.[^"]+)"/gm)].map(
    ([, type, names = "", specifier = ""]) => ({
      target: relative(root, resolve(root, dirname(file), specifier)).replace(/\.js$/, ".ts"),
      typeOnly:
        type !== undefined ||
        (/^\{/.test(names) &&
          names
            .replace(/[{}]/g, "")
            .split(",")
            .map((name) => name.trim())
            .filter(Boolean)
            .every((name) => name.startsWith("type "))),
    }),
  );
}

/** Groups of more than one that reach each other (Tarjan). */
function circles(graph: ReadonlyMap<string, ReadonlySet<string>>): readonly (readonly string[])[] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  const visit = (node: string) => {
    const own = index.size;
    index.set(node, own);
    low.set(node, own);
    stack.push(node);
    for (const next of graph.get(node) ?? []) {
      if (!index.has(next)) visit(next);
      if (stack.includes(next)) low.set(node, Math.min(low.get(node) ?? own, low.get(next) ?? own));
    }
    if (low.get(node) !== own) return;
    const group = stack.splice(stack.indexOf(node));
    if (group.length > 1) found.push(group.sort());
  };
  for (const node of graph.keys()) if (!index.has(node)) visit(node);
  return found;
}

/** Data, which is as long as PostgreSQL makes it. */
const TABLES: ReadonlySet<string> = new Set(["lib/core/postgres/function-names.ts"]);
/** Files that are longer today. Take one out when it is shorter; add none. */
const LONG: ReadonlySet<string> = new Set([]);
/** Drivers that give no code: what they say is read at the edge, once each. */
const BY_MESSAGE: readonly string[] = ["lib/adapters/pg/database-error.ts", "lib/adapters/rds-data/data-api.ts"];

const sources = tracked("lib", "functions");

it("what a run was asked for is read where the defaults of later versions are filled in", () => {
  const raw = new Set(["lib/steps/run/stored-request.ts", "functions/aws/accept-run.ts"]);
  expect(sources.filter((file) => /<RunRequest>\(/.test(read(file)) && !raw.has(file))).toEqual([]);
});

describe("the core", () => {
  /** A folder of the core imports from those before it. */
  const ORDER = [
    "(root)",
    "rollout",
    "sql",
    "postgres",
    "catalog",
    "watch",
    "versions",
    "render",
    "risk",
    "approval",
    "audit",
    "doctor",
    "evidence",
    "report",
    "staging",
    "contract",
    "undo",
    "migration",
    "operations",
    "backfill",
    "isolation",
    "rollback",
    "probes",
    "rust",
    "release",
    "workload",
    "queries",
    "lint",
    "rewrite",
    "config",
    "policy",
  ];
  const folderOf = (file: string) => (file.split("/").length > 3 ? (file.split("/")[2] ?? "") : "(root)");

  it("has folders in one order, and none imports a later one", () => {
    const wrong = tracked("lib/core").flatMap((file) =>
      importsOf(file)
        .filter(({ target }) => target.startsWith("lib/core/"))
        .filter(({ target }) => ORDER.indexOf(folderOf(target)) > ORDER.indexOf(folderOf(file)))
        .map(({ target }) => `${file} imports ${target}`),
    );
    expect(new Set(tracked("lib/core").map(folderOf))).toEqual(new Set(ORDER));
    expect(wrong).toEqual([]);
  });
});

it("npm ci warns of no package on a Node that we name (docs/decisions/dependencies.md)", () => {
  const { packages } = JSON.parse(read("package-lock.json")) as {
    packages: Record<string, { optional?: boolean; engines?: { node?: string } }>;
  };
  const least = Number(/\d+/.exec(packages[""]?.engines?.node ?? "")?.[0]);
  const stricter = Object.entries(packages).filter(([, { optional, engines }]) => {
    const [, from] = /^>=\s*(\d+)/.exec(engines?.node ?? "") ?? [];
    return optional !== true && Number(from) > least;
  });
  expect(stricter.map(([name]) => name)).toEqual([]);
});

describe("debts, which may only fall", () => {
  const lines = (file: string) => read(file).split("\n").length;

  it("has no circle of files at run time", () => {
    const graph = new Map(
      sources.map((file) => [
        file,
        new Set(
          importsOf(file)
            .filter(({ typeOnly }) => !typeOnly)
            .map(({ target }) => target),
        ),
      ]),
    );
    expect(circles(graph)).toEqual([]);
  });

  it("has no more files of over 300 lines than before", () => {
    const long = sources.filter((file) => lines(file) > 301 && !TABLES.has(file));
    expect(long.filter((file) => !LONG.has(file))).toEqual([]);
  });

  it("decides nothing by a sentence that is meant for people", () => {
    const decisions = sources.filter((file) =>
      /\.test\([\w.?]*\b(reason|message)\b|\b(reason|message)\??\.(match|includes|startsWith|endsWith)\(/.test(
        read(file),
      ),
    );
    expect(decisions).toEqual(BY_MESSAGE);
  });
});
