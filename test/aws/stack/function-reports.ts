import type { LogLine } from "./read-logs.js";

/** What one function took, of its REPORT lines. */
export interface FunctionReport {
  readonly name: string;
  /** Milliseconds of the slowest cold start. */
  readonly coldStart: number;
  /** Milliseconds of processor time of the slowest cold start; 0 where nobody counts them. */
  readonly processor: number;
  /** MB. */
  readonly memory: number;
  readonly memorySetting: number;
  readonly calls: number;
}

const GROUP = /(?:GateFunctions|GateReview)([A-Za-z]+?)(?:F(?:unction)?)?-?[0-9a-fA-F]*-[0-9a-zA-Z]+$/;

/** `entries`: files of the bundle by the functions' names; else the end of the name, as far as CloudFormation kept it. */
export function functionReports(
  lines: readonly LogLine[],
  entries: ReadonlyMap<string, string>,
): readonly FunctionReport[] {
  const reports = new Map<string, FunctionReport>();
  for (const { group, message } of lines) {
    if (!message.startsWith("REPORT ")) continue;
    const number = (label: string) => Number(new RegExp(`${label}: ([\\d.]+)`).exec(message)?.[1] ?? 0);
    const known = reports.get(group);
    reports.set(group, {
      name: entries.get(group.slice(group.lastIndexOf("/") + 1)) ?? GROUP.exec(group)?.[1] ?? group,
      coldStart: Math.max(known?.coldStart ?? 0, number("Init Duration")),
      processor: Math.max(known?.processor ?? 0, number("Init Processor")),
      memory: Math.max(known?.memory ?? 0, number("Max Memory Used")),
      memorySetting: number("Memory Size"),
      calls: (known?.calls ?? 0) + 1,
    });
  }
  return [...reports.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
