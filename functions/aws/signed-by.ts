import { kmsSigner } from "../../lib/adapters/aws/kms-signer.js";
import {
  type PackProblem,
  type ReleasePack,
  ReleasePackError,
  type UnpackedRelease,
} from "../../lib/adapters/aws/release-pack.js";
import { orderBodySchema, orderMessage, signedOrderSchema } from "../../lib/core/policy/order.js";
import { type KnownSigner, type PackSigner, packMessage, signerOf } from "../../lib/core/policy/signer.js";
import type { StackPolicy } from "../../lib/core/policy/stack-policy.js";
import { type Order, OrderRefused } from "../../lib/ports/orders.js";
import type { RunRequest } from "../../lib/steps/run/records.js";
import type { Services } from "./services.js";

/** Who signed the pack, as the stack knows them. Throws `ReleasePackError`. */
export async function signedBy(
  services: Pick<Services, "client">,
  policy: StackPolicy,
  release: string,
  { body, signatures }: Pick<UnpackedRelease, "body" | "signatures">,
): Promise<PackSigner> {
  const signer = signerOf(await knownSigners(services, policy), packMessage(body), signatures);
  if (typeof signer !== "string") return signer;
  throw refused(`pack.${signer}`, `the release ${release} ${UNSIGNED[signer]}`);
}

const UNSIGNED = {
  unsigned: "is signed by nobody",
  "unknown-signer": "is signed by none of the stack's signers",
  forged: "is not what its signer signed",
} as const;

/** An order from somebody whom the stack knows. Throws `OrderRefused`. */
export async function verifiedOrder(
  services: Pick<Services, "client" | "policy">,
  run: string,
  given: unknown,
): Promise<Order> {
  const policy = services.policy();
  if (policy === null) throw new Error("SCHEMA_GATE_POLICY is not set, so no order can be accepted");
  const signed = signedOrderSchema.safeParse(given);
  if (!signed.success) throw new OrderRefused("it is no signed order");
  const { body, signatures } = signed.data;
  const signer = signerOf(await knownSigners(services, policy), orderMessage(body), signatures);
  if (typeof signer === "string") throw new OrderRefused(`it ${UNSIGNED[signer]}`);
  const order = orderBodySchema.safeParse(jsonOf(body));
  if (!order.success) throw new OrderRefused("it is of another version of schema-gate");
  if (order.data.run !== run) throw new OrderRefused(`it is about the run ${order.data.run}`);
  const { kind, after, tenants, ...said } = order.data;
  if (signer.namesAuthor && said.authors.length === 0)
    throw new OrderRefused("it does not say whose it is; set SCHEMA_GATE_AUTHOR where it is signed");
  return { kind, after, tenants, by: askedBy(signer, said) };
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

/** The signer's identity is the requester, and cannot approve; if a pipeline says whose change it is, neither it nor the authors can. */
export function requesterOf(signer: PackSigner, pack: ReleasePack, release: string): Requester {
  if (signer.namesAuthor && pack.authors.length === 0)
    throw refused(
      "pack.no-author",
      `the release ${release} does not say whose change it is; set SCHEMA_GATE_AUTHOR where it is packed`,
    );
  return askedBy(signer, pack);
}

type Requester = Pick<RunRequest, "requester" | "startedBy" | "coauthors">;

function askedBy(
  { id, namesAuthor }: PackSigner,
  { authors, startedBy }: Pick<ReleasePack, "authors" | "startedBy">,
): Requester {
  const [author, ...coauthors] = authors;
  return namesAuthor && author !== undefined
    ? { requester: author, startedBy: id, coauthors }
    : { requester: id, startedBy, coauthors: authors };
}

function knownSigners(services: Pick<Services, "client">, { signers }: StackPolicy): Promise<KnownSigner[]> {
  return Promise.all(signers.map((signer) => withKey(services, signer)));
}

/** The key of a signer in KMS is fetched: a stack that creates the key cannot write it down. */
async function withKey({ client }: Pick<Services, "client">, signer: PackSigner): Promise<KnownSigner> {
  const { publicKey, kmsKey = "" } = signer;
  return { ...signer, publicKey: publicKey ?? (await kmsSigner(kmsKey, client)).publicKey };
}

function refused(code: PackProblem, message: string): ReleasePackError {
  return new ReleasePackError(code, message);
}
