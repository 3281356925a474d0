import { z } from "zod";
import type { Finding } from "../finding.js";
import { canonicalJson, type Json } from "../json.js";
import { inclusionProof, leafHash, merkleRoot } from "./merkle.js";
import { auditFinding } from "./problem.js";

/** What one phase says about one tenant. */
export interface TenantRecord {
  readonly tenant: string;
  readonly status: string;
  readonly details: { readonly [name: string]: Json };
}

/** A record at its place. Its canonical JSON is the data of a leaf. */
export interface TenantLeaf extends TenantRecord {
  readonly run: string;
  readonly phase: string;
  /** 0-based; leaves are sorted by tenant id. */
  readonly index: number;
}

const leafSchema = z.strictObject({
  run: z.string(),
  phase: z.string(),
  index: z.int().nonnegative(),
  tenant: z.string(),
  status: z.string(),
  details: z.record(z.string(), z.json()),
});

export interface LeafSet {
  /** One line per leaf: `{"hash":…,"leaf":{…}}` in canonical JSON. */
  readonly text: string;
  /** RFC 6962 root of the leaves. */
  readonly root: string;
  readonly count: number;
}

/** The tenants' records of one phase as leaves of a Merkle tree, so that one event covers all of them. */
export function tenantLeaves(run: string, phase: string, records: readonly TenantRecord[]): LeafSet {
  const sorted = [...records].sort((a, b) => (a.tenant < b.tenant ? -1 : a.tenant > b.tenant ? 1 : 0));
  const data = sorted.map(({ tenant, status, details }, index) =>
    canonicalJson({ run, phase, index, tenant, status, details } satisfies TenantLeaf),
  );
  return {
    text: data.map((leaf) => `${leafLine(leaf)}\n`).join(""),
    root: merkleRoot(data),
    count: data.length,
  };
}

/** What the event of a leaf set says about it. */
export interface LeafClaim {
  /** `seq` of the event. */
  readonly event: number;
  readonly run: string;
  readonly phase: string;
  readonly root: string;
  readonly count: number;
  readonly file: string;
}

/** What is wrong with a leaf file, line by line; nothing when it is the one that the event covers. */
export function verifyLeaves(text: string, claim: LeafClaim): readonly Finding[] {
  const { lines, findings } = readLeaves(text, claim);
  if (findings.length > 0) return findings;
  if (lines.length !== claim.count)
    return [problem(claim, 0, `${claim.file} holds ${lines.length} tenants; the trail recorded ${claim.count}.`)];
  if (merkleRoot(lines.map((line) => line.data)) !== claim.root)
    return [
      problem(claim, 0, `${claim.file} is whole in itself but not the file that the trail recorded: its root differs.`),
    ];
  return [];
}

export interface InclusionProof {
  readonly leaf: TenantLeaf;
  readonly index: number;
  readonly size: number;
  /** Sibling hashes from the leaf up. */
  readonly proof: readonly string[];
  readonly root: string;
}

/** The proof that a tenant's record is one of the phase's leaves; null when the phase has no record of that tenant. */
export function proveTenant(text: string, claim: LeafClaim, tenant: string): InclusionProof | null {
  const { lines } = readLeaves(text, claim);
  const index = lines.findIndex((line) => line.leaf.tenant === tenant);
  const found = lines[index];
  if (!found) return null;
  const data = lines.map((line) => line.data);
  return { leaf: found.leaf, index, size: lines.length, proof: inclusionProof(data, index), root: claim.root };
}

/** A leaf and its data as in the file. */
export interface LeafLine {
  readonly leaf: TenantLeaf;
  readonly data: string;
}

/** The leaves of a file, and what is wrong with its lines. */
export function readLeaves(
  text: string,
  claim: Pick<LeafClaim, "run" | "phase" | "file">,
): { readonly lines: readonly LeafLine[]; readonly findings: readonly Finding[] } {
  const texts = text.split("\n");
  const findings: Finding[] = [];
  const lines: LeafLine[] = [];
  if (texts.pop() !== "") findings.push(problem(claim, texts.length + 1, "The last line ends in the middle."));
  for (const [index, line] of texts.entries()) {
    const read = readLeaf(line, index, claim);
    if (typeof read === "string") findings.push(problem(claim, index + 1, read));
    else lines.push(read);
  }
  return { lines, findings };
}

function readLeaf(line: string, index: number, claim: Pick<LeafClaim, "run" | "phase" | "file">): LeafLine | string {
  const start = `{"hash":"${"0".repeat(64)}","leaf":`.length;
  const data = line.slice(start, -1);
  const place = `Line ${index + 1} of ${claim.file}`;
  if (line !== leafLine(data)) return `${place} does not have the hash that it carries.`;
  const leaf = parseLeaf(data);
  if (leaf === null) return `${place} is not a tenant's record.`;
  if (leaf.run !== claim.run || leaf.phase !== claim.phase)
    return `${place} belongs to phase ${leaf.phase} of run ${leaf.run}.`;
  if (leaf.index !== index) return `${place} holds leaf ${leaf.index} (tenant ${leaf.tenant}): it was moved or copied.`;
  return { leaf, data };
}

function parseLeaf(data: string): TenantLeaf | null {
  try {
    const leaf = JSON.parse(data);
    return leafSchema.safeParse(leaf).success && canonicalJson(leaf) === data ? leaf : null;
  } catch {
    return null;
  }
}

/** "hash" sorts before "leaf" and the leaf is canonical, so the line is. */
function leafLine(data: string): string {
  return `{"hash":"${leafHash(data)}","leaf":${data}}`;
}

function problem(claim: Pick<LeafClaim, "file">, line: number, message: string): Finding {
  return auditFinding("audit.leaf-altered", line, message, undefined, claim.file);
}
