import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packRelease } from "../../lib/adapters/aws/release-pack.js";
import { packageRoot } from "../../lib/adapters/local/package-root.js";
import { readReleaseFolder } from "../../lib/adapters/local/release-folder.js";
import { databaseName } from "../../lib/cli/commands/demo/tenants.js";
import { configSchema } from "../../lib/core/config/config.js";
import { bundled, NodeFunction } from "../support/aws/node-function.js";
import { PACK_KEY } from "../support/aws/pack-key.js";
import { CERTIFICATE, RdsIamServer } from "../support/aws/rds-iam-server.js";
import { SimulatedAws } from "../support/aws/simulated-aws.js";
import { TestFleet } from "../support/fleet.js";

const RELEASE = "inputs/demo.json.gz";
const USER = "gate_by_iam";

let fleet: TestFleet;
let aws: SimulatedAws;
let rds: RdsIamServer;
let bundle: ReturnType<typeof bundled>;
const started: NodeFunction[] = [];

beforeAll(async () => {
  fleet = await TestFleet.create(2);
  const rules = join(fleet.directory, "server", "data", "pg_hba.conf");
  writeFileSync(rules, `host all ${USER} 127.0.0.1/32 trust\n${readFileSync(rules, "utf8")}`);
  await fleet.inTenant(fleet.tenants[0] ?? "", async (client) => {
    await client.query(`create role ${USER} login in role pg_read_all_data, pg_monitor`);
    await client.query("select pg_reload_conf()");
  });
  aws = await SimulatedAws.start();
  rds = await RdsIamServer.start({ port: fleet.server.port, secretKey: "simulated" });
  bundle = bundled();
});
afterAll(async () => {
  await Promise.all(started.map((one) => one.stop()));
  bundle.remove();
  await rds.stop();
  await aws.close();
  await fleet.destroy();
});

function functionOf(entry: string, environment: Readonly<Record<string, string>> = {}): NodeFunction {
  const variables = { ...aws.variables(), NODE_EXTRA_CA_CERTS: CERTIFICATE, ...environment };
  const made = new NodeFunction({ bundle: bundle.directory, entry, memory: 1024, environment: variables });
  started.push(made);
  return made;
}

/** Loads a run over the tenants behind RDS, and reads its first batch. */
async function introspected(run: string, environment: Readonly<Record<string, string>> = {}): Promise<unknown> {
  const url = (id: string) => `postgres://${USER}@localhost:${rds.port}/${encodeURIComponent(databaseName(id))}`;
  aws.s3.put("registry/tenants.csv", ["id,url", ...fleet.tenants.map((id) => `${id},${url(id)}`), ""].join("\n"));
  const pack = {
    authors: ["dana"],
    mode: "check" as const,
    toolVersion: "1.0.0",
    config: configSchema.parse({
      migrations: "migrations",
      registry: { file: "tenants.csv" },
      connection: { iam: true },
      staging: { mode: "same host" },
      connectionsPerHost: 1,
    }),
    files: await readReleaseFolder(join(packageRoot(), "examples", "demo", "migrations")),
  };
  aws.s3.put(RELEASE, (await packRelease(pack, PACK_KEY)).bytes);
  const loaded = await functionOf("load").invoke({ run, release: RELEASE, execution: `arn:${run}` });
  expect(loaded.ok, loaded.logs).toBe(true);
  const { hosts } = loaded.payload as { hosts: readonly { id: string; batches: readonly { id: string }[] }[] };
  // Load looks at a tenant too.
  rds.signIns.length = 0;
  const introspect = functionOf("introspect", environment);
  const said: unknown[] = [];
  for (const { id: host, batches } of hosts)
    for (const { id: batch } of batches) said.push((await introspect.invoke({ run, host, batch })).payload);
  return said;
}

describe("signing in with RDS IAM tokens (simulated) to a real PostgreSQL", () => {
  it("sends each server a token of its own, signed again for each connection, over verified TLS", async () => {
    const said = await introspected("by-iam");
    expect(said).toEqual(fleet.tenants.map(() => expect.objectContaining({ ok: true })));
    expect(rds.plain).toBe(0);
    expect(rds.signIns).toHaveLength(fleet.tenants.length);
    for (const { token, valid, age } of rds.signIns) {
      expect(token).toMatch(
        new RegExp(`^localhost:${rds.port}/\\?Action=connect&DBUser=${USER}&X-Amz-Algorithm=AWS4-HMAC-SHA256&`),
      );
      expect(valid).toBe(true);
      expect(age).toBeLessThan(60);
    }
    const everything = [...aws.s3.objects.values()].map(({ bytes }) => bytes.toString("latin1")).join("\n");
    expect(everything).not.toContain("X-Amz-Signature");
  });

  it("is a finding for each tenant when the server takes the token of another for none", async () => {
    const said = await introspected("by-another", { AWS_SECRET_ACCESS_KEY: "of-somebody-else" });
    expect(said).toEqual(fleet.tenants.map(() => expect.objectContaining({ ok: false })));
    expect(rds.signIns.some(({ valid }) => !valid)).toBe(true);
    const results = [...aws.s3.objects].filter(([key]) => key.startsWith("runs/by-another/results/Introspect/"));
    expect(results).toHaveLength(fleet.tenants.length);
    for (const [, { bytes }] of results) expect(bytes.toString("utf8")).toContain("introspect.unreachable");
  });

  it("never sends a token to a server whose certificate nobody vouches for", async () => {
    const said = await introspected("unverified", { NODE_EXTRA_CA_CERTS: "" });
    expect(said).toEqual(fleet.tenants.map(() => expect.objectContaining({ ok: false })));
    expect(rds.signIns).toEqual([]);
  });
});
