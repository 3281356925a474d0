import { type Stack, Token } from "aws-cdk-lib";
import type { IKey } from "aws-cdk-lib/aws-kms";
import { approversProblem } from "../core/approval/request.js";
import type { AnySecret } from "./cdk-types.js";

/** Somebody who may decide, and the names by which each channel knows them. */
export interface GateApprover {
  readonly id: string;
  /** Asked by mail, with their own link, and told how the run ended; confirms once. */
  readonly email?: string;
  /** Slack's member id, such as `U024BE7LH`. */
  readonly slack?: string;
  /** Other names of the same person: a login, an author of commits. */
  readonly aliases?: readonly string[];
}

/** An identity that may submit releases: the requester of its runs, who cannot approve them. */
export interface ReleaseSigner {
  readonly id: string;
  /** PEM: Ed25519, or ECDSA on P-256. */
  readonly publicKey?: string;
  /** A signing key of KMS (ECC_NIST_P256 or ECC_NIST_EDWARDS25519), instead of `publicKey`; grant `kms:Sign` to the submitter. */
  readonly kmsKey?: IKey;
  /** A pipeline that is trusted to say whose change it is: then its authors are requesters, and so is the pipeline. */
  readonly namesAuthor?: boolean;
}

/** What the stack demands of every release, whatever its config says. */
export interface GatePolicy {
  /** Nobody else approves. */
  readonly approvers: readonly GateApprover[];
  /** Approvals needed from `thresholds.quorum` on, at least. Default: 2. */
  readonly quorum?: number;
  /** Scores from which one person is asked, several are, and nobody is. A release may set lower ones. Default: 0, 0.4 and 0.7. */
  readonly thresholds?: { readonly ask?: number; readonly quorum?: number; readonly block?: number };
  /** Who may submit releases. A pack that none of them signed is refused. */
  readonly signers: readonly ReleaseSigner[];
  /**
   * The registry's file, below `registry/` in the bucket, such as `tenants.csv`; what a release says about the registry is ignored.
   * Default: `registrySecret`, else the release says which file, and so which part of the fleet.
   */
  readonly registryFile?: string;
  /** Secrets that a release may name as `registry.query.url` or `staging.url`. Default: none. */
  readonly secrets?: readonly AnySecret[];
  /** Why releases may run as a superuser if their config asks for it (`connection.superuser`, `staging.uncontained`). Default: none does. */
  readonly superuser?: string;
  /** Where browsers reach the review page, such as `https://gate.example.com`; links use the first. Default: the Function URL. */
  readonly origins?: readonly string[];
}

/** Lambda allows 4 KB for all variables of a function; the others need one. */
const LARGEST = 3000;
const FILE = /^(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9_.\-/]*$/;
const ORIGIN = /^https:\/\/[^/?#@]+$/;

/** The policy as the functions read it (lib/core/policy/stack-policy.ts). Throws for what they would refuse. */
export function policyText(stack: Stack, policy: GatePolicy): string {
  const { approvers, quorum, thresholds, signers, secrets = [], origins = [] } = policy;
  for (const origin of origins)
    if (!Token.isUnresolved(origin) && !ORIGIN.test(origin))
      throw new Error(`policy.origins: ${origin} is not an origin; write https://HOST without a path`);
  for (const { id, publicKey, kmsKey } of signers)
    if ((publicKey === undefined) === (kmsKey === undefined))
      throw new Error(`policy.signers: ${id} needs either publicKey or kmsKey`);
  if (policy.superuser !== undefined && policy.superuser.length < 10)
    throw new Error("policy.superuser: say in a sentence why releases may run as a superuser");
  if (policy.registryFile !== undefined && !FILE.test(policy.registryFile))
    throw new Error(`policy.registryFile: ${policy.registryFile} is not a name of a file below registry/`);
  const { ask = 0, quorum: several = 0.4, block = 0.7 } = thresholds ?? {};
  if (!(0 <= ask && ask <= several && several <= block && 0 < block && block <= 1))
    throw new Error("policy.thresholds: 0 ≤ ask ≤ quorum ≤ block ≤ 1 does not hold");
  if (quorum !== undefined && !(Number.isSafeInteger(quorum) && quorum >= 1))
    throw new Error(`policy.quorum: ${quorum} is not a whole number of at least 1`);
  refuseSharedNames(approvers);
  const value = {
    approvers,
    ...(quorum === undefined ? {} : { quorum }),
    ...(thresholds === undefined ? {} : { thresholds }),
    signers: signers.map(({ kmsKey, ...rest }) => ({ ...rest, ...(kmsKey && { kmsKey: kmsKey.keyArn }) })),
    secrets: secrets.flatMap((secret) => [secret.secretName, secret.secretArn]),
    origins,
    ...(policy.superuser === undefined ? {} : { superuser: policy.superuser }),
  };
  // An ARN is longer than the token that represents it.
  const size = JSON.stringify(value).length + 100 * (secrets.length + signers.length);
  if (size > LARGEST)
    throw new Error(`the policy has about ${size} bytes; ${LARGEST} fit besides a function's other variables`);
  return stack.toJsonString(value);
}

/** A name that belongs to two people would belong to nobody, and end every run before anybody is asked. */
function refuseSharedNames(approvers: readonly GateApprover[]): void {
  const problem = approversProblem(approvers.filter(({ id }) => !Token.isUnresolved(id)));
  if (problem !== null) throw new Error(`policy.approvers: ${problem}`);
}
