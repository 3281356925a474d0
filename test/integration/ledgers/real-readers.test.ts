import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { array, constantFrom, sample } from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { dbmate } from "../../../lib/core/release/conventions/dbmate.js";
import { goose } from "../../../lib/core/release/conventions/goose.js";
import { nodePgMigrate } from "../../../lib/core/release/conventions/node-pg-migrate.js";
import { readRelease } from "../../../lib/core/release/read-release.js";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { filesOf } from "../../support/release-files.js";

/**
 * The frameworks' own reading of generated files, when `SCHEMA_GATE_MIGRATORS` names a folder that holds them (see
 * `real-migrators.test.ts`): what the framework takes is read alike, and what it refuses is blocked.
 */
const MIGRATORS = process.env.SCHEMA_GATE_MIGRATORS;
if (MIGRATORS === undefined)
  console.warn("the frameworks' own readers are not asked: SCHEMA_GATE_MIGRATORS names no folder with them");
const at = (path: string) => join(MIGRATORS ?? "", path);
const run = promisify(execFile);
const FILES = 300;
/** dbmate has to make a database for each. */
const DBMATE_FILES = 60;
const SEED = 20240115;

function texts(lines: readonly string[], numRuns = FILES): readonly string[] {
  const text = array(constantFrom(...lines), { minLength: 1, maxLength: 9 }).map((all) => `${all.join("\n")}\n`);
  return sample(text, { numRuns, seed: SEED });
}

async function blocked(convention: string, text: string): Promise<boolean> {
  const { findings } = await readRelease(filesOf({ "1_a.sql": text }), { convention });
  return findings.some(({ severity, code }) => severity === "error" && code !== "release.opaque");
}

async function succeeds(program: string, args: readonly string[]): Promise<boolean> {
  return run(program, args).then(
    () => true,
    () => false,
  );
}

async function inFolder<T>(text: string, use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "readers-"));
  try {
    writeFileSync(join(folder, "1_a.sql"), text);
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe.runIf(MIGRATORS)("a framework's own reader", () => {
  beforeAll(() => loadParser());

  it.runIf(existsSync(at("node_modules/node-pg-migrate")))("node-pg-migrate cuts files as we do", async () => {
    const module = at("node_modules/node-pg-migrate/dist/legacy/sqlMigration.js");
    const { getActions } = (await import(module)) as {
      getActions(text: string): { up(to: object): void; down: false | ((to: object) => void) };
    };
    const lines = [
      "-- Up Migration",
      "-- Down Migrations",
      "--- up migration",
      "  -- DOWN MIGRATION x",
      "select 1;",
      "",
    ];
    for (const text of texts([...lines, "-- upward migration"])) {
      const own = getActions(text);
      const sent = (action: false | ((to: object) => void)) => {
        let sql: string | null = null;
        if (action !== false) action({ sql: (text: string) => (sql = text) });
        return sql;
      };
      const [migration] = nodePgMigrate.read(
        filesOf({ "1_a.sql": text }).map((file) => ({ ...file, text, name: file.path, folder: "" })),
      ).migrations;
      const cut = (script: { start?: number; end?: number } | null | undefined) =>
        script ? text.slice(script.start ?? 0, script.end ?? text.length) : null;
      expect([cut(migration?.up), cut(migration?.down)], text).toEqual([sent(own.up), sent(own.down)]);
    }
  });

  it.runIf(existsSync(at("bin/goose")))(
    "goose takes what is not blocked, and refuses what is",
    async () => {
      const lines = [
        "-- +goose Up",
        "-- +goose Down",
        "select 1;",
        "select 2",
        "  select 3; -- x",
        "-- +goose StatementBegin",
      ];
      const more = [
        "-- +goose StatementEnd",
        "",
        "-- a comment",
        "-- +goose NO TRANSACTION",
        " -- +goose Down",
        "--+goose up",
      ];
      for (const text of texts([...lines, ...lines, ...more])) {
        const { findings } = goose.read([
          { path: "1_a.sql", name: "1_a.sql", folder: "", text, bytes: Buffer.from(text) },
        ]);
        const refused = findings.some(
          ({ code, message }) => code !== "release.down-without-up" && /goose refuses/.test(message),
        );
        const cut = findings.some(({ message }) => /would cut this one/.test(message));
        const takes = await inFolder(text, (folder) => succeeds(at("bin/goose"), ["-dir", folder, "validate"]));
        if (!cut) expect(!refused, text).toBe(takes);
      }
    },
    300_000,
  );

  it.runIf(existsSync(at("node_modules/.bin/dbmate")))(
    "dbmate takes what is not blocked",
    async () => {
      const lines = [
        "-- migrate:up",
        "-- migrate:down",
        "select 1;",
        "-- a comment",
        "",
        " -- migrate:up",
        "--migrate:down x:y",
      ];
      for (const text of texts(
        [...lines, "-- migrate:up", "-- migrate:down", "-- migrate:upper", "-- migrate:up transaction:false"],
        DBMATE_FILES,
      )) {
        const takes = await inFolder(text, (folder) =>
          succeeds(at("node_modules/.bin/dbmate"), [
            ...["--url", `sqlite:${join(folder, "x.sqlite3")}`, "--no-dump-schema", "-d", folder],
            "up",
          ]),
        );
        const { findings } = dbmate.read([
          { path: "1_a.sql", name: "1_a.sql", folder: "", text, bytes: Buffer.from(text) },
        ]);
        const ours = findings.length === 0;
        // Ours may be the stricter: what looks like a mark and is none blocks, and so does more than one up.
        if (ours) expect(takes, text).toBe(true);
        if (!takes) expect(await blocked("dbmate", text), text).toBe(true);
      }
    },
    300_000,
  );
});
