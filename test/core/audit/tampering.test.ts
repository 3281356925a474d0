import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadSigningKey } from "../../../lib/adapters/local/signing-key.js";
import { tenantLeaves } from "../../../lib/core/audit/leaves.js";
import { type RunRecord, verifyRun } from "../../../lib/core/audit/verify.js";
import { RUN, sealedRun, TENANTS } from "../../support/sealed-run.js";

const LEAVES = "audit/introspection.jsonl";
const root = mkdtempSync(join(tmpdir(), "tampering-"));
const folder = new Map<string, Buffer>();
let trusted = "";

beforeAll(async () => {
  await sealedRun(join(root, "run"), join(root, "keys"));
  trusted = (await loadSigningKey(join(root, "keys"))).publicKey;
  for (const entry of readdirSync(join(root, "run"), { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) folder.set(relative(join(root, "run"), path), readFileSync(path));
  }
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A folder in memory, with some files replaced (null: removed). */
function record(changed: Readonly<Record<string, Buffer | null>> = {}): RunRecord {
  const files = new Map([...folder, ...Object.entries(changed)]);
  const present = [...files].filter((entry): entry is [string, Buffer] => entry[1] !== null);
  return {
    files: present.map(([path, bytes]) => ({
      path,
      bytes: bytes.length,
      sha256: createHash("sha256").update(bytes).digest("hex"),
    })),
    read: (path) => files.get(path) ?? null,
  };
}

const bytesOf = (path: string) => folder.get(path) ?? Buffer.alloc(0);
const linesOf = (path: string) =>
  bytesOf(path)
    .toString("utf8")
    .split(/(?<=\n)/);
const joined = (lines: readonly string[]) => Buffer.from(lines.join(""), "utf8");
/** What is found, as `code file:line`. */
const found = (run: RunRecord) =>
  verifyRun(run, trusted).findings.map((finding) => `${finding.code} ${finding.source?.file}:${finding.source?.line}`);

describe("a sealed run that nobody touched", () => {
  it("holds", () => {
    expect(verifyRun(record(), trusted)).toMatchObject({ findings: [], keyTrusted: true, leaves: TENANTS.length });
    expect([...folder.keys()].sort()).toEqual([
      "audit.jsonl",
      "audit.manifest.json",
      "audit.seal.json",
      LEAVES,
      "evidence.json",
      "report.html",
    ]);
  });
});

describe("a sealed run that somebody touched", () => {
  it.each(["audit.jsonl", "audit.manifest.json", "audit.seal.json", LEAVES, "evidence.json", "report.html"])(
    "shows every single byte of %s that was flipped, and where",
    (path) => {
      const bytes = bytesOf(path);
      expect(bytes.length).toBeGreaterThan(10);
      let line = 1;
      for (const [at, byte] of bytes.entries()) {
        const changed = Buffer.from(bytes);
        changed[at] = byte ^ (1 << (at % 8));
        const places = verifyRun(record({ [path]: changed }), trusted).findings.map((finding) => finding.source);
        const named = places.some(
          (place) => place?.file === path && (!path.endsWith(".jsonl") || Math.abs(place.line - line) <= 0),
        );
        expect(named, `byte ${at} of ${path}, line ${line}: ${JSON.stringify(places)}`).toBe(true);
        if (byte === 0x0a) line += 1;
      }
    },
  );

  it("shows every event that was removed, swapped or duplicated", () => {
    const lines = linesOf("audit.jsonl");
    expect(lines.length).toBe(6);
    for (const [index, line] of lines.entries()) {
      const removed = found(record({ "audit.jsonl": joined(lines.toSpliced(index, 1)) }));
      const place =
        index === lines.length - 1
          ? "audit.seal-other-trail audit.jsonl:5"
          : `audit.event-missing audit.jsonl:${index + 1}`;
      expect(removed).toContain(place);
      const twice = found(record({ "audit.jsonl": joined(lines.toSpliced(index, 0, line)) }));
      expect(twice).toContain(`audit.event-misplaced audit.jsonl:${index + 2}`);
      for (let other = index + 1; other < lines.length; other++) {
        const swapped = joined(lines.with(index, lines[other] ?? "").with(other, line));
        expect(found(record({ "audit.jsonl": swapped }))).toContain(`audit.event-missing audit.jsonl:${index + 1}`);
      }
    }
  });

  it("shows every two leaves that were exchanged, every leaf that was removed, and where", () => {
    const lines = linesOf(LEAVES);
    for (const [index, line] of lines.entries()) {
      for (let other = index + 1; other < lines.length; other++) {
        const places = found(record({ [LEAVES]: joined(lines.with(index, lines[other] ?? "").with(other, line)) }));
        expect(places).toContain(`audit.leaf-altered ${LEAVES}:${index + 1}`);
        expect(places).toContain(`audit.leaf-altered ${LEAVES}:${other + 1}`);
      }
      const removed = verifyRun(record({ [LEAVES]: joined(lines.toSpliced(index, 1)) }), trusted).findings;
      expect(removed[0]?.subject.name).toBe(index === lines.length - 1 ? LEAVES : `${LEAVES}:${index + 1}`);
    }
  });

  it("shows records that were rewritten with fitting hashes, and a file of records taken from another run", () => {
    const records = TENANTS.map((tenant) => ({ tenant, status: "migrated", details: {} }));
    const rewritten = tenantLeaves(RUN, "introspection", records).text;
    expect(found(record({ [LEAVES]: Buffer.from(rewritten) }))).toContain(`audit.leaf-altered ${LEAVES}:1`);
    const other = tenantLeaves("another-run", "introspection", records).text;
    expect(verifyRun(record({ [LEAVES]: Buffer.from(other) })).findings[0]?.message).toContain("of run another-run");
  });

  it("shows a file that was removed or added", () => {
    for (const path of folder.keys())
      expect(found(record({ [path]: null })).some((place) => place.includes(path))).toBe(true);
    expect(found(record({ "evil.html": Buffer.from("x") }))).toEqual(["audit.file-added evil.html:1"]);
  });

  it("shows another key", async () => {
    const { publicKey } = await loadSigningKey(join(root, "other-keys"));
    expect(verifyRun(record(), publicKey).findings.map((finding) => finding.code)).toEqual(["audit.other-key"]);
  });

  it("shows a seal taken from another run", async () => {
    await sealedRun(join(root, "second"), join(root, "keys"), "another-run");
    const seal = readFileSync(join(root, "second", "audit.seal.json"));
    expect(found(record({ "audit.seal.json": seal }))).toEqual([
      "audit.seal-other-trail audit.jsonl:6",
      "audit.other-run audit.seal.json:1",
    ]);
  });

  it("shows events cut off at the end", () => {
    const shorter = linesOf("audit.jsonl").slice(0, 3);
    expect(found(record({ "audit.jsonl": joined(shorter) }))).toContain("audit.seal-other-trail audit.jsonl:3");
  });
});

describe("a run that is not whole", () => {
  it("is said not to be sealed, and blocks as unknown", () => {
    const lines = linesOf("audit.jsonl").slice(0, 4);
    const half = record({ "audit.jsonl": joined(lines), "audit.seal.json": null, "audit.manifest.json": null });
    const [finding, ...others] = verifyRun(half).findings;
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ code: "audit.unsealed", unknown: true });
    expect(finding?.message).toContain("Its last event is 3 (approval.given, 2024-01-15T09:30:04.000Z).");
  });

  it("is said to hold no trail when there is none", () => {
    expect(found(record({ "audit.jsonl": null }))).toEqual(["audit.file-missing audit.jsonl:1"]);
  });
});
