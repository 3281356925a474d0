import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../../lib/adapters/local/package-root.js";
import { ServiceError } from "../../../lib/adapters/local/services.js";
import { type LocalExecution, runStateMachine } from "../../../lib/adapters/local/state-machine.js";
import { HANDLERS } from "../../../lib/infra/handlers.js";
import { REVIEW } from "../../../lib/infra/review-endpoint.js";
import {
  approverLink,
  decide,
  type FunctionUrlAnswer,
  functionUrlEvent,
  questionIn,
} from "../../support/aws/function-url.js";
import { NodeFunction } from "../../support/aws/node-function.js";
import type { SimulatedAws } from "../../support/aws/simulated-aws.js";

const LINK_KEY = "0123456789abcdef0123456789abcdef-link-key";
const MACHINE = join(packageRoot(), "state-machines", "safety-gate.asl.json");

/** What the process of one function took. */
export interface Used {
  readonly name: string;
  readonly calls: number;
  /** MB: the most that was resident at any moment since the process began. */
  readonly peak: number;
  readonly setting: number;
  /** Milliseconds from the start of the process to the loaded handler. */
  readonly cold: number;
}

/** Every function of the bundle in a process of its own, with the heap of its memory setting, under the state machine file. */
export class FunctionFleet {
  private readonly functions: Readonly<Record<string, NodeFunction>>;
  private readonly used = new Map<string, Used>();
  private lastLog = "";

  constructor(
    private readonly aws: SimulatedAws,
    bundle: string,
    environment: Readonly<Record<string, string>>,
  ) {
    aws.secrets.set("link-key", LINK_KEY);
    const specs = { ...HANDLERS, ReviewPage: REVIEW };
    this.functions = Object.fromEntries(
      Object.entries(specs).map(([name, { entry, memory }]) => {
        this.used.set(name, { name, calls: 0, peak: 0, setting: memory, cold: 0 });
        return [name, new NodeFunction({ bundle, entry, memory, environment: { ...aws.variables(), ...environment } })];
      }),
    );
  }

  /** Of those that were called. */
  report(): readonly Used[] {
    return [...this.used.values()].filter(({ calls }) => calls > 0);
  }

  /** One run to its end, approved by `person` on the page. `onState`: called when a state begins. */
  run(run: string, release: string, person: string, onState: (name: string) => void): Promise<LocalExecution> {
    const handlers = Object.keys(HANDLERS).map((name) => [name, (event: unknown) => this.call(name, event)] as const);
    return runStateMachine(
      JSON.parse(readFileSync(MACHINE, "utf8")) as object,
      { run, release },
      {
        handlers: Object.fromEntries(handlers),
        services: {
          pauses: {},
          call: async (action) => {
            throw new ServiceError("NoSuchService", action);
          },
        },
        stop: new AbortController().signal,
        onState,
        waitForToken: async (token) => {
          this.aws.waiting.add(token);
          const request = async (path: string, init = {}) =>
            (await this.call("ReviewPage", functionUrlEvent(path, init))) as FunctionUrlAnswer;
          const answer = await decide({ request }, approverLink(questionIn(this.aws, run), person, LINK_KEY));
          if (answer.statusCode !== 303) throw new Error(`the page answered ${answer.statusCode}: ${this.lastLog}`);
          return {};
        },
      },
    );
  }

  async stop(): Promise<void> {
    await Promise.all(Object.values(this.functions).map((one) => one.stop()));
  }

  private async call(name: string, event: unknown): Promise<unknown> {
    const before = this.used.get(name);
    const { ok, payload, logs } = (await this.functions[name]?.invoke(event)) ?? { ok: false, payload: null, logs: "" };
    const figure = (label: string) => Number(new RegExp(`${label}: ([\\d.]+)`).exec(logs)?.[1] ?? 0);
    this.lastLog = logs;
    if (before)
      this.used.set(name, {
        ...before,
        calls: (this.used.get(name)?.calls ?? 0) + 1,
        peak: Math.max(this.used.get(name)?.peak ?? 0, figure("Max Memory Used")),
        cold: Math.max(this.used.get(name)?.cold ?? 0, figure("Init Duration")),
      });
    if (ok) return payload;
    const { errorType, errorMessage } = payload as { errorType: string; errorMessage: string };
    throw Object.assign(new Error(errorMessage), { name: errorType });
  }
}
