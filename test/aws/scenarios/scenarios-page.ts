import { readFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { packageRoot } from "../../../lib/adapters/local/package-root.js";
import type { FunctionReport } from "../stack/function-reports.js";
import type { Played } from "./play.js";
import { SCENARIOS } from "./scenarios.js";

export interface Compared {
  readonly aws: Played;
  readonly local: Played;
}

const MACHINE = JSON.parse(readFileSync(join(packageRoot(), "state-machines", "safety-gate.asl.json"), "utf8")) as {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, { readonly Type: string; readonly Next?: string }>>;
};
const STATES = MACHINE.States;

export const PAGE = join(packageRoot(), "docs", "aws-scenarios.md");

/**
 * `docs/aws-scenarios.md`. `uploaded`: the scenario "pass", started by its upload and approved in Slack; null if it was not played. `alone`:
 * milliseconds of each function's cold start when nothing else was at work.
 */
export function scenariosPage(
  engine: string,
  played: ReadonlyMap<string, Compared>,
  uploaded: Played | null,
  functions: readonly FunctionReport[],
  alone: ReadonlyMap<string, number>,
): string {
  const rows = SCENARIOS.map((scenario) => {
    const ran = played.get(scenario.name);
    const states = ran ? agreement(ran) : "not played";
    return `| ${scenario.name} | ${scenario.about} | ${ran?.aws.evidence.verdict.status} | ${ran?.local.evidence.verdict.status} | ${ran?.aws.migrated.length} of ${scenario.tenants} | ${states} |`;
  });
  return `${[
    "# The same scenarios on both engines",
    "",
    `Written by \`SCHEMA_GATE_WRITE_SCENARIOS=1 npm run test:aws\` on ${engine}; you may add a new choice by hand, and the next run checks it. \`cdk deploy\` makes the stack,`,
    "the tenants are databases of a real PostgreSQL 18, and people decide on the page at the Function URL, by the link that the topic sent them (an",
    "HTTP endpoint subscribes it as an approver; a run that sends no link fails its test). _States_ compares the states of",
    "the outermost machine in the order in which they were entered: those of `GetExecutionHistory` with those of the local event log. A test",
    "fails if a scenario no longer makes the choices below.",
    "",
    "| scenario | what happens | outcome there | outcome here | tenants with the release | states |",
    "| --- | --- | --- | --- | --- | --- |",
    ...rows,
    "",
    ...(uploaded === null ? [] : startedByUpload(uploaded, played)),
    "## What each choice decides",
    "",
    "Between two choices there is only one path through the [state machine](../state-machines/safety-gate.asl.json).",
    ...SCENARIOS.flatMap((scenario) => {
      const ran = played.get(scenario.name);
      return ran ? ["", `**${scenario.name}**: ${choicesOf(ran.aws.states)}`] : [];
    }),
    "",
    "## Functions",
    "",
    "From the REPORT lines of those runs, in the emulator's Node.js process per function. _Cold start alone_: from the start of the process to the",
    "loaded handler, one function after the other before the first scenario. _Under load_: the slowest of the scenarios, when many processes start",
    "at once on a machine of two cores, shared with the databases. _Processor_: its time in the slowest of all cold starts. The machine's load average",
    `over the last 15 minutes was ${loadavg()[2]?.toFixed(0)} at the end.`,
    "",
    "| function | calls | cold start alone, ms | under load, ms | processor, ms | most memory, MB | setting, MB |",
    "| --- | --- | --- | --- | --- | --- | --- |",
    ...functions.map(({ name, calls, coldStart, processor, memory, memorySetting }) => {
      const figures = [calls, rounded(alone.get(name)), rounded(coldStart), rounded(processor), memory, memorySetting];
      return `| ${name} | ${figures.join(" | ")} |`;
    }),
  ].join("\n")}\n`;
}

function startedByUpload(uploaded: Played, played: ReadonlyMap<string, Compared>): readonly string[] {
  const pass = played.get("pass");
  const states = pass ? agreement({ aws: uploaded, local: pass.local }) : "not compared";
  const { status } = uploaded.evidence.verdict;
  return [
    `_pass_ once more, without \`StartExecution\` and without a page: ${status}, ${uploaded.migrated.length} tenants, states: ${states}. The stack's EventBridge rule`,
    "(off for the others) gets the bucket's event of the upload and starts the run; the same event again starts none. A server of the test stands in",
    "for Slack: the stack posts the question there, and each press goes to the deployed Request URL, signed as Slack signs (`v0`). It is acknowledged,",
    "then decided. Before and after it, these count for nothing: another secret's signature, one of more than five minutes ago, another body, a repeated",
    "message, a member who is no approver.",
    "",
  ];
}

function choicesOf(way: readonly string[]): string {
  return way.flatMap((name, at) => (STATES[name]?.Type === "Choice" ? [`${name} → ${way[at + 1]}`] : [])).join(", ");
}

/** States of a scenario, by the machine and the choices that the committed page shows. */
export function statesOnPage(scenario: string): readonly string[] {
  const mark = `**${scenario}**: `;
  const line = readFileSync(PAGE, "utf8")
    .split("\n")
    .find((text) => text.startsWith(mark));
  const choices = (line?.slice(mark.length).split(", ") ?? []).map((choice) => choice.split(" → "));
  const way: string[] = [];
  const after = (name: string): string | undefined => {
    if (STATES[name]?.Type !== "Choice") return STATES[name]?.Next;
    const [at, next] = choices.shift() ?? [];
    return at === name ? next : undefined;
  };
  for (let name: string | undefined = MACHINE.StartAt; name !== undefined; name = after(name)) way.push(name);
  return choices.length === 0 ? way : [];
}

function rounded(figure: number | undefined): string {
  return figure === undefined ? "" : String(Math.round(figure));
}

function agreement({ aws, local }: Compared): string {
  const same = aws.states.length === local.states.length && aws.states.every((name, at) => name === local.states[at]);
  return same ? "the same on both" : `differ: ${aws.states.length} there, ${local.states.length} here`;
}
