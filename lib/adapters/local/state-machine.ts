import "./promise-with-resolvers.js";
import { randomBytes } from "node:crypto";
import { setMaxListeners } from "node:events";
import {
  ExecutionAbortedError,
  ExecutionError,
  StateMachine,
  type StateMachineDefinition,
} from "aws-local-stepfunctions";
import type { Services } from "./services.js";

type Handler = (event: unknown) => Promise<unknown>;
type JsonValue = Parameters<StateMachine["run"]>[0];

interface TaskState {
  readonly Type: string;
  readonly Resource?: string;
  readonly Parameters?: { readonly FunctionName?: string };
  readonly ItemProcessor?: { readonly States: Readonly<Record<string, TaskState>> };
}

export interface LocalExecutionOptions {
  /** Handlers by the names in the definition's `${Name}` placeholders. */
  readonly handlers: Readonly<Record<string, Handler>>;
  /** What states call besides these handlers. */
  readonly services: Services;
  /** Resolves with the output that the holder of a task token gave. Rejects to leave the execution where it is. */
  waitForToken(token: string): Promise<unknown>;
  /** Called when a state of the outermost machine begins. */
  onState(name: string): void;
  /** Id of the execution; default: the run's name. */
  readonly execution?: string;
  /** When aborted, tasks in flight end, no new one begins, and the execution stays where it is. */
  readonly stop: AbortSignal;
}

export type LocalExecution =
  | { readonly status: "succeeded" }
  | { readonly status: "failed"; readonly error: string; readonly cause: string }
  | { readonly status: "stopped" };

/** Runs the state machine file, unchanged, in this process. */
export async function runStateMachine(
  definition: object,
  input: { readonly run: string; readonly release: string },
  options: LocalExecutionOptions,
): Promise<LocalExecution> {
  const running = new Set<Promise<unknown>>();
  const taskResourceLocalHandlers: Record<string, (input: unknown) => Promise<JsonValue>> = {};
  for (const [name, state] of taskStates((definition as { States: Record<string, TaskState> }).States)) {
    const work = state.Resource?.startsWith(LAMBDA) ? taskWork(name, state, options) : serviceWork(state, options);
    taskResourceLocalHandlers[name] = stoppable(work, options.stop, running);
  }
  const machine = new StateMachine(definition as StateMachineDefinition, { validationOptions: { noValidate: true } });
  const task = {
    // The engine has no task tokens; it reads this one from the context when a state asks for it.
    get Token() {
      return randomBytes(24).toString("base64url");
    },
  };
  const execution = machine.run(
    { ...input },
    {
      overrides: {
        taskResourceLocalHandlers: taskResourceLocalHandlers as never,
        waitTimeOverrides: { ...options.services.pauses },
        retryIntervalOverrides: { ...options.services.pauses },
      },
      context: { Task: task, Execution: { Id: options.execution ?? input.run } } as never,
    },
  );
  const watching = watch(
    execution.eventLogs,
    new Set(Object.keys((definition as { States: object }).States)),
    options.onState,
  );
  setMaxListeners(0, options.stop);
  options.stop.addEventListener("abort", () => execution.abort(), { once: true });
  if (options.stop.aborted) execution.abort();
  try {
    await execution.result;
    return { status: "succeeded" };
  } catch (error) {
    if (error instanceof ExecutionAbortedError || options.stop.aborted) return { status: "stopped" };
    const cause = error instanceof ExecutionError ? error.cause : error;
    const { name, message } = cause as Error;
    return { status: "failed", error: name, cause: message };
  } finally {
    await Promise.allSettled([...running, watching]);
  }
}

const LAMBDA = "arn:aws:states:::lambda:invoke";

/** What a Task does, and what must be waited for after it although nothing in this process works on it. */
interface Work {
  begin(input: unknown): Promise<unknown>;
  finish(output: unknown, input: unknown): unknown;
}

function taskWork(name: string, state: TaskState, options: LocalExecutionOptions): Work {
  const placeholder = /^\$\{(\w+)\}$/.exec(state.Parameters?.FunctionName ?? "")?.[1] ?? "";
  const handler = options.handlers[placeholder];
  if (!handler) throw new Error(`the state ${name} calls ${placeholder || "nothing"}, which is none of our handlers`);
  const waits = state.Resource?.endsWith(".waitForTaskToken") ?? false;
  const payloadOf = (input: unknown) => (input as { Payload: { taskToken?: string } }).Payload;
  return {
    begin: (input) => handler(payloadOf(input)),
    finish: (output, input) =>
      waits ? options.waitForToken(payloadOf(input).taskToken ?? "") : { StatusCode: 200, Payload: output },
  };
}

function serviceWork(state: TaskState, { services }: LocalExecutionOptions): Work {
  const action = (state.Resource ?? "").replace("arn:aws:states:::", "");
  return { begin: (parameters) => services.call(action, parameters), finish: (output) => output };
}

/** A task that was told to stop has neither failed nor succeeded; the execution waits for those in flight. */
function stoppable(
  work: Work,
  stop: AbortSignal,
  running: Set<Promise<unknown>>,
): (input: unknown) => Promise<JsonValue> {
  return async (input) => {
    if (stop.aborted) return never();
    const task = work.begin(input);
    running.add(task);
    try {
      return (await work.finish(await task, input)) as JsonValue;
    } catch (error) {
      if (stop.aborted) return never();
      throw error;
    } finally {
      running.delete(task);
    }
  };
}

async function watch(
  events: AsyncIterable<{ type: string; state?: { name: string } }>,
  outermost: ReadonlySet<string>,
  onState: (name: string) => void,
): Promise<void> {
  for await (const event of events) {
    if (event.type === "StateEntered" && event.state && outermost.has(event.state.name)) onState(event.state.name);
    if (/^Execution(Succeeded|Failed|Aborted|Timeout)/.test(event.type)) return;
  }
}

/** The engine drops an aborted execution, and everything that waits for this. */
function never(): Promise<never> {
  return new Promise(() => {});
}

/** Every Task of the definition by name, including those inside Maps. */
function* taskStates(states: Readonly<Record<string, TaskState>>): Generator<[string, TaskState]> {
  for (const [name, state] of Object.entries(states)) {
    if (state.Type === "Task") yield [name, state];
    if (state.ItemProcessor) yield* taskStates(state.ItemProcessor.States);
  }
}
