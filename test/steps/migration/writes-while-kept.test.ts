import { beforeAll, describe, expect, it } from "vitest";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { onServer, temporaryDatabase } from "../../support/postgres.js";
import { testSession } from "../../support/session.js";
import { upAndBack } from "../../support/up-and-back.js";

beforeAll(() => loadParser());

const T = "create table t (id int primary key, a text); insert into t values (1, 'x'), (2, 'y')";

/** The copy of the rows is there, the statement has not run: whatever the application writes now is in neither. */
async function upWhileWriting(up: string, write: string) {
  const { url, client } = await temporaryDatabase("18", T);
  const migration = await upAndBack(await testSession(url), up);
  const [{ pid }] = (await client.query("select pg_backend_pid() as pid")).rows;
  let written: Promise<unknown> = Promise.resolve();
  await migration.up({
    async before() {
      written = client.query(write).catch((error: Error) => error);
      await endedOrWaits(pid, written);
    },
  });
  const answer = await written;
  await migration.back();
  return { answer, rows: (await client.query("select id, a from t order by id")).rows };
}

async function endedOrWaits(pid: number, work: Promise<unknown>): Promise<void> {
  let ended = false;
  void work.then(() => {
    ended = true;
  });
  while (!ended) {
    const { rows } = await onServer("18", `select wait_event_type from pg_stat_activity where pid = ${pid}`);
    if (rows[0]?.wait_event_type === "Lock") return;
  }
}

describe("what the application writes while rows are kept aside", () => {
  it("is not taken for the migration's own, and survives the rollback", async () => {
    const { rows } = await upWhileWriting("update t set a = upper(a)", "insert into t values (3, 'mine')");
    expect(rows).toEqual([
      { id: 1, a: "x" },
      { id: 2, a: "y" },
      { id: 3, a: "mine" },
    ]);
  });

  it("survives a TRUNCATE that began before it", async () => {
    const { rows } = await upWhileWriting("truncate t", "insert into t values (3, 'mine')");
    expect(rows.map(({ id }) => id)).toEqual([1, 2, 3]);
  });

  it("is told to the application when its table is dropped, not lost", async () => {
    const { answer, rows } = await upWhileWriting("drop table t", "insert into t values (3, 'mine')");
    expect(String(answer)).toMatch(/relation .* does not exist/);
    expect(rows.map(({ id }) => id)).toEqual([1, 2]);
  });

  it("waits for a column that is dropped, and is never written into it unseen", async () => {
    const { answer, rows } = await upWhileWriting(
      "alter table t drop column a",
      "update t set a = 'mine' where id = 1",
    );
    expect(String(answer)).toMatch(/column "a" .* does not exist/);
    expect(rows).toEqual([
      { id: 1, a: "x" },
      { id: 2, a: "y" },
    ]);
  });
});
