import { type ClientSettings, clientSettings } from "../../adapters/aws/clients.js";
import type { S3Store } from "../../adapters/aws/s3-store.js";
import { UsageError } from "../../api/usage-error.js";
import type { Artifacts } from "../../ports/artifacts.js";
import type { AcceptedInput } from "../../steps/run/accepted-input.js";
import { artifact } from "../../steps/run/records.js";
import { type ExitCode, UnfinishedError } from "../command.js";
import type { Io } from "../io.js";
import { printable } from "../terminal/printable.js";
import { awsAdapters } from "./sdk.js";

/** The stack that the environment names, as far as the command line can reach it. */
export interface Stack {
  readonly store: S3Store;
  readonly settings: ClientSettings;
  readonly aws: Awaited<ReturnType<typeof awsAdapters>>;
}

/** Works on the stack. An AWS refusal is reported in words; exit code 3. */
export async function onStack(io: Io, work: (stack: Stack) => Promise<ExitCode>): Promise<ExitCode> {
  const bucket = variable(io, "SCHEMA_GATE_BUCKET");
  const aws = await awsAdapters();
  const settings = clientSettings(io.env);
  try {
    return await work({ store: aws.openStore(bucket, settings), settings, aws });
  } catch (error) {
    if (error instanceof UsageError || error instanceof UnfinishedError || !isOfAws(error)) throw error;
    throw new UnfinishedError(printable((error as Error).message), "check the credentials, the region and the names");
  }
}

/** ARN of the stack's state machine. Throws `UsageError`. */
export function machineOf(io: Pick<Io, "env">): string {
  return variable(io, "SCHEMA_GATE_STATE_MACHINE");
}

/** A run that the stack knows. */
export interface StackRun {
  readonly run: string;
  readonly artifacts: Artifacts;
  /** ARN of the execution that works on it, or did so last. */
  readonly execution: string;
}

/** A run by its name, or the newest of the stack. Throws `UsageError` that lists what there is. */
export async function findOnStack({ store, aws }: Stack, name: string | undefined): Promise<StackRun> {
  const run = name ?? (await runsOfStack(store))[0];
  if (run === undefined) throw new UsageError("the stack has no runs", "schema-gate run --aws");
  const artifacts = aws.s3Artifacts(store, `runs/${run}`);
  const input = await artifacts.get<AcceptedInput>(artifact.input);
  if (input !== null) return { run, artifacts, execution: input.execution };
  const known = (await runsOfStack(store)).slice(0, 3).join(", ") || "none";
  throw new UsageError(`the stack knows no run ${run}; the newest are: ${known}`, "schema-gate status --aws");
}

/** Names, the newest first, by the time at the end of the name. */
export async function runsOfStack(store: S3Store): Promise<readonly string[]> {
  const runs = (await store.folders("runs/")).filter((name) => !name.startsWith("."));
  const time = (run: string) => /-(\d{8}T\d{6}Z)$/.exec(run)?.[1] ?? "";
  return runs.toSorted((a, b) => time(b).localeCompare(time(a)) || b.localeCompare(a));
}

/** Where a person sees the execution. */
export function consoleAddress(execution: string): string {
  const region = execution.split(":")[3] ?? "";
  return `https://${region}.console.aws.amazon.com/states/home?region=${region}#/v2/executions/details/${execution}`;
}

function variable(io: Pick<Io, "env">, name: string): string {
  const value = io.env[name];
  if (value === undefined || value === "")
    throw new UsageError(`--aws needs the environment variable ${name}`, `export ${name}=…   (an output of the stack)`);
  return value;
}

function isOfAws(error: unknown): boolean {
  const { name } = error as Error;
  return name === "StoreError" || "$metadata" in (error as object) || /Credentials|Endpoint|Region/.test(name);
}
