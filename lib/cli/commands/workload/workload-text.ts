import { plural } from "../../../core/plural.js";
import { REASONS, type Workload, type WorkloadQuery } from "../../../core/workload/workload.js";
import { printable, printableLine } from "../../terminal/printable.js";
import type { Style } from "../../terminal/style.js";

const SHOWN = 25;
const WIDTH = 100;

/** The busiest queries, what is left out and why, and the total. */
export function workloadText(workload: Workload, style: Style): string {
  const { queries, unexamined, remarks } = workload;
  const lines = queries.slice(0, SHOWN).flatMap((query) => queryLines(query, style));
  const more = queries.length > SHOWN ? [`… and ${plural(queries.length - SHOWN, "more query", "more queries")}`] : [];
  const left = unexamined.map(
    ({ reason, count, places }) =>
      `${plural(count, "text")} ${count === 1 ? REASONS[reason] : `each ${REASONS[reason]}`}: ${printableLine(places.slice(0, 3).join(", "))}`,
  );
  return [...lines, ...more, ...left, ...remarks.map(printable), summaryOf(workload)].join("\n");
}

function queryLines({ id, text, role, versions, callsPerHour, calls, sources }: WorkloadQuery, style: Style): string[] {
  const often =
    callsPerHour === null ? (calls === null ? null : plural(calls, "call")) : `${rate(callsPerHour)} an hour`;
  const about = [often, role, versions.join(" "), sources[0]?.place].filter((part) => part);
  const line = printableLine(text.replace(/\s+/g, " "));
  return [
    `${style.bold(id)}  ${printableLine(about.join(" · "))}`,
    `    ${line.length > WIDTH ? `${line.slice(0, WIDTH - 1)}…` : line}`,
  ];
}

function rate(callsPerHour: number): string {
  return callsPerHour < 10 ? callsPerHour.toFixed(1) : plural(Math.round(callsPerHour), "call");
}

export function summaryOf({ queries, versions, unexamined }: Workload): string {
  const left = unexamined.reduce((sum, { count }) => sum + count, 0);
  const of = versions.length > 0 ? ` of ${printableLine(versions.join(", "))}` : "";
  return `${plural(queries.length, "query", "queries")}${of}; ${plural(left, "text")} not examined`;
}
