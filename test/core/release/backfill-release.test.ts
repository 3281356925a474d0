import { expect, it } from "vitest";
import { backfillRelease } from "../../../lib/core/release/backfill-release.js";

const MARK = "-- schema-gate: backfill by id batch 200ms";
const UPDATE = "UPDATE users SET low = lower(email) WHERE low IS NULL";
const GOOSE = `-- +goose Up\n${MARK}\n${UPDATE};\n\n-- +goose Down\nUPDATE users SET low = NULL;\n`;

const read = (path: string, text: string) => backfillRelease({ path, bytes: Buffer.from(text) });

it.each([
  ["goose", "fill.sql", GOOSE],
  ["goose without a way down", "fill.sql", `-- +goose Up\n${MARK}\n${UPDATE};\n`],
  ["goose outside a transaction", "fill.sql", `-- +goose NO TRANSACTION\n${GOOSE}`],
  [
    "goose with a statement in one piece",
    "fill.sql",
    `-- +goose Up\n-- +goose StatementBegin\n${MARK}\n${UPDATE};\n-- +goose StatementEnd\n`,
  ],
  ["goose under its own name", "20240101_fill.sql", GOOSE],
  ["goose under a name with a dot", "fill.users.sql", GOOSE],
  ["dbmate", "fill.sql", `-- migrate:up\n${MARK}\n${UPDATE};\n\n-- migrate:down\nUPDATE users SET low = NULL;\n`],
  ["no framework", "fill.sql", `${MARK}\n${UPDATE};\n`],
])("reads the way up alone of a file with the marks of %s", async (_framework, path, text) => {
  const release = await read(path, text);
  expect(release.findings.filter(({ severity }) => severity === "error")).toEqual([]);
  const [migration] = release.migrations;
  expect(release.migrations).toHaveLength(1);
  expect(migration).toMatchObject({ version: `backfill:${path.replace(/\.sql$/, "")}`, up: { file: path } });
  expect(migration?.up.statements.map(({ sql }) => sql)).toEqual([UPDATE]);
  expect(migration?.up.statements[0]?.source).toMatchObject({ file: path });
  expect(migration?.up.backfill).toMatchObject({ by: ["id"], statement: 0 });
});

it.each([
  ["values of the environment", `-- +goose Up\n-- +goose ENVSUB ON\n${MARK}\n${UPDATE};\n`, "release.substitution"],
  ["a way up without the comment", `-- +goose Up\n${UPDATE};\n-- +goose Down\nSELECT 1;\n`, "release.not-a-backfill"],
])("refuses %s", async (_what, text, code) => {
  const { findings } = await read("fill.sql", text);
  expect(findings.filter(({ severity }) => severity === "error").map((each) => each.code)).toEqual([code]);
});
