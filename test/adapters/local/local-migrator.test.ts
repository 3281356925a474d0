import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { localMigrator } from "../../../lib/adapters/local/local-migrator.js";
import { localSecrets } from "../../../lib/adapters/local/secrets.js";
import { openSession } from "../../../lib/adapters/pg/connection.js";
import type { MigratorCommand } from "../../../lib/core/migration/migrator-command.js";
import { redact } from "../../../lib/core/redact.js";
import type { MigratorOptions } from "../../../lib/ports/migrator.js";
import { writeMigrator } from "../../support/migrator-program.js";
import { onServer, serverUrl, temporaryDatabase } from "../../support/postgres.js";

const PASSWORD = "s3cret/with:odd@signs";
const environment = { PATH: process.env.PATH, TENANT_PASSWORD: "ours", TOKEN: "token-of-theirs" };

describe("a team's own program", () => {
  let directory: string;

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), "schema-gate-migrator-"));
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  const run = async (
    body: string,
    more: Partial<MigratorCommand> = {},
    options: Partial<MigratorOptions> = {},
    setup = "",
    seal = async () => "as begun",
  ) => {
    const { name, client } = await temporaryDatabase("18", setup);
    const role = `r_${name.slice(5, 25)}`;
    await onServer("18", `create role ${role} superuser login password '${PASSWORD}'`);
    const { hostname, port } = new URL(serverUrl("18"));
    const endpoint = { host: hostname, port: Number(port), database: name, user: role, password: PASSWORD, tls: false };
    const session = await openSession(endpoint, { purpose: "write", statementTimeout: 0, lockTimeout: 0 });
    const program = writeMigrator(directory, body);
    const command = { argv: [program], timeout: 20_000, environment: {}, sha256: null, ...more };
    const migrator = localMigrator({
      secrets: localSecrets(environment, directory),
      directory,
      environment,
      seal,
    });
    try {
      const output = await migrator
        .run(session, command, { schema: null, lockTimeout: 2_000, since: "infinity", ...options })
        .catch((error: unknown) => error as Error & { output: string });
      const others = await client.query(
        "select 1 from pg_stat_activity where datname = current_database() and application_name = 'schema-gate-migrator'",
      );
      return { output, client, others: others.rowCount };
    } finally {
      await session.close();
      await client.query(`drop owned by ${role}`);
      await onServer("18", `drop role ${role}`);
    }
  };

  it("migrates the database in DATABASE_URL, with our lock_timeout, and sees nothing of our environment", async () => {
    const body = `
      await client.query("create table made (a int)");
      const { rows } = await client.query("select current_setting('lock_timeout') as limit, current_schema as first");
      console.log(rows[0].limit, rows[0].first, process.env.TENANT_PASSWORD, process.env.LEVEL);`;
    const { output } = await run(body, { environment: { LEVEL: "info" } });
    expect(output).toBe("2s public undefined info\n");
    const schema = await run(body, {}, { schema: "odd name" }, 'create schema "odd name"');
    expect(schema.output).toBe("2s odd name undefined undefined\n");
  });

  it("what it prints is kept without any secret, in whatever form", async () => {
    const body = `
      console.log(process.env.DATABASE_URL);
      console.error(client.password, JSON.stringify({ p: client.password }), btoa(client.password), process.env.TOKEN);
      console.log("postgres://other:unknown@host/db");
      process.exitCode = 3;`;
    const { output } = await run(body, { environment: { TOKEN: "env:TOKEN" } });
    const failed = output as Error & { output: string };
    // Two pipes: which of them is read last is nobody's promise.
    expect(failed.message).toContain("ended with code 3; the last it said: ");
    expect(failed.output).toContain("postgres://other:***@host/db");
    const text = failed.output + failed.message;
    const forms = [PASSWORD, encodeURIComponent(PASSWORD), btoa(PASSWORD), "token-of-theirs", "unknown"];
    for (const secret of forms) expect(text).not.toContain(secret);
    expect(failed.output).toContain("***");
  });

  it("is stopped at its time, with what it started and the sessions that it opened", async () => {
    const body = `
      const { spawn } = await import("node:child_process");
      spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "inherit" });
      process.on("SIGTERM", () => {});
      console.log("begun");
      await client.query("set client_connection_check_interval = 0");
      await client.query("select pg_sleep(600)");`;
    const { output, others } = await run(body, { timeout: 1_500 });
    expect((output as Error).message).toMatch(/did not end within 1.5 s and was stopped; the last it said: begun/);
    expect(others).toBe(0);
  });

  it("is refused when it is another program, not there, or lacks a secret", async () => {
    const messages = [];
    for (const more of [
      { sha256: "0".repeat(64) },
      { argv: ["./nowhere"] },
      { argv: ["no-such-program-anywhere"] },
      { environment: { X: "env:NOT_SET" } },
    ]) {
      messages.push(((await run("", more)).output as Error).message);
    }
    expect(messages[0]).toMatch(/is not the one that the run began with/);
    expect(messages[1]).toMatch(/could not be started: .*ENOENT/);
    expect(messages[2]).toMatch(/could not be started: .*ENOENT/);
    expect(messages[3]).toMatch(/needs a secret: the environment variable NOT_SET is not set/);
  });

  it("has failed when a file of it was exchanged while it ran, with what it printed", async () => {
    const seals = ["approved", "another"];
    const seal = async () => seals.shift() ?? "";
    const { output } = await run('console.log("done")', { sha256: "approved" }, {}, "", seal);
    expect((output as Error).message).toMatch(/was exchanged while it ran, so nobody knows what ran/);
    expect((output as Error & { output: string }).output).toBe("done\n");
  });
});

describe("redact", () => {
  it("takes longer secrets first, and each line of one that has several", () => {
    expect(redact("abcdef abc", ["abc", "abcdef"])).toBe("*** ***");
    expect(redact("-----\nkey-material\n", ["-----BEGIN\nkey-material\n"])).toBe("-----\n***\n");
    expect(redact("nothing", [""])).toBe("nothing");
  });
});
