import { expect, it } from "vitest";
import { Gate } from "../../support/gate.js";
import { createDatabase } from "../../support/postgres.js";

const BASE = "create table t (id int primary key, a int, repair boolean);";
const LEDGER =
  "create table schema_migrations (version bigint primary key, dirty boolean not null); insert into schema_migrations values (1, false);";
const RELEASE =
  "do $$ declare r record; begin for r in select id from t where repair and a is null loop update t set a = 1 where id = r.id; end loop; end $$; alter table t alter a set not null;";

it("goes on after the approval where only a clone could judge a tenant's rows", { timeout: 120_000 }, async () => {
  const rows = ["select i, i, true from generate_series(1, 2000) i", "values (1, null::int, true)"];
  const databases = await Promise.all(
    rows.map((each) => createDatabase("18", `${BASE} ${LEDGER} insert into t ${each}`)),
  );
  await Promise.all(databases.map(({ client }) => client.end()));
  const gate = new Gate(
    databases.map(({ url }, at) => `tenant-${at},${url},`),
    "golang-migrate",
  );
  try {
    gate.addFile("000001_base.up.sql", Buffer.from(BASE));
    gate.addFile("000002_next.up.sql", Buffer.from(RELEASE));
    expect(await gate.ask()).toMatchObject({ passed: true });
    // What a resume does first: each state again that is not settled.
    expect(await gate.rollOut()).toMatchObject({ status: "passed" });
  } finally {
    gate.destroy();
    await Promise.all(databases.map((database) => database.drop()));
  }
});
