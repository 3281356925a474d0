import type { Comparison, Difference } from "../../core/catalog/compare.js";
import { harmOf } from "../../core/catalog/repair/harm.js";
import { plural } from "../../core/plural.js";
import type { Io } from "../io.js";
import { printable } from "../terminal/printable.js";
import { styleFor } from "../terminal/style.js";

/** A comparison for a terminal: what differs, how much it matters, and the SQL that repairs it. */
export function comparisonText(io: Io, comparison: Comparison): string {
  const { differences, repairs, columnOrder, versionOwn } = comparison;
  const style = styleFor(io);
  const colour = { error: style.red, warning: style.yellow, note: style.dim };
  const lines = differences.map(
    ({ severity, message, repair }) =>
      `${colour[severity](severity.padEnd(7))}  ${printable(message)}${repair === null ? style.dim(" (by hand)") : ""}`,
  );
  const sql = repairs.flatMap((repair) => repair.split("\n"));
  const block =
    sql.length === 0
      ? []
      : [
          "",
          `${REPAIRS}:`,
          ...harm(differences).map((text) => `    -- ${printable(text)}`),
          ...sql.map((line) => style.dim(`    ${printable(line)}`)),
          "",
        ];
  const order = columnOrder.map(
    ({ schema, table, actual, declared }) =>
      `order    Table ${printable(`${schema}.${table}`)} has its columns in another order: ${printable(actual.join(", "))}; declared is ${printable(declared.join(", "))}.`,
  );
  const own = versionOwn.map(({ message }) => style.dim(`version  ${printable(message)}`));
  return [...lines, ...order, ...own, ...block, summary(differences, columnOrder.length, versionOwn.length), ""].join(
    "\n",
  );
}

/** The same for a pull request or a chat. */
export function comparisonMarkdown({ differences, repairs, columnOrder, versionOwn }: Comparison): string {
  const rows = differences.map(
    ({ severity, subject, message }) => `| ${severity} | ${cell(subject)} | ${cell(message)} |`,
  );
  const table = rows.length === 0 ? [] : ["| severity | object | difference |", "|--|--|--|", ...rows, ""];
  const lines = repairs.flatMap((repair) => repair.split("\n"));
  const sql =
    lines.length === 0
      ? []
      : [`${REPAIRS}:`, "", ...harm(differences).flatMap((text) => [cell(text), ""]), fenced(lines), ""];
  const order = columnOrder.map(
    ({ schema, table: name }) => `- The columns of ${cell(`${schema}.${name}`)} are in another order.`,
  );
  return [...table, ...sql, ...order, summary(differences, columnOrder.length, versionOwn.length), ""].join("\n");
}

function summary(differences: readonly Difference[], order: number, own: number): string {
  const head = differences.length === 0 ? "The catalogs are equal." : `${plural(differences.length, "difference")}.`;
  const more = [
    ...(order > 0 ? [`${plural(order, "table")} with another order of columns.`] : []),
    ...(own > 0 ? [`${plural(own, "difference")} caused by the servers' versions.`] : []),
  ];
  return [head, ...more].join(" ");
}

function harm(differences: readonly Difference[]): readonly string[] {
  const text = harmOf(differences.filter(({ repair }) => repair !== null));
  return text === null ? [] : [text];
}

/** The repairs depend on each other, so they are printed together. */
const REPAIRS = "The repairs, in an order in which they run";

function cell(text: string): string {
  return printable(text).replaceAll("|", "\\|").replaceAll("<", "&lt;").replaceAll(/[\n`]/g, " ");
}

/** A fence longer than any run of backticks inside. */
function fenced(lines: readonly string[]): string {
  const text = printable(lines.join("\n"));
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}sql\n${text}\n${fence}`;
}
