import { z } from "zod";

/** A function of the stack, as the emulator lists it. */
export interface DeployedFunction {
  readonly name: string;
  /** Its file in the bundle. */
  readonly entry: string;
}

export interface FunctionAnswer {
  /** Name of the error, or null when it returned something. */
  readonly error: string | null;
  readonly payload: unknown;
  /** The end of what it logged. */
  readonly log: string;
}

const list = z.object({
  Functions: z.array(z.object({ FunctionName: z.string(), Handler: z.string() })),
  NextMarker: z.string().nullish(),
});
const thrown = z.object({ errorType: z.string() });

/** The stack's functions that are ours, in the order of their names. */
export async function functionsAt(endpoint: string): Promise<readonly DeployedFunction[]> {
  const found: DeployedFunction[] = [];
  let marker = "";
  do {
    const answer = await call(endpoint, `/2015-03-31/functions/?MaxItems=50${marker}`, { method: "GET" });
    const { Functions: functions, NextMarker: next } = list.parse(await answer.json());
    for (const { FunctionName: name, Handler: handler } of functions)
      if (name.startsWith("SchemaGate-")) found.push({ name, entry: handler.replace(/\.handler$/, "") });
    marker = next ? `&Marker=${encodeURIComponent(next)}` : "";
  } while (marker !== "");
  return found.sort((a, b) => (a.entry < b.entry ? -1 : 1));
}

/** One call of a function with an event, past whatever would call it. */
export async function invokeFunction(endpoint: string, name: string, event: unknown): Promise<FunctionAnswer> {
  const answer = await call(endpoint, `/2015-03-31/functions/${encodeURIComponent(name)}/invocations`, {
    method: "POST",
    headers: { "x-amz-log-type": "Tail" },
    body: JSON.stringify(event),
  });
  const payload = JSON.parse((await answer.text()) || "null") as unknown;
  const failed = answer.headers.get("x-amz-function-error") !== null;
  const log = Buffer.from(answer.headers.get("x-amz-log-result") ?? "", "base64").toString("utf8");
  return { error: failed ? (thrown.safeParse(payload).data?.errorType ?? "unknown") : null, payload, log };
}

/** An emulator looks for the service in the signature, and believes it. */
async function call(endpoint: string, path: string, init: RequestInit): Promise<Response> {
  const authorization =
    "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/lambda/aws4_request, SignedHeaders=host, Signature=0";
  const answer = await fetch(`${endpoint}${path}`, { ...init, headers: { ...init.headers, authorization } });
  if (!answer.ok) throw new Error(`Lambda answered ${answer.status} to ${path}: ${await answer.text()}`);
  return answer;
}
