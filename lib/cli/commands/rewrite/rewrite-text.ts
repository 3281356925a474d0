import { plural } from "../../../core/plural.js";
import type { Hold } from "../../../steps/rewrite/hold.js";
import type { RewrittenMigration } from "../../../steps/rewrite/rewrite-folder.js";
import type { WrittenBetween } from "../../../steps/rewrite/written-between.js";
import { printable } from "../../terminal/printable.js";
import { duration, type Style } from "../../terminal/style.js";
import type { PlanFiles } from "./written-files.js";

/** One migration with its steps, what they hold, and what was compared. */
export function rewriteText(result: RewrittenMigration, files: PlanFiles, style: Style): string {
  const { file } = result.migration.up;
  const head = style.bold(printable(file));
  if (result.outcome === "refused") {
    const { code, reason, source } = result.refusal;
    const place = source ? `${source.file}:${source.line}:${source.column} ` : "";
    return `${head}\n  ${style.red("not rewritten")} ${printable(`rewrite.${code}: ${place}${reason}`)}.\n`;
  }
  if (result.outcome === "unchanged") {
    const waits =
      result.condition === null
        ? "nothing to rewrite"
        : `a contract step: run it in a later release, once ${result.condition}`;
    return `${head}\n  ${printable(waits)}.\n`;
  }
  const { plan, proof } = result;
  const lines = [
    head,
    ...[...new Set(plan.rewritten.map(({ title }) => title))].map((title) => `  ${printable(title)}`),
    `  ${style.bold("as it is")}  ${holdText(proof.before)} ${style.dim(`(${duration(proof.before.ms)})`)}`,
    ...plan.steps.flatMap((_, at) => stepLines(result, files, at, style).map((line) => `  ${line}`)),
    ...notes(result, files).map((note) => `  ${printable(note)}`),
  ];
  return `${lines.join("\n")}\n`;
}

function stepLines(
  { plan, proof }: Extract<RewrittenMigration, { outcome: "rewritten" }>,
  files: PlanFiles,
  at: number,
  style: Style,
): string[] {
  const step = plan.steps[at];
  const proved = proof.steps[at];
  if (!step || !proved) return [];
  const path = files.steps[at]?.files[0]?.path ?? `step ${at + 1}`;
  const mode = step.transaction === "none" ? ", outside a transaction" : "";
  const { down } = proved;
  const back =
    down.verdict === "exact" || down.verdict === "order"
      ? down.statements === null
        ? "taken back from rows that the rollout keeps"
        : "way back proved"
      : "no way back, as for the original";
  return [
    `${style.bold(step.phase.padEnd(8))}  ${printable(path)}${mode}: ${holdText(proved.hold)} ${style.dim(`(${duration(proved.ms)}; ${back})`)}`,
    ...(step.condition === null ? [] : [`          in a later release, once ${printable(step.condition)}`]),
    ...(step.backfill === null ? [] : [`          ${printable(step.backfill)}`]),
    ...step.statements.flatMap((sql) => `${sql};`.split("\n")).map((line) => `          ${printable(line)}`),
  ];
}

function holdText({ strongest, watched, writersMs, readersMs }: Hold): string {
  if (!watched && strongest === null) return "its locks are given back before they can be seen";
  if (strongest === null) return "no lock on a table that is in use";
  const mode = strongest
    .replace(/Lock$/, "")
    .replace(/(?<=[a-z])(?=[A-Z])/g, " ")
    .toUpperCase();
  if (writersMs === 0) return `${mode}, nobody waits`;
  return readersMs > 0
    ? `${mode}, readers and writers wait ${span(readersMs)}`
    : `${mode}, writers wait ${span(writersMs)}`;
}

function span(ms: number): string {
  return ms < 10 ? `${ms.toFixed(1)} ms` : duration(ms);
}

function notes(
  { proof, plan }: Extract<RewrittenMigration, { outcome: "rewritten" }>,
  { unwritten }: PlanFiles,
): string[] {
  const { oneByOne, otherOrder, undetermined, numbered, written } = proof;
  return [
    `Proved: the same schema and rows as the original, over ${plural(plan.steps.length, "step")}, and each taken back.`,
    ...(written === null ? [] : [writtenText(written)]),
    ...(oneByOne === null
      ? []
      : [`The original fails as it is written, so it was compared statement by statement: ${oneByOne}.`]),
    ...(otherOrder
      ? ["Columns are in another order at the end; SELECT * and INSERT without a list of columns see it."]
      : []),
    ...(undetermined.length === 0
      ? []
      : [`Values of ${undetermined.join(", ")} differ from run to run; that each row has one was compared.`]),
    ...(numbered.length === 0
      ? []
      : [
          `Rows get their numbers in ${numbered.join(", ")} in another order; that each has one of its own was compared.`,
        ]),
    ...plan.whole.map(
      ({ statement, reason }) =>
        `Line ${statement.source.line} stays one statement, in a step for itself: the rows that it writes are locked until it ends, since ${reason}.`,
    ),
    ...(plan.steps.some(({ phase }) => phase === "backfill")
      ? ["Schema Gate's rollout runs a backfill in batches; the framework alone runs it as one statement."]
      : []),
    ...(unwritten === null ? [] : [`No files: rewrite.${unwritten.code}: ${unwritten.reason}.`]),
  ];
}

function writtenText({ queries, writes, refused, uncompared }: WrittenBetween): string {
  const what = `${plural(writes, "write")} of ${plural(queries, "query", "queries")} between the steps`;
  if (uncompared !== null)
    return `Not compared: ${what}. With their rows the original does not run either: ${uncompared}.`;
  const end = refused === 0 ? "" : `; ${refused} of them refused, as around the original`;
  return `Also the same with ${what}${end}.`;
}
