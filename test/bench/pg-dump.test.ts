import { describe, expect, it } from "vitest";
import { dumpDifference, normalDump, pgDump, pgDumpMajor } from "../support/pg-dump.js";
import { serverUrl, temporaryDatabase } from "../support/postgres.js";

const major = pgDumpMajor() ?? 0;

/** What the comparison of dumps would be worth nothing without: it sees what is different, and only that. */
describe.runIf(major >= 15)("the comparison of dumps", () => {
  const server = major >= 18 ? "18" : "15";
  const SETUP =
    "create table t (a int, b text); insert into t values (1, 'x'), (2, 'y'); create view v as select a from t";

  it.each([
    ["update t set b = 'z' where a = 2", "2\tz"],
    ["delete from t where a = 1", "1\tx"],
    ["insert into t values (1, 'x')", null],
    ["alter table t alter b set not null", "b text NOT NULL"],
    ["create index i on t (a)", "CREATE INDEX i"],
    ["drop view v", "CREATE VIEW public.v"],
  ])("sees %s", async (change, line) => {
    const { name, client } = await temporaryDatabase(server, SETUP);
    const dump = () => normalDump(pgDump(serverUrl(server, name)), true);
    const before = dump();
    await client.query(change);
    const after = dump();
    expect(after).not.toBe(before);
    if (line !== null) expect(dumpDifference(before, after).join("\n")).toContain(line);
  });

  it("takes the order of rows for nothing, and that of columns when it is told to", async () => {
    const { name, client } = await temporaryDatabase(server, SETUP);
    const dump = (anyOrder: boolean) => normalDump(pgDump(serverUrl(server, name)), anyOrder);
    const [strict, lax] = [dump(false), dump(true)];
    await client.query("update t set b = b where a = 1");
    expect(dump(false)).toBe(strict);
    await client.query(
      "drop view v; alter table t add c int; update t set c = a; alter table t drop a; alter table t rename c to a",
    );
    await client.query("create view v as select a from t");
    expect(dump(true)).toBe(lax);
    expect(dump(false)).not.toBe(strict);
  });
});

it.runIf(major < 15)("is skipped: no pg_dump was found (SCHEMA_GATE_PG_DUMP names one)", () => {});
