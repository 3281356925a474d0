import { createHash, createHmac } from "node:crypto";
import { SFNClient } from "@aws-sdk/client-sfn";
import { z } from "zod";
import type { Target } from "./target.js";

const hash = (text: string) => createHash("sha256").update(text).digest("hex");
const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();

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
    await call(target, "DescribeLogGroups", { limit: 50, logGroupNamePattern: part }),
  );
  for (const { logGroupName: group } of logGroups) {
    let nextToken: string | undefined;
    do {
      const page = eventsSchema.parse(await call(target, "FilterLogEvents", { logGroupName: group, nextToken }));
      lines.push(...page.events.map(({ message }) => ({ group, message })));
      nextToken = page.nextToken;
    } while (nextToken);
  }
  return lines;
}

/** CloudWatch Logs over its JSON protocol, signed with version 4 (AWS General Reference, "Signing AWS API requests"). */
async function call({ endpoint, region }: Target, action: string, input: object): Promise<unknown> {
  const url = new URL(endpoint ?? `https://logs.${region}.amazonaws.com`);
  const body = JSON.stringify(input);
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
  const { accessKeyId, secretAccessKey, sessionToken } = await new SFNClient({ region }).config.credentials();
  const headers: Record<string, string> = {
    "content-type": "application/x-amz-json-1.1",
    host: url.host,
    "x-amz-date": time,
    ...(sessionToken ? { "x-amz-security-token": sessionToken } : {}),
    "x-amz-target": `Logs_20140328.${action}`,
  };
  const names = Object.keys(headers).sort();
  const canonical = [
    "POST",
    "/",
    "",
    ...names.map((name) => `${name}:${headers[name]}`),
    "",
    names.join(";"),
    hash(body),
  ].join("\n");
  const scope = `${time.slice(0, 8)}/${region}/logs/aws4_request`;
  const key = [region, "logs", "aws4_request"].reduce<Buffer>(hmac, hmac(`AWS4${secretAccessKey}`, time.slice(0, 8)));
  const signature = hmac(key, ["AWS4-HMAC-SHA256", time, scope, hash(canonical)].join("\n")).toString("hex");
  const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names.join(";")}, Signature=${signature}`;
  const { host: _, ...sent } = headers;
  const answer = await fetch(url, { method: "POST", headers: { ...sent, authorization }, body });
  if (!answer.ok) throw new Error(`CloudWatch Logs answered ${answer.status} to ${action}: ${await answer.text()}`);
  return answer.json();
}
