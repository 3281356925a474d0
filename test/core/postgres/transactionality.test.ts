import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { refusedInTransaction, transactionalityOf } from "../../../lib/core/postgres/transactionality.js";
import { isParsed, loadParser, parseSql } from "../../../lib/core/sql/parse.js";
import { MAJORS } from "../../support/majors.js";
import { SCHEMA, statementsOf } from "../../support/operation-statements.js";
import type { Major } from "../../support/postgres.js";
import { sharedDatabase } from "../../support/shared-database.js";

beforeAll(() => loadParser());

const SUBSCRIPTION = "create subscription sub connection 'host=/nowhere' publication p with";

/** Forms that the server refuses in a transaction block, and their nearest neighbours that it does not. */
const FORMS: readonly string[] = [
  "create index concurrently on t (d)",
  "create unique index concurrently t_d on t (d)",
  "create index on t (d)",
  "drop index concurrently t_a",
  "drop index t_a",
  "reindex table concurrently t",
  "reindex (concurrently) index t_a",
  "reindex (concurrently false) table t",
  "reindex table t",
  "reindex index t_a",
  "reindex schema public",
  "reindex database postgres",
  "reindex system postgres",
  "alter table alone detach partition alone_1 concurrently",
  "alter table alone detach partition alone_1",
  "vacuum",
  "vacuum t",
  "vacuum (analyze) t",
  "vacuum full t",
  "analyze",
  "analyze t",
  "cluster",
  "cluster t using t_a",
  "checkpoint",
  "create database n",
  "drop database if exists n",
  "alter database postgres set tablespace pg_default",
  "alter database postgres connection limit 50",
  "alter database postgres set work_mem to '4MB'",
  "create tablespace n location '/nowhere'",
  "drop tablespace if exists n",
  "alter tablespace pg_default set (seq_page_cost = 1)",
  "alter system set work_mem to '4MB'",
  "alter system reset work_mem",
  "discard all",
  "discard plans",
  "discard temp",
  "commit prepared 'n'",
  "rollback prepared 'n'",
  `${SUBSCRIPTION} (connect = false)`,
  `${SUBSCRIPTION} (create_slot = false, connect = false)`,
  `${SUBSCRIPTION} (create_slot)`,
  "create subscription sub connection 'host=/nowhere' publication p",
  "drop subscription kept",
  "alter subscription kept disable",
  "alter subscription kept owner to current_user",
  "alter subscription kept set publication p with (refresh = false)",
  "alter type mood add value 'c'",
  "alter type mood rename value 'a' to 'c'",
  "create role n",
  "drop role if exists n",
  "create extension if not exists plpgsql",
  "notify n",
  "listen n",
  "refresh materialized view concurrently m",
  "truncate t cascade",
  "create publication p for all tables",
  "create event trigger e on ddl_command_start execute function et()",
  "set transaction isolation level serializable",
];

/** Refused once the subscription is enabled, which needs a publisher: the text decides, and the manual says so. */
const BY_THE_MANUAL: readonly string[] = [
  "alter subscription kept refresh publication",
  "alter subscription kept set publication p",
  "alter subscription kept add publication p",
  "alter subscription kept drop publication p with (refresh = true)",
];

const tree = (sql: string) => {
  const [statement] = parseSql(sql, "m.sql").statements;
  if (!statement || !isParsed(statement)) throw new Error(`not parsed: ${sql}`);
  return statement;
};

const fits = (major: Major) => (sql: string) =>
  major !== "13" || !/detach.*concurrently$|subscription|^reindex \(concurrently/.test(sql);

describe.each(MAJORS)("what %s refuses in a transaction block", (major: Major) => {
  const database = sharedDatabase(
    major,
    `${SCHEMA} create function et() returns event_trigger language plpgsql as 'begin end';
     create subscription kept connection 'host=/nowhere' publication p with (connect = false)`,
  );

  /** A database that has one cannot be dropped. */
  afterAll(async () => {
    for (const sql of ["disable", "set (slot_name = none)"])
      await database.client.query(`alter subscription kept ${sql}`);
    await database.client.query("drop subscription kept");
  });

  /** Whether the refusal is the answer; any other failure would come outside a transaction too. */
  const refuses = async (sql: string): Promise<boolean> => {
    await database.client.query("begin");
    try {
      await database.client.query(sql);
      return false;
    } catch (error) {
      return (error as { code?: string }).code === "25001";
    } finally {
      await database.client.query("rollback");
    }
  };

  it.each(FORMS.filter(fits(major)))("%s", async (sql) => {
    expect(refusedInTransaction(tree(sql)) !== undefined).toBe(await refuses(sql));
  });

  it("is none of the statements whose locks are measured", async () => {
    for (const sql of statementsOf(major)) {
      expect(transactionalityOf(tree(sql)), sql).not.toBe("outside");
      expect(await refuses(sql), sql).toBe(false);
    }
  });
});

describe("a subscription that refreshes", () => {
  it.each(BY_THE_MANUAL)("is outside: %s", (sql) => {
    expect(transactionalityOf(tree(sql))).toBe("outside");
  });
});
