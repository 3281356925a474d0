import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { packageRoot } from "../../lib/adapters/local/package-root.js";

const root = mkdtempSync(join(tmpdir(), "schema-gate-remembered-"));
const home = join(root, "cache");
const kept = join(home, "schema-gate", "lint");
const project = join(root, "project");
afterAll(() => rmSync(root, { recursive: true, force: true }));

const BAD = "CREATE INDEX users_email_idx ON users (email);\n";

function lint(...args: string[]) {
  const program = join(packageRoot(), "dist", "bin", "schema-gate.js");
  const env = { PATH: process.env.PATH, HOME: root, XDG_CACHE_HOME: home };
  const { status, stdout } = spawnSync(process.execPath, [program, "lint", "migrations", ...args], {
    cwd: project,
    env,
    encoding: "utf8",
  });
  return { status, stdout };
}

/** What whoever may write there would have lint believe. */
const NOTHING = JSON.stringify({ findings: [], statements: 1, skipped: [], convention: null });
/** Returns no arguments. */
function put(text: string, ...path: string[]): string[] {
  writeFileSync(join(project, ...path), text);
  return [];
}
const names = () => readdirSync(kept);

beforeEach(() => {
  rmSync(home, { recursive: true, force: true });
  rmSync(project, { recursive: true, force: true });
  mkdirSync(join(project, "migrations"), { recursive: true });
  writeFileSync(join(project, "migrations", "V1__index.sql"), BAD);
});

describe("what lint found in files that did not change", () => {
  it("is said again, and believed from the user's own folder", () => {
    const first = lint();
    expect(first.status).toBe(1);
    expect(names()).toHaveLength(1);
    expect(lint()).toEqual(first);
    writeFileSync(join(kept, names()[0] ?? ""), NOTHING);
    expect(lint().status).toBe(0);
    expect(lint("--fresh")).toEqual(first);
    // What was fresh is what is remembered.
    expect(lint()).toEqual(first);
  });

  it.each<[string, () => string[]]>([
    ["another file", () => put(BAD, "migrations", "V2__more.sql")],
    ["another text", () => put(`${BAD} `, "migrations", "V1__index.sql")],
    ["another name", () => put(BAD, "migrations", "V1__other.sql")],
    ["another config", () => put("lint: { schemaPerTenant: true }\n", "schema-gate.yaml")],
    ["another manifest above", () => put("{}", "package.json")],
    ["as one release", () => ["--release"]],
  ])("is found anew for %s", (_, change) => {
    lint();
    const [before = ""] = names();
    writeFileSync(join(kept, before), NOTHING);
    expect(lint(...change()).status).toBe(1);
  });

  it.each<[string, () => void]>([
    ["cut off", () => writeFileSync(join(kept, names()[0] ?? ""), '{"findings":[')],
    ["of another form", () => writeFileSync(join(kept, names()[0] ?? ""), "null")],
    [
      "what the repository brings",
      () => {
        const [name = ""] = names();
        rmSync(home, { recursive: true });
        for (const folder of [".schema-gate/cache", ".schema-gate/cache/lint", ".cache/schema-gate/lint"]) {
          mkdirSync(join(project, folder), { recursive: true });
          writeFileSync(join(project, folder, name), NOTHING);
        }
      },
    ],
    [
      "in a folder that leads elsewhere",
      () => {
        const [name = ""] = names();
        rmSync(kept, { recursive: true });
        mkdirSync(join(root, "theirs"), { recursive: true });
        writeFileSync(join(root, "theirs", name), NOTHING);
        symlinkSync(join(root, "theirs"), kept);
      },
    ],
    [
      "in a folder where nothing can be kept",
      () => {
        rmSync(home, { recursive: true });
        writeFileSync(home, "");
      },
    ],
  ])("is found anew where it is %s", (_, spoil) => {
    const first = lint();
    spoil();
    expect(lint()).toEqual(first);
  });

  it.runIf(process.getuid?.() === 0)("is not believed where another user could have written it", () => {
    const first = lint();
    writeFileSync(join(kept, names()[0] ?? ""), NOTHING);
    chownSync(kept, 1, 1);
    expect(lint()).toEqual(first);
    chownSync(kept, 0, 0);
    chmodSync(kept, 0o700);
  });

  it("is not remembered with rules of the project's own, which are code", () => {
    writeFileSync(
      join(project, "rule.mjs"),
      "export default { id: 'OWN1', slug: 'own', title: 't', severity: 'note', versions: { from: 13, to: null }, nodes: [], check: () => [] };\n",
    );
    writeFileSync(join(project, "schema-gate.yaml"), "lint: { rules: [rule.mjs] }\n");
    expect(lint().status).toBe(1);
    expect(() => names()).toThrow("ENOENT");
  });
});
