import { generateKeyPairSync, sign } from "node:crypto";
import { describe, expect, it } from "vitest";
import { keyId } from "../../../lib/core/audit/seal.js";
import { type KnownSigner, packMessage, signerOf, signerSchema } from "../../../lib/core/policy/signer.js";

const pem = (key: ReturnType<typeof generateKeyPairSync>["publicKey"]) =>
  key.export({ type: "spki", format: "pem" }).toString();
const PAIRS = {
  ed25519: generateKeyPairSync("ed25519"),
  "P-256": generateKeyPairSync("ec", { namedCurve: "prime256v1" }),
} as const;
const BODY = JSON.stringify({ files: ["é"] });

function signedBy(kind: keyof typeof PAIRS, body = BODY) {
  const { privateKey, publicKey } = PAIRS[kind];
  const signature = sign(kind === "ed25519" ? null : "sha256", packMessage(body), privateKey).toString("base64");
  return { keyid: keyId(pem(publicKey)), signature };
}
const signer = (kind: keyof typeof PAIRS): KnownSigner => ({
  id: kind,
  publicKey: pem(PAIRS[kind].publicKey),
  namesAuthor: false,
});

describe("who signed a pack", () => {
  it.each(["ed25519", "P-256"] as const)("is known by a key of %s", (kind) => {
    expect(signerOf([signer("ed25519"), signer("P-256")], packMessage(BODY), [signedBy(kind)])).toMatchObject({
      id: kind,
    });
  });

  it("is nobody without a signature, and nobody known without a key of the stack's", () => {
    expect(signerOf([signer("ed25519")], packMessage(BODY), [])).toBe("unsigned");
    expect(signerOf([signer("ed25519")], packMessage(BODY), [signedBy("P-256")])).toBe("unknown-signer");
    expect(signerOf([], packMessage(BODY), [signedBy("P-256")])).toBe("unknown-signer");
  });

  it.each([
    ["another body", signedBy("ed25519", `${BODY} `)],
    ["another's signature under a known key", { ...signedBy("P-256"), keyid: signedBy("ed25519").keyid }],
    ["a cut signature", { ...signedBy("ed25519"), signature: signedBy("ed25519").signature.slice(0, 40) }],
    ["an empty signature", { ...signedBy("ed25519"), signature: "" }],
  ])("is forged with %s", (_, signature) => {
    expect(signerOf([signer("ed25519")], packMessage(BODY), [signature])).toBe("forged");
    // A stranger's signature before it changes nothing.
    expect(signerOf([signer("ed25519")], packMessage(BODY), [{ ...signature, keyid: "0" }, signature])).toBe("forged");
  });

  it("takes no private key, no RSA key, no other curve and no text for a signer", () => {
    const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey;
    const other = generateKeyPairSync("ec", { namedCurve: "secp384r1" }).publicKey;
    const secret = PAIRS.ed25519.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    for (const publicKey of [pem(rsa), pem(other), secret, "key", ""])
      expect(signerSchema.safeParse({ id: "a", publicKey }).success, publicKey.slice(0, 30)).toBe(false);
    expect(signerSchema.safeParse({ id: "a" }).success).toBe(false);
    expect(signerSchema.safeParse({ id: "a", publicKey: signer("P-256").publicKey, kmsKey: "k" }).success).toBe(false);
    expect(signerSchema.safeParse({ id: "a", publicKey: signer("P-256").publicKey }).success).toBe(true);
  });
});
