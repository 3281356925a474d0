import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { onLambda } from "../../functions/aws/lambda.js";
import { handler as load } from "../../functions/aws/load.js";
import { handler as report } from "../../functions/aws/report.js";
import { handler as requestApproval } from "../../functions/aws/request-approval.js";
import { handler as review } from "../../functions/aws/review.js";
import { HANDLERS } from "../../functions/index.js";
import { configSchema } from "../../lib/core/config/config.js";
import { capturedLogs } from "../support/aws/captured-logs.js";
import { context } from "../support/aws/gate-on-aws.js";
import { SimulatedAws } from "../support/aws/simulated-aws.js";

/** Of no run that is known. */
const STRANGE: readonly [string, unknown][] = [
  ["nothing", undefined],
  ["null", null],
  ["a text", "Load"],
  ["a list", [{ run: "known" }]],
  ["no run", { host: "h", batch: "b" }],
  ["a run that is no text", { run: { $: "known" } }],
  ["a run that leaves its folder", { run: "../known" }],
  ["a run that was never loaded", { run: "unknown", host: "h", batch: "b", cluster: "c", taskToken: "t" }],
];
/** Of a run that is known, and that has nothing but its request. */
const BARE: readonly [string, unknown][] = [
  ["its run alone", { run: "known" }],
  [
    "fields of other types",
    { run: "known", host: 1, batch: null, cluster: [], phase: "None", expected: {}, wave: "x" },
  ],
  ["names of nothing", { run: "known", host: "h", batch: "../b", cluster: "../c", wave: -1, taskToken: "token" }],
];
const OWN = { Load: load, RequestApproval: requestApproval, Report: report } as const;

let aws: SimulatedAws;
beforeAll(async () => {
  aws = await SimulatedAws.start();
  Object.assign(process.env, aws.variables());
  capturedLogs();
  aws.secrets.set("link-key", "0123456789abcdef0123456789abcdef-link-key");
});
afterAll(() => aws.close());
beforeEach(() => {
  aws.s3.objects.clear();
  const config = configSchema.parse({
    migrations: "migrations",
    registry: { file: "tenants.csv" },
    staging: { mode: "same host" },
  });
  const request = {
    run: "known",
    command: "run",
    mode: "run",
    requester: "a",
    engine: "aws",
    toolVersion: "1",
    config,
  };
  aws.s3.put("runs/known/request.json", JSON.stringify({ ...request, startedAt: "2026-11-22T17:00:00.000Z" }));
  aws.s3.put("runs/known/input.json", JSON.stringify({ release: "inputs/a.json.gz", execution: "arn:a" }));
});

describe.each(Object.entries(HANDLERS))("the function %s", (name, step) => {
  const handler = OWN[name as keyof typeof OWN] ?? onLambda(name, step);

  it.each(STRANGE)("fails for %s, and writes nothing", async (_, event) => {
    const before = [...aws.s3.objects.keys()];
    await expect(handler(event, context(900_000))).rejects.toThrow();
    expect([...aws.s3.objects.keys()]).toEqual(before);
  });

  it.each(BARE)("never passes anything for %s", async (_, event) => {
    const said = await handler(event, context(900_000)).catch((error: Error) => error.name);
    expect(JSON.stringify(said)).not.toMatch(/"ok":true|"passed"|"approved"|"continue"|"ready"/);
    const outcome = aws.s3.text("runs/known/outcome.json") ?? "";
    expect(outcome).not.toContain('"passed"');
  });
});

describe("the review page's function", () => {
  it.each([
    ["nothing", {}],
    ["a version that Function URLs do not have", { version: "1.0", httpMethod: "POST", path: "/runs/known" }],
    ["another service's event", { Records: [{ eventSource: "aws:sqs", body: "approve" }] }],
  ])("decides nothing for %s", async (_, event) => {
    const said = await review(event as never, context(900_000)).catch((error: Error) => ({ error: error.name }));
    expect((said as { statusCode?: number }).statusCode ?? 500).toBeGreaterThanOrEqual(400);
    expect([...aws.s3.objects.keys()].filter((key) => key.startsWith("approvals/"))).toEqual([]);
    expect(aws.answered).toEqual([]);
  });
});
