import "../../lib/adapters/local/promise-with-resolvers.js";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import aslValidator from "asl-validator";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../../lib/adapters/local/package-root.js";
import { ServiceError } from "../../lib/adapters/local/services.js";
import { runStateMachine } from "../../lib/adapters/local/state-machine.js";
import { SimulatedRds } from "./support/simulated-rds.js";

const definition = JSON.parse(
  readFileSync(join(packageRoot(), "state-machines", "sweep-staging.asl.json"), "utf8"),
) as object;

/** What the executions of a gate are, by the last part of their ARN; an execution that is not listed is not known any more. */
type Executions = Readonly<Record<string, string>>;

const RUNS: Executions = { alive: "RUNNING", redriven: "PENDING_REDRIVE", failed: "FAILED", stopped: "ABORTED" };

/** Copies of each execution at a simulated RDS, then one sweep. */
async function swept(executions: readonly string[], failing: Readonly<Record<string, string>> = {}) {
  const rds: SimulatedRds = new SimulatedRds({
    endpoint: { Address: "localhost", Port: 5432 },
    looks: 0,
    failing,
    others: {
      pauses: {},
      async call(action, parameters) {
        if (action === "aws-sdk:resourcegroupstaggingapi:getResources")
          return pageOf(found, (parameters as { PaginationToken?: string }).PaginationToken);
        const { ExecutionArn } = parameters as { ExecutionArn: string };
        const Status = RUNS[ExecutionArn.split(":").at(-1) ?? ""];
        if (Status === undefined) throw new ServiceError("Sfn.ExecutionDoesNotExistException", ExecutionArn);
        if (ExecutionArn.includes(":other-gate:")) throw new ServiceError("Sfn.AccessDeniedException", ExecutionArn);
        return { Status };
      },
    },
  });
  for (const execution of executions) await copy(rds, execution);
  const found = tagged(rds);
  const ended = await runStateMachine(
    definition,
    { run: "sweep", release: "" },
    {
      handlers: {},
      services: rds,
      stop: new AbortController().signal,
      onState: () => {},
      waitForToken: () => Promise.reject(new Error("nothing waits")),
    },
  );
  return { rds, ended };
}

async function copy(rds: SimulatedRds, execution: string): Promise<void> {
  const id = `schema-gate-${execution.split(":").at(-1)}`;
  const tags = { execution: `arn:aws:states:eu-central-1:1:execution:${execution}`, name: id, kind: "aurora" };
  const Tags = Object.entries(tags).map(([key, Value]) => ({ Key: `schema-gate:${key}`, Value }));
  const parameters = { DbClusterIdentifier: id, DbInstanceIdentifier: id, Tags };
  await rds.call("aws-sdk:rds:restoreDBClusterToPointInTime", parameters);
  await rds.call("aws-sdk:rds:createDBInstance", parameters);
}

function tagged(rds: SimulatedRds): unknown[] {
  return [...rds.there.cluster.values(), ...rds.there.instance.values()].map(({ tags }) => ({ Tags: tags }));
}

const PAGE = 4;

/** A last page has an empty token. */
function pageOf(found: readonly unknown[], token = "0"): object {
  const end = Number(token) + PAGE;
  return {
    ResourceTagMappingList: found.slice(Number(token), end),
    PaginationToken: end < found.length ? String(end) : "",
  };
}

describe("sweep-staging.asl.json, with a simulated RDS", () => {
  it("is valid Amazon States Language", () => {
    const { isValid, errorsText } = aslValidator(definition, { checkArn: true, checkPaths: true });
    expect(isValid, errorsText("\n")).toBe(true);
  });

  it("removes the copies of executions that ended, and of those that nobody knows any more", async () => {
    const { rds, ended } = await swept(["gate:failed", "gate:stopped", "gate:long-gone"]);
    expect(ended.status).toBe("succeeded");
    expect(rds.left).toEqual([]);
  });

  it("leaves those of executions that work, wait to be redriven, or are another gate's", async () => {
    const { rds, ended } = await swept(["gate:alive", "gate:redriven", "other-gate:failed"]);
    expect(ended.status).toBe("succeeded");
    expect(rds.left).toHaveLength(6);
  });

  it("fails, and so rings the alarm, when one cannot be removed", async () => {
    const { rds, ended } = await swept(["gate:failed"], { deleteDBCluster: "Rds.KmsKeyNotAccessibleException" });
    expect(ended).toMatchObject({ status: "failed", error: "CopiesLeft" });
    expect(rds.left).toEqual(["cluster schema-gate-failed"]);
  });

  it("goes on to the last page, past what stays and what cannot be removed", async () => {
    const staying = ["gate:alive", "gate:redriven", "other-gate:failed"];
    const some = await swept([...staying, "gate:stopped", "gate:long-gone"]);
    expect(some.ended.status).toBe("succeeded");
    expect(some.rds.left).toHaveLength(6);
    const failing = { deleteDBCluster: "Rds.KmsKeyNotAccessibleException" };
    const none = await swept(["gate:stopped", ...staying, "gate:long-gone"], failing);
    expect(none.ended).toMatchObject({ status: "failed", error: "CopiesLeft" });
    expect(none.rds.left.filter((one) => one.startsWith("instance"))).toHaveLength(3);
  });

  it("has nothing to do when there is nothing", async () => {
    expect((await swept([])).ended.status).toBe("succeeded");
  });
});
