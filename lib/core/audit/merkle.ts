import { createHash } from "node:crypto";

/**
 * Merkle tree hashing by RFC 6962, section 2.1: a leaf is SHA-256(0x00 ‖ data), a node SHA-256(0x01 ‖ left ‖ right), the empty tree SHA-256 of
 * nothing. A tree whose size is not a power of two splits at the largest power of two below its size, which is the same as carrying an odd last node
 * up unchanged. Hashes are lower-case hex.
 */
export type LeafData = string | Uint8Array;

export interface Inclusion {
  readonly leaf: LeafData;
  /** 0-based position of the leaf. */
  readonly index: number;
  /** Number of leaves in the tree. */
  readonly size: number;
  /** Sibling hashes from the leaf up, as `inclusionProof` returns them. */
  readonly proof: readonly string[];
  readonly root: string;
}

/** Hash of one leaf. A text is hashed as UTF-8. */
export function leafHash(data: LeafData): string {
  return hashBytes(0x00, [data]).toString("hex");
}

/** Root of the leaves' data, in order. */
export function merkleRoot(leaves: readonly LeafData[]): string {
  if (leaves.length === 0) return createHash("sha256").digest("hex");
  let level = firstLevel(leaves);
  while (level.length > 1) level = nextLevel(level);
  return (level[0] as Buffer).toString("hex");
}

/** Sibling hashes that lead from the leaf at `index` to the root. Throws `RangeError` for an index outside the tree. */
export function inclusionProof(leaves: readonly LeafData[], index: number): readonly string[] {
  if (!Number.isInteger(index) || index < 0 || index >= leaves.length)
    throw new RangeError(`a tree of ${leaves.length} leaves has no leaf ${index}`);
  const proof: string[] = [];
  let level = firstLevel(leaves);
  let at = index;
  while (level.length > 1) {
    const sibling = level[at % 2 === 0 ? at + 1 : at - 1];
    if (sibling) proof.push(sibling.toString("hex"));
    level = nextLevel(level);
    at = Math.floor(at / 2);
  }
  return proof;
}

/** True when the leaf is at that position in the tree with that root and size (RFC 9162, section 2.1.3.2). */
export function verifyInclusion(claim: Inclusion): boolean {
  const { index, size, proof, root } = claim;
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) return false;
  if (!proof.every(isHash) || !isHash(root)) return false;
  let node = index;
  let last = size - 1;
  let hash: Buffer = hashBytes(0x00, [claim.leaf]);
  for (const sibling of proof.map((hex) => Buffer.from(hex, "hex"))) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      hash = hashBytes(0x01, [sibling, hash]);
      // A node carried up unchanged has no sibling at those levels.
      while (node % 2 === 0 && node !== 0) {
        node = Math.floor(node / 2);
        last = Math.floor(last / 2);
      }
    } else {
      hash = hashBytes(0x01, [hash, sibling]);
    }
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && hash.toString("hex") === root;
}

function firstLevel(leaves: readonly LeafData[]): Buffer[] {
  return leaves.map((data) => hashBytes(0x00, [data]));
}

function nextLevel(level: readonly Buffer[]): Buffer[] {
  const next: Buffer[] = [];
  for (let at = 0; at < level.length; at += 2) {
    const left = level[at] as Buffer;
    const right = level[at + 1];
    next.push(right ? hashBytes(0x01, [left, right]) : left);
  }
  return next;
}

function hashBytes(prefix: number, parts: readonly LeafData[]): Buffer {
  const hash = createHash("sha256").update(Uint8Array.of(prefix));
  for (const part of parts) {
    if (typeof part === "string") hash.update(part, "utf8");
    else hash.update(part);
  }
  return hash.digest();
}

function isHash(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}
