import { digest } from "../json.js";

/** Everything that an approval covers. It must have a JSON form. */
export interface ApprovalSubject {
  readonly run: string;
  /** The migrations with their checksums. */
  readonly release: unknown;
  /** Ids of the tenants to be migrated, in any order. */
  readonly tenants: readonly string[];
  /** By tenant id, as read before the approval was requested. */
  /** Which database each is, by tenant id: the server's system identifier and the database's oid. */
  readonly targets: unknown;
  /** Which tenants were proved together, and by which clone. */
  readonly clusters: unknown;
  readonly fingerprints: Readonly<Record<string, string>>;
  readonly findings: unknown;
  readonly probes: unknown;
  readonly rollbackPlans: unknown;
  readonly config: unknown;
  /** What the stack demanded when the run was loaded, and demands now; null where the config is the policy. */
  readonly policy: unknown;
}

/** A digest per part, so that a mismatch can say what changed. */
export type ApprovalParts = Readonly<Record<keyof ApprovalSubject, string>>;

/** Version of what the digest covers; changing the form must void every older approval. */
const VERSION = 3;

export function approvalParts(subject: ApprovalSubject): ApprovalParts {
  return {
    run: digest(subject.run),
    release: digest([subject.release]),
    tenants: digest(subject.tenants.toSorted()),
    targets: digest([subject.targets]),
    clusters: digest([subject.clusters]),
    fingerprints: digest(subject.fingerprints),
    findings: digest([subject.findings]),
    probes: digest([subject.probes]),
    rollbackPlans: digest([subject.rollbackPlans]),
    config: digest([subject.config]),
    policy: policyPart(subject.policy),
  };
}

/** Only the part that a stack's update changes. */
export function policyPart(policy: ApprovalSubject["policy"]): string {
  return digest([policy]);
}

/** SHA-256 in hex over the whole subject. A change of any part changes it; the order of tenants does not. */
export function approvalDigest(subject: ApprovalSubject): string {
  return digest({ version: VERSION, parts: approvalParts(subject) });
}

/** The names of the parts that differ, in alphabetical order. */
export function changedParts(approved: ApprovalParts, now: ApprovalParts): readonly (keyof ApprovalSubject)[] {
  const names = Object.keys(approved).sort() as (keyof ApprovalSubject)[];
  return names.filter((name) => approved[name] !== now[name]);
}
