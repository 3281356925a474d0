import { randomBytes } from "node:crypto";

/** `20260117-093011-7f3a`: sorts by time, fits in a file name, an execution name and a sentence. */
export function newRunId(now: number): string {
  const [date, time] = new Date(now).toISOString().split("T") as [string, string];
  return `${date.replaceAll("-", "")}-${time.slice(0, 8).replaceAll(":", "")}-${randomBytes(2).toString("hex")}`;
}
