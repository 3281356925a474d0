import { readFileSync } from "node:fs";
import { join } from "node:path";
import aslValidator from "asl-validator";
import { describe, expect, it } from "vitest";
import { HANDLERS } from "../../functions/index.js";
import { packageRoot } from "../../lib/adapters/local/package-root.js";
import { eventsOf, type HistoryState } from "../support/history-events.js";

interface State {
  readonly Type: string;
  readonly [field: string]: unknown;
}

const text = readFileSync(join(packageRoot(), "state-machines", "safety-gate.asl.json"), "utf8");
const definition = JSON.parse(text) as { StartAt: string; States: Record<string, State> };

/** Fields that one of the engines ignores or breaks on; a gate must never rely on any of them. */
const FORBIDDEN_FIELDS = [
  "Assign",
  "Arguments",
  "HeartbeatSeconds",
  "HeartbeatSecondsPath",
  "ItemBatcher",
  "ItemReader",
  "Output",
  "ResultWriter",
  "ToleratedFailureCount",
  "ToleratedFailureCountPath",
  "ToleratedFailurePercentagePath",
];

function isDistributed(state: State): boolean {
  const processor = state.ItemProcessor as { ProcessorConfig: { Mode: string } } | undefined;
  return processor?.ProcessorConfig.Mode === "DISTRIBUTED";
}

function* allStates(states: Record<string, State>): Generator<[string, State]> {
  for (const [name, state] of Object.entries(states)) {
    yield [name, state];
    const processor = state.ItemProcessor as { States: Record<string, State> } | undefined;
    if (processor) yield* allStates(processor.States);
  }
}

interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds: number;
  readonly MaxAttempts: number;
  readonly BackoffRate: number;
  readonly MaxDelaySeconds: number;
  readonly JitterStrategy: string;
}

/** Seconds between the first try and the last. */
function waits({ IntervalSeconds, MaxAttempts, BackoffRate, MaxDelaySeconds }: Retrier): number {
  return Array.from({ length: MaxAttempts }, (_, at) => IntervalSeconds * BackoffRate ** at)
    .map((wait) => Math.min(wait, MaxDelaySeconds))
    .reduce((sum, wait) => sum + wait, 0);
}

function tasksOf(name: string): [string, State][] {
  const file = readFileSync(join(packageRoot(), "state-machines", `${name}.asl.json`), "utf8");
  const { States } = JSON.parse(file) as { States: Record<string, State> };
  return [...allStates(States)].filter(([, state]) => state.Type === "Task");
}

const states = [...allStates(definition.States)];
const tasks = states.filter(([, state]) => state.Type === "Task");
const lambdas = tasks.filter(([, state]) => String(state.Resource).startsWith("arn:aws:states:::lambda:invoke"));
const services = tasks.filter((task) => !lambdas.includes(task));
/** States inside a Map, which answer with a status for the tally to judge. */
const inMaps = new Set(states.map(([name]) => name).filter((name) => !(name in definition.States)));

/** States of executions of their own: those inside Maps whose children are executions. */
const inChild = Object.values(definition.States).flatMap((state) => {
  const processor = state.ItemProcessor as
    | { ProcessorConfig: { Mode: string }; States: Record<string, State> }
    | undefined;
  return processor?.ProcessorConfig.Mode === "DISTRIBUTED" ? [...allStates(processor.States)] : [];
});
const inChildren = new Set(inChild.map(([, state]) => state));

