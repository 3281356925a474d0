// A receiver of Schema Gate's webhooks in plain Node: checks who sent an event and when, drops what came twice, prints a line an event.
//
//   WEBHOOK_SECRET=… node examples/webhook-receiver.mjs [PORT]
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const secret = process.env.WEBHOOK_SECRET ?? "";
const key = secret.startsWith("whsec_") ? Buffer.from(secret.slice(6), "base64") : Buffer.from(secret);
if (key.length < 24) throw new Error("WEBHOOK_SECRET needs 24 bytes: openssl rand -base64 32");

/** Older or newer than this is somebody's copy, or a clock that is wrong. */
const TOLERANCE_S = 300;
const seen = new Set();

/** Why a request is not believed; null when it is. */
export function problem(headers, body, now = Date.now()) {
  const [id, timestamp, signatures] = ["id", "timestamp", "signature"].map((name) => headers[`webhook-${name}`]);
  if (!id || !timestamp || !signatures) return "a header is missing";
  if (!(Math.abs(now / 1000 - Number(timestamp)) <= TOLERANCE_S)) return "it is not of this time";
  const expected = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest();
  // Several, while a secret is being replaced.
  const right = signatures.split(" ").some((one) => {
    const [version, base64 = ""] = one.split(",");
    const given = Buffer.from(base64, "base64");
    return version === "v1" && given.length === expected.length && timingSafeEqual(given, expected);
  });
  return right ? null : "the signature is wrong";
}

const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString("utf8");
  const refused = problem(request.headers, body);
  if (refused !== null) {
    response.writeHead(401).end(`${refused}\n`);
    return;
  }
  const { id, type, subject, time, data } = JSON.parse(body);
  // What is sent again after a lost answer has the id that it had.
  if (!seen.has(id)) console.log(`${time} ${type} ${JSON.stringify(subject)} by ${JSON.stringify(data.actor)}`);
  seen.add(id);
  response.writeHead(204).end();
});
server.listen(Number(process.argv[2] ?? 8080), "127.0.0.1", () =>
  console.log(`Listening on http://127.0.0.1:${server.address().port}`),
);
