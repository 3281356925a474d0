import { createSocket, type Socket } from "node:dgram";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packRelease } from "../../lib/adapters/aws/release-pack.js";
import { configSchema } from "../../lib/core/config/config.js";
import { bundled, NodeFunction } from "../support/aws/node-function.js";
import { PACK_KEY } from "../support/aws/pack-key.js";
import { SimulatedAws } from "../support/aws/simulated-aws.js";

const PASSWORD = "the-password-in-the-registry";
const TRACE = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";

interface Segment {
  readonly name: string;
  readonly trace_id: string;
  readonly parent_id: string;
  readonly id: string;
  readonly annotations?: Readonly<Record<string, unknown>>;
  readonly aws?: Readonly<Record<string, unknown>>;
  readonly error?: boolean;
}

let daemon: Socket;
let aws: SimulatedAws;
let load: NodeFunction;
let bundle: ReturnType<typeof bundled>;
const packets: string[] = [];

/** The bundle's Load as Lambda runs it, with somebody who listens where the X-Ray daemon would. */
beforeAll(async () => {
  daemon = createSocket("udp4");
  daemon.on("message", (packet) => packets.push(packet.toString("utf8")));
  await new Promise<void>((resolve) => daemon.bind(0, "127.0.0.1", resolve));
  aws = await SimulatedAws.start();
  aws.secrets.set("registry", `id,url\none,postgres://gate:${PASSWORD}@127.0.0.1:5432/one\n`);
  const config = { migrations: "migrations", registry: { file: "none" }, staging: { mode: "same host" } };
  const pack = {
    authors: ["dana"],
    mode: "check" as const,
    toolVersion: "1.0.0",
    config: configSchema.parse(config),
    files: [{ path: "V1__a.sql", bytes: Buffer.from("create table a (id int primary key);") }],
  };
  aws.s3.put("inputs/one.json.gz", (await packRelease(pack, PACK_KEY)).bytes);
  bundle = bundled();
  load = new NodeFunction({
    bundle: bundle.directory,
    entry: "load",
    memory: 1024,
    environment: {
      ...aws.variables(),
      SCHEMA_GATE_REGISTRY: "secret:registry",
      AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
      AWS_XRAY_DAEMON_ADDRESS: `127.0.0.1:${daemon.address().port}`,
    },
  });
});
afterAll(async () => {
  await load.stop();
  bundle.remove();
  await aws.close();
  daemon.close();
});

/** Segments after the header line of each packet, once one of that name has come. */
async function segments(until: string): Promise<readonly Segment[]> {
  for (const deadline = Date.now() + 20_000; Date.now() < deadline; await new Promise(setImmediate)) {
    const read = packets.map((packet) => JSON.parse(packet.slice(packet.indexOf("\n") + 1)) as Segment);
    if (read.some((segment) => segment.name === until)) return read;
  }
  throw new Error(`no segment ${until} among ${packets.length} packets`);
}

describe("a function's trace", () => {
  it("shows the step with its run, and each call of AWS below it, and no secret", async () => {
    const event = { run: "traced", release: "inputs/one.json.gz", execution: "arn:aws:states:::execution:gate:traced" };
    const { ok, logs } = await load.invoke(event, TRACE);
    expect(ok, logs).toBe(true);
    const all = await segments("## load");
    const step = all.find((segment) => segment.name === "## load");
    expect(step).toMatchObject({
      trace_id: "1-5759e988-bd862e3fe1be46a994272793",
      parent_id: "53995c3f42cd8ad8",
      annotations: { step: "load", run: "traced", Service: "schema-gate", ColdStart: true },
    });
    const calls = all.filter((segment) => segment.parent_id === step?.id);
    expect(calls.map((call) => `${call.name} ${call.aws?.operation}`)).toEqual(
      expect.arrayContaining(["S3 GetObject", "S3 PutObject", "SecretsManager GetSecretValue"]),
    );
    expect(packets.join()).not.toContain(PASSWORD);
    expect(logs).not.toContain(PASSWORD);
  });

  it("shows what failed by the error's name, without its message", async () => {
    packets.length = 0;
    const event = { run: "untraced", release: "inputs/none.json.gz", execution: "arn:aws:states:::execution:gate:x" };
    expect(await load.invoke(event, TRACE)).toMatchObject({ ok: false, payload: { errorType: "ReleasePackError" } });
    const step = (await segments("## load")).find((segment) => segment.name === "## load");
    expect(step).toMatchObject({ error: true, annotations: { run: "untraced", error: "ReleasePackError" } });
    expect(packets.join()).not.toContain("there is no release");
  });
});
