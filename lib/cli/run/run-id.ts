import { randomInt } from "node:crypto";

/**
 * `20260117-093011-1f4a`: sorts by time, fits in a file name, an execution name and a sentence. The last part is the milliseconds and a
 * random digit, both in hexadecimal, so that of two runs in one second the later is the newest.
 */
export function newRunId(now: number): string {
  const [date, time] = new Date(now).toISOString().split("T") as [string, string];
  const milliseconds = Number(time.slice(9, 12)).toString(16).padStart(3, "0");
  const random = randomInt(16).toString(16);
  return `${date.replaceAll("-", "")}-${time.slice(0, 8).replaceAll(":", "")}-${milliseconds}${random}`;
}
