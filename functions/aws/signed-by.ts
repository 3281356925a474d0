import { kmsSigner } from "../../lib/adapters/aws/kms-signer.js";
import {
  type PackProblem,
  type ReleasePack,
  ReleasePackError,
  type UnpackedRelease,
} from "../../lib/adapters/aws/release-pack.js";
import { type KnownSigner, type PackSigner, signerOf } from "../../lib/core/policy/signer.js";
import type { StackPolicy } from "../../lib/core/policy/stack-policy.js";
import type { RunRequest } from "../../lib/steps/run/records.js";
import type { Services } from "./services.js";

/** Who signed the pack, as the stack knows them. Throws `ReleasePackError`. */
export async function signedBy(
  services: Pick<Services, "client">,
  { signers }: StackPolicy,
  release: string,
  { body, signatures }: Pick<UnpackedRelease, "body" | "signatures">,
): Promise<PackSigner> {
  const known = await Promise.all(signers.map((signer) => withKey(services, signer)));
  const signer = signerOf(known, body, signatures);
  switch (signer) {
    case "unsigned":
      throw refused("pack.unsigned", `the release ${release} is signed by nobody`);
    case "unknown-signer":
      throw refused("pack.unknown-signer", `the release ${release} is signed by none of the stack's signers`);
    case "forged":
      throw refused("pack.forged", `the release ${release} is not what its signer signed`);
    default:
      return signer;
  }
}

/** The signer's identity is who asks, and cannot approve; a pipeline says whose change it is, and then both cannot. */
export function requesterOf(
  { id, namesAuthor }: PackSigner,
  { authors, startedBy }: ReleasePack,
  release: string,
): Pick<RunRequest, "requester" | "startedBy" | "coauthors"> {
  if (!namesAuthor) return { requester: id, startedBy, coauthors: authors };
  const [author, ...coauthors] = authors;
  if (author === undefined)
    throw refused(
      "pack.no-author",
      `the release ${release} does not say whose change it is; set SCHEMA_GATE_AUTHOR where it is packed`,
    );
  return { requester: author, startedBy: id, coauthors };
}

/** The key of a signer in KMS is asked for: a stack that makes it cannot write it down. */
async function withKey({ client }: Pick<Services, "client">, signer: PackSigner): Promise<KnownSigner> {
  const { publicKey, kmsKey = "" } = signer;
  return { ...signer, publicKey: publicKey ?? (await kmsSigner(kmsKey, client)).publicKey };
}

function refused(code: PackProblem, message: string): ReleasePackError {
  return new ReleasePackError(code, message);
}
