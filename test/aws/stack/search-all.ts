import type { HistoryEvent } from "@aws-sdk/client-sfn";
import { clientSettings } from "../../../lib/adapters/aws/clients.js";
import { openStore } from "../../../lib/adapters/aws/s3-store.js";
import type { Traces } from "../engines/aws-engine.js";
import type { LogLine } from "./read-logs.js";
import type { Target } from "./target.js";

/** Task tokens of the executions, which only the task that was given one may know: Step Functions shows them in its parameters. */
export function taskTokens(traces: readonly Traces[]): readonly string[] {
  return traces
    .flatMap(({ history }) => history)
    .flatMap(
      (event) => /"taskToken"\s*:\s*"([^"]+)"/.exec(event.taskScheduledEventDetails?.parameters ?? "")?.[1] ?? [],
    );
}

/** Where one of the secrets is readable: logs of functions, states, errors, artifacts and pages. Never repeats a secret. */
export async function placesOf(
  secrets: readonly string[],
  target: Target,
  traces: readonly Traces[],
  logs: readonly LogLine[],
): Promise<readonly string[]> {
  const found = new Set<string>();
  const look = (place: string, text: string) => {
    if (secrets.some((secret) => text.includes(secret))) found.add(place);
  };
  for (const { group, message } of logs) if (!writtenByEmulator(target, group)) look(`log ${group}`, message);
  for (const { history, pages } of traces) {
    for (const event of history) look(`state ${event.type} ${event.id}`, JSON.stringify(withoutParameters(event)));
    for (const page of pages) look("review page", page);
  }
  const store = openStore(target.bucket, clientSettings(process.env));
  for (const prefix of ["runs/", "approvals/", "audit/", "inputs/", "registry/"])
    for (const key of await store.list(prefix)) look(`object ${key}`, (await store.text(key)) ?? "");
  return [...found];
}

/** An emulator logs what a task is sent also where the machine's setting excludes data; only an account can show what Step Functions does. */
function writtenByEmulator(target: Target, group: string): boolean {
  return target.endpoint !== null && group.startsWith("/aws/vendedlogs/states/");
}

/** What a task was sent, its token included, is in the history alone, for those who may read it. */
function withoutParameters(event: HistoryEvent): HistoryEvent {
  const { taskScheduledEventDetails: _, ...rest } = event;
  return rest;
}
