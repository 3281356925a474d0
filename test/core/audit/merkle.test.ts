import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  inclusionProof,
  type LeafData,
  leafHash,
  merkleRoot,
  verifyInclusion,
} from "../../../lib/core/audit/merkle.js";

/** The leaves and roots that implementations of Certificate Transparency test themselves with. */
const LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"].map(
  (hex) => Buffer.from(hex, "hex"),
);
const ROOTS = [
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

/** The definition of RFC 6962, section 2.1, word for word and slow. */
function byDefinition(leaves: readonly Uint8Array[]): Buffer {
  const sha = (...parts: Uint8Array[]) => createHash("sha256").update(Buffer.concat(parts)).digest();
  const [only] = leaves;
  if (only === undefined) return sha();
  if (leaves.length === 1) return sha(Buffer.of(0), only);
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return sha(Buffer.of(1), byDefinition(leaves.slice(0, split)), byDefinition(leaves.slice(split)));
}

describe("the Merkle tree", () => {
  it("gives the known roots", () => {
    expect(merkleRoot([])).toBe(createHash("sha256").digest("hex"));
    for (const [index, root] of ROOTS.entries()) expect(merkleRoot(LEAVES.slice(0, index + 1))).toBe(root);
  });

  it("is the tree of the definition", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 8 }), { maxLength: 70 }), (leaves) => {
        expect(merkleRoot(leaves)).toBe(byDefinition(leaves).toString("hex"));
      }),
    );
  });

  it("proves every leaf at its place and nowhere else", () => {
    const leaves = fc.uniqueArray(fc.string({ maxLength: 5 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(leaves, fc.nat(), fc.nat(), (data, first, second) => {
        const index = first % data.length;
        const other = second % data.length;
        const claim = { size: data.length, proof: inclusionProof(data, index), root: merkleRoot(data) };
        const holds = (leaf: LeafData, at: number) => verifyInclusion({ ...claim, leaf, index: at });
        expect(holds(data[index] ?? "", index)).toBe(true);
        expect(holds(data[index] ?? "", other)).toBe(index === other);
        expect(holds(data[other] ?? "", index)).toBe(index === other);
      }),
    );
  });

  it("refuses a proof with one hash too many, too few or changed, and another size", () => {
    const data = LEAVES.slice(0, 7);
    const proof = inclusionProof(data, 2);
    const claim = { leaf: data[2] ?? "", index: 2, size: 7, proof, root: merkleRoot(data) };
    expect(verifyInclusion(claim)).toBe(true);
    expect(verifyInclusion({ ...claim, proof: proof.slice(1) })).toBe(false);
    expect(verifyInclusion({ ...claim, proof: [...proof, leafHash("x")] })).toBe(false);
    expect(verifyInclusion({ ...claim, proof: [leafHash("x"), ...proof.slice(1)] })).toBe(false);
    expect(verifyInclusion({ ...claim, proof: ["not a hash", ...proof.slice(1)] })).toBe(false);
    expect(verifyInclusion({ ...claim, size: 3 })).toBe(false);
    expect(verifyInclusion({ ...claim, index: -1 })).toBe(false);
    expect(verifyInclusion({ ...claim, index: 7 })).toBe(false);
  });

  it("cannot be asked for a leaf that is not there", () => {
    expect(() => inclusionProof(LEAVES, 8)).toThrow("a tree of 8 leaves has no leaf 8");
  });
});
