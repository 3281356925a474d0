import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished, vi } from "vitest";
import { Fleet } from "../../../lib/adapters/local/fleet.js";
import { localSecrets } from "../../../lib/adapters/local/secrets.js";
import { openSession } from "../../../lib/adapters/pg/connection.js";
import { configSchema } from "../../../lib/core/config/config.js";
import { isPinned } from "../../../lib/core/config/pinned-host.js";
import { temporaryFolder } from "../../review/harness.js";
import { asksForPassword } from "../../support/asks-for-password.js";

const HOSTS = ["db.example.com", "one.example.com:5433", "*.fleet.example.com", "[2001:db8::1]:5432"];

it.each([
  ["db.example.com", 5432],
  ["DB.EXAMPLE.COM.", 6000],
  ["one.example.com", 5433],
  ["a.b.fleet.example.com", 5432],
  ["2001:db8::1", 5432],
  ["localhost", 1],
  ["127.0.0.1", 1],
  ["::1", 1],
])("may get the password: %s:%i", (host, port) => expect(isPinned(HOSTS, host, port)).toBe(true));

it.each([
  ["evil.example.com", 5432],
  ["db.example.com.evil.com", 5432],
  ["xdb.example.com", 5432],
  ["one.example.com", 5432],
  ["fleet.example.com", 5432],
  ["evilfleet.example.com", 5432],
  ["127.0.0.1.evil.com", 5432],
  ["localhost.evil.com", 5432],
  ["2001:db8::2", 5432],
  ["2001:db8::1", 5433],
])("may not get the password: %s:%i", (host, port) => expect(isPinned(HOSTS, host, port)).toBe(false));

it.each(["url", "replica", "subscriber"])(
  "a registry cannot send it to a host of its own by its %s",
  async (column) => {
    const directory = temporaryFolder();
    const row = { id: "a", url: "postgres://u@db.example.com/a", [column]: "postgres://u@evil.example/a" };
    writeFileSync(join(directory, "t.json"), JSON.stringify([row]));
    const config = configSchema.parse({
      migrations: "m",
      registry: { file: "t.json" },
      connection: { password: "env:P", hosts: ["db.example.com"] },
      staging: { mode: "same host" },
    });
    const secrets = { resolve: async () => "hunter2" };
    await expect(new Fleet(config, secrets, directory).tenants()).rejects.toThrow(
      "connection.password is not sent to evil.example:5432",
    );
  },
);

it.each([
  ["evil.example", undefined],
  ["db.example.com", "hunter2"],
  ["localhost", "hunter2"],
])("PGPASSWORD goes where connection.password would go: %s", async (host, password) => {
  const directory = temporaryFolder();
  writeFileSync(join(directory, "t.json"), JSON.stringify([{ id: "a", url: `postgres://u@${host}/a` }]));
  const config = configSchema.parse({
    migrations: "m",
    registry: { file: "t.json" },
    connection: { hosts: ["db.example.com"] },
    staging: { mode: "same host" },
  });
  const { endpoint } = await new Fleet(config, localSecrets({ PGPASSWORD: "hunter2" }, directory), directory).entry(
    "a",
  );
  expect(endpoint.password).toBe(password);
});

it("the driver takes no password from the environment by itself", async () => {
  const { port, told } = await asksForPassword();
  vi.stubEnv("PGPASSWORD", "hunter2");
  onTestFinished(() => void vi.unstubAllEnvs());
  const endpoint = { host: "127.0.0.1", port, database: "a", user: "u", tls: false };
  await expect(openSession(endpoint, { purpose: "read", statementTimeout: 100, lockTimeout: 100 })).rejects.toThrow();
  expect(told()).toContain("user");
  expect(told()).not.toContain("hunter2");
});
