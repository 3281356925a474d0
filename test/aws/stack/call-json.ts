import { createHash, createHmac } from "node:crypto";
import { SFNClient } from "@aws-sdk/client-sfn";
import type { Target } from "./target.js";

const hash = (text: string) => createHash("sha256").update(text).digest("hex");
const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();

export interface JsonService {
  /** As in its host name and in signatures. */
  readonly service: string;
  /** What its actions begin with. */
  readonly protocol: string;
}

/** A service over its JSON protocol, signed with version 4 (AWS General Reference, "Signing AWS API requests"). */
export async function callJson(
  { endpoint, region }: Target,
  { service, protocol }: JsonService,
  action: string,
  input: object,
): Promise<unknown> {
  const url = new URL(endpoint ?? `https://${service}.${region}.amazonaws.com`);
  const body = JSON.stringify(input);
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
  const { accessKeyId, secretAccessKey, sessionToken } = await new SFNClient({ region }).config.credentials();
  const headers: Record<string, string> = {
    "content-type": "application/x-amz-json-1.1",
    host: url.host,
    "x-amz-date": time,
    ...(sessionToken ? { "x-amz-security-token": sessionToken } : {}),
    "x-amz-target": `${protocol}.${action}`,
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
  const scope = `${time.slice(0, 8)}/${region}/${service}/aws4_request`;
  const key = [region, service, "aws4_request"].reduce<Buffer>(hmac, hmac(`AWS4${secretAccessKey}`, time.slice(0, 8)));
  const signature = hmac(key, ["AWS4-HMAC-SHA256", time, scope, hash(canonical)].join("\n")).toString("hex");
  const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names.join(";")}, Signature=${signature}`;
  const { host: _, ...sent } = headers;
  const answer = await fetch(url, { method: "POST", headers: { ...sent, authorization }, body });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${service} answered ${answer.status} to ${action}: ${text}`);
  return JSON.parse(text || "null");
}