describe("safety-gate.asl.json", () => {
  it("is valid Amazon States Language", () => {
    const { isValid, errorsText } = aslValidator(definition, { checkArn: true, checkPaths: true });
    expect(isValid, errorsText("\n")).toBe(true);
  });

  it("names every state once, since the local engine finds handlers by state name", () => {
    const names = states.map(([name]) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(states)("%s uses no field that an engine ignores", (_, state) => {
    expect(Object.keys(state).filter((field) => FORBIDDEN_FIELDS.includes(field))).toEqual([]);
  });

  it.each(Object.entries(definition.States).filter(([, state]) => isDistributed(state)))(
    "%s lets the others go on when one of its executions fails, and the state behind it counts them all",
    (_, state) => {
      expect(state.ToleratedFailurePercentage).toBe(100);
      const counted = { "expected.$": state.ItemsPath, "results.$": expect.any(String) };
      expect(definition.States[String(state.Next)]).toMatchObject({ Parameters: { Payload: counted } });
    },
  );

  it("reads nothing of the context object that the local engine lacks", () => {
    const paths = [...text.matchAll(/"\$\$\.([A-Za-z.]+)/g)].map((match) => match[1]);
    expect([...new Set(paths)].sort()).toEqual(["Execution.Id", "Map.Item.Value", "Map.Item.Value.id", "Task.Token"]);
  });

  it.each(lambdas)("%s calls a handler of ours", (_, state) => {
    const { FunctionName } = state.Parameters as { FunctionName: string };
    expect(Object.keys(HANDLERS)).toContain(/^\$\{(\w+)\}$/.exec(FunctionName)?.[1]);
  });

  it("calls every handler that there is", () => {
    const called = lambdas.map(([, state]) => (state.Parameters as { FunctionName: string }).FunctionName.slice(2, -1));
    expect([...new Set(called)].sort()).toEqual(Object.keys(HANDLERS).sort());
  });

  it.each(tasks)("%s has a timeout, and a Catch for everything", (_, state) => {
    expect(state.TimeoutSeconds ?? state.TimeoutSecondsPath).toBeDefined();
    const catches = state.Catch as { ErrorEquals: string[] }[];
    expect(catches.some((each) => each.ErrorEquals.includes("States.ALL"))).toBe(true);
  });

  it.each(lambdas)("%s is tried again through a minute of throttling, the question to people too", (_, state) => {
    const [throttled, faulty, ...others] = state.Retry as Retrier[];
    expect(throttled).toEqual({
      ErrorEquals: ["TransientFailure", "Lambda.TooManyRequestsException", "Lambda.ClientExecutionTimeoutException"],
      IntervalSeconds: 2,
      MaxAttempts: 6,
      BackoffRate: 2,
      MaxDelaySeconds: 60,
      JitterStrategy: "NONE",
    });
    expect(faulty?.ErrorEquals).toEqual([
      "Lambda.ServiceException",
      "Lambda.AWSLambdaException",
      "Lambda.SdkClientException",
    ]);
    expect(others).toEqual([]);
    expect(waits(throttled as Retrier)).toBeGreaterThan(60);
  });

  it.each([...services, ...tasksOf("sweep-staging")])(
    "%s of a service is tried again through a minute of throttling",
    (_, state) => {
      const retrier = (state.Retry as Retrier[]).at(-1) as Retrier;
      expect(retrier.ErrorEquals.join()).toMatch(/Exception|States\.TaskFailed/);
      expect(retrier.JitterStrategy).toBe("NONE");
      expect(retrier.MaxDelaySeconds).toBeDefined();
      expect(waits(retrier)).toBeGreaterThan(60);
    },
  );

  it.each(lambdas)("%s builds its payload field by field", (_, state) => {
    const { Payload } = state.Parameters as { Payload: Record<string, unknown> };
    expect(Object.values(Payload)).not.toContain("$");
  });

  it.each(lambdas)("%s says which execution calls, so that one that was superseded is refused", (_, state) => {
    const { Payload } = state.Parameters as { Payload: Record<string, unknown> };
    const says = [Payload["worker.$"], Payload["execution.$"]].filter((path) => path !== undefined);
    expect(says).toHaveLength(1);
    // The context object of a child names the child.
    expect(says[0]).toBe(inChildren.has(state) ? says[0] : "$$.Execution.Id");
    if (inChildren.has(state)) expect(["$.worker", "$.execution"]).toContain(says[0]);
  });

  it("waits for copies in histories of their own, which hold all looks at one of 8 hours", () => {
    const waiting = states.filter(([, state]) => state.Type === "Wait" && state.Seconds !== undefined);
    expect(waiting.map(([name]) => name)).toEqual(["WaitForSnapshot", "WaitForInstance"]);
    for (const [name, state] of waiting) expect(inChildren.has(state), name).toBe(true);
    const looks = (8 * 3600) / 30;
    const loops = [
      ["WaitForSnapshot", "LookAtSnapshot", "SnapshotTaken", "CountSnapshotTry"],
      ["WaitForInstance", "LookAtInstance", "InstanceReady", "CountInstanceTry"],
    ];
    const byName = new Map(states);
    const events = loops
      .flat()
      .map((name) => eventsOf(byName.get(name) as HistoryState, { count: 0, events: 0 }) * looks)
      .reduce((sum, each) => sum + each, 0);
    expect(events).toBeLessThan(25_000 - 1000);
  });

  it.each(inChild.filter(([, state]) => state.Type === "Task"))(
    "%s, in a child of a Map, ends with a status whatever happens, so that no child stops its siblings",
    (_, state) => {
      const catches = state.Catch as { ErrorEquals: string[]; Next: string }[];
      const last = catches.at(-1);
      expect(last?.ErrorEquals).toEqual(["States.ALL"]);
      const next = states.find(([name]) => name === last?.Next)?.[1];
      expect(["Pass", "Task"]).toContain(next?.Type);
    },
  );

  it("calls of AWS only what makes and removes staging, and the long task", () => {
    const actions = services.map(([, state]) => String(state.Resource).replace("arn:aws:states:::", ""));
    expect([...new Set(actions)].sort()).toEqual([
      "aws-sdk:rds:createDBInstance",
      "aws-sdk:rds:createDBSnapshot",
      "aws-sdk:rds:deleteDBCluster",
      "aws-sdk:rds:deleteDBInstance",
      "aws-sdk:rds:deleteDBSnapshot",
      "aws-sdk:rds:describeDBClusters",
      "aws-sdk:rds:describeDBInstances",
      "aws-sdk:rds:describeDBSnapshots",
      "aws-sdk:rds:restoreDBClusterToPointInTime",
      "aws-sdk:rds:restoreDBInstanceFromDBSnapshot",
      "codebuild:startBuild.sync",
    ]);
  });

  it.each(states.filter(([name, state]) => state.Type === "Choice" && !inMaps.has(name)))(
    "%s blocks by default",
    (_, state) => {
      const choices = state.Choices as { Next: string }[];
      expect(["Report", "Blocked"]).toContain(state.Default);
      expect(choices.length).toBeGreaterThan(0);
    },
  );

  it.each(states.filter(([name, state]) => state.Type === "Choice" && inMaps.has(name)))(
    "%s, inside a Map, ends by default with a status that is not good, or with the function's own",
    (_, state) => {
      const end = states.find(([name]) => name === state.Default)?.[1];
      const { ok, "ok.$": path } = (end?.Parameters ?? {}) as { ok?: boolean; "ok.$"?: string };
      expect(end?.End).toBe(true);
      expect(path ?? ok).toSatisfy((value: unknown) => value === false || value === "$.answer.ok");
    },
  );

  it("keeps the state of 100,000 tenants below the limit of 256 KiB", () => {
    // 2,000 batches of 50 tenants on 100 hosts, as the plan of the fleet would describe them.
    const hosts = Array.from({ length: 100 }, (_, host) => ({
      id: `tenants-${host}.cluster.example.internal:5432`,
      connections: 8,
      batches: Array.from({ length: 20 }, (_, batch) => ({ id: `all-${host}-${batch}` })),
    }));
    expect(JSON.stringify(hosts).length).toBeLessThan(128 * 1024);
  });
});
