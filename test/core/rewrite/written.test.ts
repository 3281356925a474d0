import { expect, it } from "vitest";
import { conventionNamed } from "../../../lib/core/release/conventions/conventions.js";
import { nextVersion } from "../../../lib/core/release/conventions/written.js";
import { readRelease } from "../../../lib/core/release/read-release.js";
import type { RewriteStep } from "../../../lib/core/rewrite/plan.js";
import { runsAs } from "../../../lib/core/rewrite/step-migrations.js";
import { writePlan } from "../../../lib/core/rewrite/write-plan.js";

const step = (
  statements: readonly string[],
  transaction: "single" | "none",
  backfill: string | null = null,
): RewriteStep => ({
  phase: "expand",
  slug: "s",
  statements,
  transaction,
  backfill,
  condition: null,
});

const BODY =
  "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $both$\nBEGIN\n  NEW.a := 1;\n  RETURN NEW;\nEND\n$both$";
const SINGLE = [
  step(["SET LOCAL lock_timeout = '2s'", "ALTER TABLE t ADD a int"], "single"),
  step(["UPDATE t SET a = 1 WHERE a IS NULL"], "single", "-- schema-gate: backfill by id batch 200ms"),
  step([BODY, "CREATE TRIGGER f BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()"], "single"),
];
const OUTSIDE = [
  step(["CREATE INDEX CONCURRENTLY i ON t (a)"], "none"),
  step(["ALTER TABLE t VALIDATE CONSTRAINT c"], "single"),
];

async function write(id: string, path: string, text: string, steps: readonly RewriteStep[]) {
  const convention = conventionNamed(id);
  const release = await readRelease([{ path, bytes: Buffer.from(text) }], { convention: id });
  const [migration] = release.migrations;
  if (!convention || !migration) throw new Error(`${id} does not read ${path}`);
  const downs = steps.map((_, at) => (at === 0 ? ["DROP TABLE d"] : at === 1 ? [] : null));
  const written = writePlan({ steps, rewritten: [], whole: [] }, downs, {
    release,
    migration,
    convention,
    paths: [path],
  });
  const files = written.flatMap((each) => each.files);
  const read = await readRelease(
    files.map((file) => ({ path: file.path, bytes: Buffer.from(file.text) })),
    { convention: id },
  );
  return { written, read };
}

/** Convention, a file of it, and the paths of the ways up of two steps, the first of them outside a transaction; null where that has no form. */
it.each([
  ["sqlx", "20240115120059_x.sql", "SELECT 1;", ["20240115120059_x.sql", "20240115120100_x_s.sql"]],
  ["golang-migrate", "0002_x.up.sql", "SELECT 1;", ["0002_x.up.sql", "0003_x_s.up.sql"]],
  [
    "dbmate",
    "20241231235959_x.sql",
    "-- migrate:up\nSELECT 1;\n-- migrate:down\n",
    ["20241231235959_x.sql", "20250101000000_x_s.sql"],
  ],
  ["goose", "00002_x.sql", "-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT 1;\n", ["00002_x.sql", "00003_x_s.sql"]],
  ["flyway", "V1.2__x.sql", "SELECT 1;", ["V1.2__x.sql", "V1.3__x_s.sql"]],
  ["refinery", "V2__x.sql", "SELECT 1;", null],
  ["diesel", "2024-01-15-120059_x/up.sql", "SELECT 1;", ["2024-01-15-120059_x/up.sql", "2024-01-15-120100_x_s/up.sql"]],
  [
    "prisma",
    "20240115120059_x/migration.sql",
    "SELECT 1;",
    ["20240115120059_x/migration.sql", "20240115120100_x_s/migration.sql"],
  ],
  ["node-pg-migrate", "1700000000000_x.sql", "-- Up Migration\nSELECT 1;", null],
  ["plain", "0002_x.sql", "SELECT 1;", ["0002_x.sql", "0003_x_s.sql"]],
  ["up-down", "0009_x.up.sql", "SELECT 1;", ["0009_x.up.sql", "0010_x_s.up.sql"]],
])("%s reads the files of a plan as the steps that they are", async (id, path, text, paths) => {
  for (const steps of [SINGLE, ...(paths ? [OUTSIDE] : [])]) {
    const { written, read } = await write(id, path, text, steps);
    expect(read.findings.filter(({ severity }) => severity === "error")).toEqual([]);
    expect(read.migrations.map(({ up }) => up.file)).toEqual(written.map(({ files }) => files[0]?.path));
    expect(read.migrations.map(({ up }, at) => runsAs(up, written[at]?.step ?? step([], "single")))).toEqual(
      steps.map(() => true),
    );
    if (steps === OUTSIDE) expect(read.migrations.map(({ up }) => up.file)).toEqual(paths);
  }
  if (paths === null) await expect(write(id, path, text, OUTSIDE)).rejects.toMatchObject({ code: "convention" });
});

it("counts a version on, a time by its own clock", () => {
  const next = ["0009", "1.9", "20241231235959", "202412312359", "2024-02-28-235959", "99991231235959x"].map(
    (version) => nextVersion(version.replace("x", "")),
  );
  expect(next).toEqual(["0010", "1.10", "20250101000000", "202501010000", "2024-02-29-000000", "99991231235960"]);
});

it("refuses a step for which no version is left before the next migration, and a name that is taken", async () => {
  const convention = conventionNamed("sqlx");
  const files = ["0001_x.sql", "0002_y.sql"].map((path) => ({ path, bytes: Buffer.from("SELECT 1;") }));
  const release = await readRelease(files, { convention: "sqlx" });
  const [first, second] = release.migrations;
  if (!convention || !first || !second) throw new Error("two migrations");
  const place = { release, convention, paths: ["0001_x.sql", "0002_y.sql", "0003_y_s.sql"] };
  const plan = { steps: OUTSIDE, rewritten: [], whole: [] };
  expect(() => writePlan(plan, [null, null], { ...place, migration: first })).toThrow(
    expect.objectContaining({ code: "no-version" }),
  );
  expect(() => writePlan(plan, [null, null], { ...place, migration: second })).toThrow(
    expect.objectContaining({ code: "file-exists" }),
  );
});
