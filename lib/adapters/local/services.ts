type Handler = (event: unknown) => Promise<unknown>;

/** What a state calls besides our own Lambdas. */
export interface Services {
  /** `action` is the end of the state's resource: `codebuild:startBuild.sync`, `aws-sdk:rds:createDBInstance`. Throws errors with AWS's names. */
  call(action: string, parameters: unknown): Promise<unknown>;
  /** Milliseconds that a state waits, or that pass before a retry, instead of what the file says. */
  readonly pauses: Readonly<Record<string, number>>;
}

/** An error with the name under which the state machine catches it. */
export class ServiceError extends Error {
  constructor(
    override readonly name: string,
    message: string,
  ) {
    super(message);
  }
}

interface BuildParameters {
  readonly EnvironmentVariablesOverride: readonly { readonly Name: string; readonly Value: string }[];
}

/** Environment variables of a long task and the fields of its event (`functions/aws/task.ts`). */
const FIELDS: Readonly<Record<string, string>> = {
  SCHEMA_GATE_TASK_RUN: "run",
  SCHEMA_GATE_TASK_HOST: "host",
  SCHEMA_GATE_TASK_BATCH: "batch",
  SCHEMA_GATE_TASK_HELD: "held",
  SCHEMA_GATE_TASK_CLUSTER: "cluster",
};

/** On one machine a long task is the handler itself, which nothing ends; there is no RDS. */
export function localServices(handlers: Readonly<Record<string, Handler>>): Services {
  return {
    // A pause that a person ends, and a window that opens, are noticed within a second.
    pauses: { HoldRollout: 1000 },
    async call(action, parameters) {
      if (action === "codebuild:startBuild.sync") return build(handlers, parameters as BuildParameters);
      throw new ServiceError(
        "NoSuchService",
        `${action} exists only on AWS; use staging.mode "same host" or "server" on one machine`,
      );
    },
  };
}

async function build(handlers: Readonly<Record<string, Handler>>, { EnvironmentVariablesOverride }: BuildParameters) {
  const variables = EnvironmentVariablesOverride.map(({ Name, Value }) => [Name, Value] as const);
  const step = Object.fromEntries(variables).SCHEMA_GATE_TASK_STEP ?? "";
  const event = Object.fromEntries(variables.flatMap(([name, value]) => (FIELDS[name] ? [[FIELDS[name], value]] : [])));
  const output = (await handlers[step]?.(event)) as { readonly ok?: boolean } | undefined;
  if (output?.ok !== true) throw new ServiceError("States.TaskFailed", `the long task of ${step} failed`);
  return { Build: { BuildStatus: "SUCCEEDED" } };
}
