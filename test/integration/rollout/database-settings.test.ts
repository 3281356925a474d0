import { afterEach, describe, expect, it } from "vitest";
import { MAJORS } from "../../support/majors.js";
import { onServer } from "../../support/postgres.js";
import { RoleFleet } from "../../support/role-fleet.js";

let fleet: RoleFleet | null = null;
afterEach(async () => {
  await fleet?.destroy();
  fleet = null;
});

/** What the login may copy to a clone, and what only a superuser may: for another role, and what only a superuser sets. */
const SETTINGS = [
  "alter database tenant set work_mem = '8MB'",
  `alter database tenant set search_path = app, "a schema, quoted", public`,
  "alter database tenant set shop.region = 'eu'",
  "alter database tenant set log_min_duration_statement = '1s'",
  "alter role application in database tenant set statement_timeout = '5s'",
];

describe.each(MAJORS)("tenants whose database has settings, on %s", (major) => {
  it.each(["createdb", "superuser"])(
    "are migrated and verified by a login that is %s",
    async (attributes) => {
      const connection = attributes === "superuser" ? { superuser: "a server of the tests alone" } : {};
      const made = await RoleFleet.create(major, { databases: 1, attributes });
      fleet = made;
      const [database = ""] = made.databases;
      const named = (sql: string) => sql.replace("tenant", database).replace("application", made.application);
      for (const sql of SETTINGS) await onServer(major, named(sql));
      made.config({
        connection: { role: made.owner, ...connection },
        thresholds: { ask: 1, quorum: 1, block: 1 },
        drift: { allow: [{ object: "*", reason: "set by hand", expires: "2099-01-01" }] },
      });
      made.release("20240201_orders.sql", "CREATE TABLE public.orders (id bigint PRIMARY KEY);\n");
      const { code, stdout, stderr } = await made.command(["run", "--json"]);
      expect(code, stdout + stderr).toBe(0);
      expect(JSON.parse(stdout).tenants).toMatchObject({ total: 1, migrated: 1 });
      expect(stdout + stderr).not.toContain("the release repairs it");
    },
    120_000,
  );
});
