// Verifies a sealed run with nothing but Node: node verify-audit.mjs RUN-FOLDER [PUBLIC-KEY.pem]
// It shares no code with Schema Gate; docs/audit.md describes the format that it reads.
import { createHash, createPublicKey, verify } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";

const [folder, trustedKey] = process.argv.slice(2);
const problems = [];
const check = (holds, message) => holds || problems.push(message);
const read = (path) => readFileSync(join(folder, path));
const text = (path) => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(read(path));
const sha256 = (...parts) =>
  parts.reduce((hash, part) => hash.update(Buffer.from(part)), createHash("sha256")).digest();

function linesOf(path) {
  const lines = text(path).split("\n");
  check(lines.pop() === "", `${path}: its last line is torn`);
  return lines;
}

// RFC 8785: JavaScript's own numbers and strings are the canonical ones; keys are sorted by UTF-16 units.
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`;
}

// RFC 6962: a tree splits at the largest power of two below its size.
function root(leaves) {
  if (leaves.length < 2) return sha256(...leaves.flatMap((leaf) => [[0], leaf]));
  const split = 2 ** Math.ceil(Math.log2(leaves.length) - 1);
  return sha256([1], root(leaves.slice(0, split)), root(leaves.slice(split)));
}

// 1. The chain: each event carries its own hash and the one of the event before.
let previous = "0".repeat(64);
const events = linesOf("audit.jsonl").map((line, index) => {
  const { hash, ...event } = JSON.parse(line);
  check(canonical({ ...event, hash }) === line, `audit.jsonl:${index + 1}: not in its canonical form`);
  check(sha256(canonical(event)).toString("hex") === hash, `audit.jsonl:${index + 1}: its hash is wrong`);
  check(
    event.seq === index && event.previous === previous,
    `audit.jsonl:${index + 1}: does not follow the line before`,
  );
  previous = hash;
  return event;
});

// 2. The tenants' records: one Merkle tree per phase, whose root is the digest of its last event.
const recorded = events.filter((event) => event.action === "tenants.recorded");
for (const { digest, details } of new Map(recorded.map((event) => [event.details.file, event])).values()) {
  const tree = root(linesOf(details.file).map((line) => line.slice(82, -1))).toString("hex");
  check(tree === digest, `${details.file}: not what the trail recorded`);
}

// 3. The files: the last event holds the digest of the manifest, the manifest the digest of every file.
const manifest = read("audit.manifest.json");
check(sha256(manifest).toString("hex") === events.at(-1)?.digest, "audit.manifest.json: not what was sealed");
const listed = new Map(JSON.parse(manifest).files.map((file) => [file.path, file.sha256]));
for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
  const path = relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/");
  if (entry.isDirectory() || /^audit\.(jsonl|manifest\.json|seal\.json)$/.test(path)) continue;
  check(listed.get(path) === sha256(read(path)).toString("hex"), `${path}: changed or added`);
  listed.delete(path);
}
for (const path of listed.keys()) problems.push(`${path}: missing`);

// 4. What was changed under an earlier seal, as the run itself found it when it went on.
for (const { action, details } of events)
  if (action === "audit.reopened")
    for (const { file } of details.changed ?? []) problems.push(`${file}: changed before the run was sealed again`);

// 5. The seal: a DSSE envelope over the run, the number of its events and the last hash.
const { payloadType, payload, signatures } = JSON.parse(read("audit.seal.json"));
const bytes = Buffer.from(payload, "base64");
const seal = JSON.parse(bytes);
const key = createPublicKey(trustedKey ? readFileSync(trustedKey) : seal.publicKey);
const message = Buffer.concat([Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${bytes.length} `), bytes]);
const hash = seal.algorithm === "ed25519" ? null : "sha256";
check(verify(hash, message, key, Buffer.from(signatures[0].sig, "base64")), "audit.seal.json: the signature is wrong");
check(seal.head === previous && seal.events === events.length, "audit.seal.json: belongs to another trail");

for (const problem of problems) console.log(problem);
const keyId = sha256(key.export({ type: "spki", format: "der" })).toString("hex");
console.log(problems.length > 0 ? "NOT INTACT" : `intact: ${events.length} events, sealed by key ${keyId}`);
process.exitCode = problems.length > 0 ? 1 : 0;
