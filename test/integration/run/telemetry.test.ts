import { createServer } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { TestFleet } from "../../support/fleet.js";
import { OtlpCollector } from "../../support/otlp-collector.js";

let fleet: TestFleet;
let collector: OtlpCollector;
beforeAll(async () => {
  fleet = await TestFleet.create(3);
}, 180_000);
afterAll(() => fleet.destroy());
beforeEach(async () => {
  collector = await OtlpCollector.open();
});
afterEach(() => collector.close());

const environment = () => ({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
const times = (text: string, word: RegExp) => text.match(new RegExp(word, "g"))?.length ?? 0;

it("sends a trace of the run, its states and its tenants, and their metrics", async () => {
  const trace = "0af7651916cd43dd8448eb211c80319c";
  const check = await fleet.run(["check"], {
    ...environment(),
    TRACEPARENT: `00-${trace}-b7ad6b7169203331-01`,
    OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=staging",
    OTEL_EXPORTER_OTLP_HEADERS: "api-key=a-secret-key",
  });
  expect(check.code, check.stderr).toBe(0);
  expect(check.stderr).not.toMatch(/telemetry|a-secret-key/i);
  const { spans, points } = collector;
  expect(new Set(spans.map((span) => span.trace))).toEqual(new Set([trace]));
  const [run, ...otherRuns] = spans.filter(({ name }) => name === "schema-gate check");
  expect(otherRuns).toEqual([]);
  expect(run).toMatchObject({
    parent: "b7ad6b7169203331",
    attributes: {
      "schema_gate.run": fleet.runs().at(-1),
      "schema_gate.command": "check",
      "schema_gate.outcome": "passed",
    },
  });
  const states = spans.filter(({ parent }) => parent === run?.id);
  expect(states.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["Load", "IntrospectHosts", "Diverge", "ProbeHosts", "Lint", "Score", "Report", "Seal"]),
  );
  expect(states.map(({ name }) => name)).not.toContain("StagingMode");
  expect(states.every(({ start, end }) => run && run.start <= start && start <= end && end <= run.end)).toBe(true);
  const introspect = states.find(({ name }) => name === "IntrospectHosts");
  const tenants = spans.filter(({ parent }) => parent === introspect?.id);
  expect(tenants.map(({ attributes }) => attributes["schema_gate.tenant"]).sort()).toEqual([...fleet.tenants].sort());
  expect(tenants.every(({ name, start, end }) => name === "Introspect tenant" && end > start)).toBe(true);
  expect(collector.resources[0]).toMatchObject({
    "service.name": "schema-gate",
    "service.instance.id": fleet.runs().at(-1),
    "deployment.environment.name": "staging",
  });
  expect(collector.headers.every((headers) => headers["api-key"] === "a-secret-key")).toBe(true);
  expect(points).toContainEqual({
    name: "schema_gate.tenant.duration",
    unit: "s",
    attributes: { "schema_gate.phase": "Introspect", "schema_gate.status": "read" },
    count: 3,
    sum: expect.any(Number),
  });
  expect(points.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["schema_gate.run.duration", "schema_gate.state.duration"]),
  );
}, 120_000);

it("sends no SQL and no values of rows, also of a release that is blocked over them", async () => {
  const keys = (text: string) =>
    fleet.inTenant(fleet.tenants[0] ?? "", (client) =>
      client.query(
        `update app.users set account_id = 3, quota_key = ${text} where id in (select id from app.users order by id limit 2)`,
      ),
    );
  await keys("'zz-very-private'");
  const check = await fleet.run(["check"], environment());
  expect(check.code, check.stdout).toBe(1);
  const sent = Buffer.concat(collector.bodies).toString("latin1");
  expect(sent).toContain("schema_gate.findings");
  expect(sent).not.toMatch(/zz-very-private|alter table|create (unique )?index|select /i);
  const run = collector.spans.find(({ name }) => name === "schema-gate check");
  expect(run?.attributes["schema_gate.outcome"]).toBe("blocked");
  expect(
    collector.points.some(
      ({ name, attributes }) => name === "schema_gate.findings" && attributes["schema_gate.severity"] === "error",
    ),
  ).toBe(true);
  await keys("'key-' || id");
}, 120_000);

it.each([
  ["hangs", () => null, /it did not take everything in 3 s/],
  ["answers 400", () => 400, /it answered 400/],
])(
  "goes on with a collector that %s, and says it once",
  async (_what, answer, reason) => {
    collector.answer = answer;
    const plain = performance.now();
    expect((await fleet.run(["check"])).code).toBe(0);
    const quick = performance.now() - plain;
    const begun = performance.now();
    const check = await fleet.run(["check"], environment());
    const took = performance.now() - begun;
    expect(check.code, check.stderr).toBe(0);
    expect(times(check.stderr, /OpenTelemetry collector 127\.0\.0\.1:\d+ fails/)).toBe(1);
    expect(check.stderr).toMatch(reason);
    // The bound of the end, the SDK's loading, and what a busy machine adds.
    expect(took - quick).toBeLessThan(12_000);
  },
  120_000,
);

it("goes on where nobody listens", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  const check = await fleet.run(["check"], { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` });
  expect(check.code, check.stderr).toBe(0);
  expect(times(check.stderr, /OpenTelemetry collector/)).toBe(1);
}, 120_000);

it("says what it does not speak, and goes on", async () => {
  const check = await fleet.run(["check"], { ...environment(), OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" });
  expect(check.code, check.stderr).toBe(0);
  expect(check.stderr).toContain("OpenTelemetry gets nothing: OTEL_EXPORTER_OTLP_PROTOCOL is grpc;");
  expect(collector.requests).toBe(0);
}, 120_000);

it("a rollout in two processes has spans of each tenant that was migrated", async () => {
  expect((await fleet.run(["run", "--no-wait"], environment())).code).toBe(4);
  expect(collector.spans.find(({ name }) => name === "schema-gate run")?.attributes["schema_gate.outcome"]).toBe(
    "waiting for approval",
  );
  expect((await fleet.run(["approve"])).code).toBe(0);
  collector.spans.length = 0;
  const resumed = await fleet.run(["resume"], environment());
  expect(resumed.code, resumed.stderr).toBe(0);
  const migrated = collector.spans.filter(({ name }) => name === "Migrate tenant");
  expect(migrated.map(({ attributes }) => attributes["schema_gate.tenant"]).sort()).toEqual([...fleet.tenants].sort());
  expect(migrated.every(({ attributes }) => attributes["schema_gate.status"] === "migrated")).toBe(true);
  expect(collector.spans.find(({ name }) => name === "schema-gate resume")?.attributes["schema_gate.outcome"]).toBe(
    "passed",
  );
}, 180_000);
