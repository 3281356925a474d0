import { z } from "zod";
import { callJson } from "./call-json.js";
import type { Target } from "./target.js";

const LOGS = { service: "logs", protocol: "Logs_20140328" };

const groupsSchema = z.object({ logGroups: z.array(z.object({ logGroupName: z.string() })).default([]) });
const eventsSchema = z.object({
  events: z.array(z.object({ message: z.string() })).default([]),
  nextToken: z.string().optional(),
});

export interface LogLine {
  readonly group: string;
  readonly message: string;
}

/** Every line of the log groups whose names hold `part`. */
export async function readLogs(target: Target, part: string): Promise<readonly LogLine[]> {
  const lines: LogLine[] = [];
  const { logGroups } = groupsSchema.parse(
    await callJson(target, LOGS, "DescribeLogGroups", { limit: 50, logGroupNamePattern: part }),
  );
  for (const { logGroupName: group } of logGroups) {
    let nextToken: string | undefined;
    do {
      const page = eventsSchema.parse(
        await callJson(target, LOGS, "FilterLogEvents", { logGroupName: group, nextToken }),
      );
      lines.push(...page.events.map(({ message }) => ({ group, message })));
      nextToken = page.nextToken;
    } while (nextToken);
  }
  return lines;
}
