import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packageRoot } from "../../lib/adapters/local/package-root.js";
import { readPage } from "../support/pages.js";

/** `nobody`, which every Linux has; only root can become it. */
const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;
const root = mkdtempSync(join(tmpdir(), "readme-"));

const firstBlock = /```sh\n([\s\S]*?)```/.exec(readPage("README.md"))?.[1] ?? "";
const commands = firstBlock.split("\n").flatMap((line) => line.split("#")[0]?.trim() || []);

/** The project's files as a checkout has them. */
function checkout(name: string, owner: number | null): string {
  const folder = join(root, name);
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: packageRoot(),
    encoding: "utf8",
  });
  for (const path of listed.split("\0").filter((each) => each !== "")) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(join(packageRoot(), path), join(folder, path), { force: true });
  }
  mkdirSync(join(folder, "home"));
  if (owner !== null) execFileSync("chown", ["-R", `${owner}:${owner}`, folder, join(root, "npm")]);
  return folder;
}

/** A shell with nothing of this one but the programs: no npm settings, no home, no npm cache of before. */
function follow(command: string, cwd: string, owner: number | null) {
  return spawnSync("bash", ["-c", command], {
    cwd,
    encoding: "utf8",
    env: { PATH: systemPath(), HOME: join(cwd, "home"), npm_config_cache: join(root, "npm") },
    ...(owner === null ? {} : { uid: owner, gid: owner }),
  });
}

function systemPath(): string {
  return [
    dirname(process.execPath),
    ...(process.env.PATH ?? "").split(":").filter((part) => !part.includes("node_modules")),
  ].join(":");
}

const reachable = spawnSync("npm", ["view", "picocolors", "version"], { encoding: "utf8" }).status === 0;
if (!reachable) console.warn("test/docs/readme.test.ts is skipped: npm's registry does not answer");

describe.skipIf(!reachable)("the README, followed to the letter in an empty folder", () => {
  beforeAll(() => {
    chmodSync(root, 0o755);
    mkdirSync(join(root, "npm"));
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it("has two commands: the demo and the tests", () => {
    expect(commands).toEqual(["npm ci && npm start", "npm ci && npm test"]);
  });

  // The second command is what runs this file. `npm run test:all` follows it as root too.
  it.each(isRoot && process.env.SCHEMA_GATE_QUICK !== "1" ? ["root", "an ordinary user"] : ["an ordinary user"])(
    "shows the demo to %s",
    (user) => {
      const owner = isRoot && user !== "root" ? NOBODY : null;
      const folder = checkout(user.replaceAll(" ", "-"), owner);
      const [first = ""] = commands;
      const { status, stdout, stderr } = follow(first, folder, owner);
      expect(status, stderr).toBe(0);
      expect(stdout).toMatch(/outcome +passed/);
      expect(stdout).toMatch(/247 analyzed, 247 migrated/);
      expect(readdirSync(join(folder, ".schema-gate", "runs"))).toHaveLength(1);
    },
    600_000,
  );
});
