import type { FunctionReport } from "../stack/function-reports.js";
import type { Played } from "./play.js";
import { SCENARIOS } from "./scenarios.js";

export interface Compared {
  readonly aws: Played;
  readonly local: Played;
}

/** `docs/aws-scenarios.md`. */
export function scenariosPage(
  engine: string,
  played: ReadonlyMap<string, Compared>,
  functions: readonly FunctionReport[],
): string {
  const rows = SCENARIOS.map((scenario) => {
    const ran = played.get(scenario.name);
    const states = ran ? agreement(ran) : "not played";
    return `| ${scenario.name} | ${scenario.about} | ${ran?.aws.evidence.verdict.status} | ${ran?.local.evidence.verdict.status} | ${ran?.aws.migrated.length} of ${scenario.tenants} | ${states} |`;
  });
  return `${[
    "# The same scenarios on both engines",
    "",
    `Written by \`SCHEMA_GATE_WRITE_SCENARIOS=1 npm run test:aws\` on ${engine}; not edited by hand. The stack is the one of \`cdk deploy\`,`,
    "the tenants are databases of a real PostgreSQL 18, and people decide on the page at the Function URL. _States_ counts the states of the",
    "outermost machine in the order in which they were entered: those of `GetExecutionHistory` against those of the local event log.",
    "",
    "| scenario | what happens | outcome there | outcome here | tenants with the release | states |",
    "| --- | --- | --- | --- | --- | --- |",
    ...rows,
    "",
    "## State by state",
    ...SCENARIOS.flatMap((scenario) => {
      const ran = played.get(scenario.name);
      return ran ? ["", `**${scenario.name}**: ${ran.aws.states.join(" → ")}`] : [];
    }),
    "",
    "## Functions",
    "",
    "Of the REPORT lines of those runs, in the emulator's Node.js process per function. The cold start is the slowest one, from the start of the",
    "process to the loaded handler, on a machine of two cores that the databases share.",
    "",
    "| function | calls | cold start, ms | most memory, MB | setting, MB |",
    "| --- | --- | --- | --- | --- |",
    ...functions.map(
      (one) => `| ${one.name} | ${one.calls} | ${Math.round(one.coldStart)} | ${one.memory} | ${one.memorySetting} |`,
    ),
  ].join("\n")}\n`;
}

function agreement({ aws, local }: Compared): string {
  const same = aws.states.length === local.states.length && aws.states.every((name, at) => name === local.states[at]);
  return same
    ? `${aws.states.length}, the same on both`
    : `differ: ${aws.states.length} there, ${local.states.length} here`;
}
