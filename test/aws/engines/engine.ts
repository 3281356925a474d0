import type { Evidence } from "../../../lib/core/evidence/evidence.js";

/** What is to be run, whatever runs it. */
export interface Job {
  /** Name of the run. */
  readonly run: string;
  /** Tenants with their URLs, without passwords. */
  readonly tenants: Readonly<Record<string, string>>;
  /** Keys of the config that this run has beside or instead of the common ones. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Called once people are asked. */
  onQuestion(question: Question): Promise<void>;
  /** The tenant at which the process that reads it disappears. */
  readonly vanishesAt: string | null;
}

export interface Question {
  decide(verdict: "approve" | "reject"): Promise<void>;
}

export interface Ran {
  readonly status: "succeeded" | "failed";
  /** Null when it succeeded. */
  readonly error: string | null;
  /** The states of the outermost machine, in the order in which they were entered. */
  readonly states: readonly string[];
  readonly evidence: Evidence;
}

export interface Engine {
  readonly name: string;
  run(job: Job): Promise<Ran>;
}

/** The config of a run, as either engine is given it. */
export function configOf(job: Job, registry: string, password: string): object {
  return {
    migrations: "migrations",
    registry: { file: registry },
    connection: { password, superuser: "a server of the tests alone" },
    staging: { mode: "same host" },
    requester: "release-pipeline",
    ...job.config,
    approval: { approvers: [{ id: "alex" }], ...(job.config.approval as object | undefined) },
    rollout: { canary: 1, growth: 6, maxWave: 150, ...(job.config.rollout as object | undefined) },
  };
}

export function registryOf(job: Job): string {
  return ["id,url", ...Object.entries(job.tenants).map(([id, url]) => `${id},${url}`), ""].join("\n");
}
