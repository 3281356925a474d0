import type { LogLine } from "./read-logs.js";

/** What one function took, of its REPORT lines. */
export interface FunctionReport {
  readonly name: string;
  /** Milliseconds of the slowest cold start. */
  readonly coldStart: number;
  /** MB. */
  readonly memory: number;
  readonly memorySetting: number;
  readonly calls: number;
}

const GROUP = /(?:GateFunctions|GateReview)([A-Za-z]+?)(?:F(?:unction)?)?-?[0-9a-fA-F]*-[0-9a-zA-Z]+$/;

/** By the end of the function's name, as far as CloudFormation kept it. */
export function functionReports(lines: readonly LogLine[]): readonly FunctionReport[] {
  const reports = new Map<string, FunctionReport>();
  for (const { group, message } of lines) {
    if (!message.startsWith("REPORT ")) continue;
    const number = (label: string) => Number(new RegExp(`${label}: ([\\d.]+)`).exec(message)?.[1] ?? 0);
    const known = reports.get(group);
    reports.set(group, {
      name: GROUP.exec(group)?.[1] ?? group,
      coldStart: Math.max(known?.coldStart ?? 0, number("Init Duration")),
      memory: Math.max(known?.memory ?? 0, number("Max Memory Used")),
      memorySetting: number("Memory Size"),
      calls: (known?.calls ?? 0) + 1,
    });
  }
  return [...reports.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
