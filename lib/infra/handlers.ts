import { STATE_FILES } from "./state-files.js";

/** What a function may do besides reading and writing the artifacts of runs. */
export type Grant =
  /**
   * Be in the VPC, read the registry and what is kept of it for each batch, and read the secrets or make the IAM tokens that open the
   * tenants' databases.
   */
  | "databases"
  /** Keep for each batch how its tenants are reached. */
  | "ways"
  /** Read the audit trail and add to it; nothing in it can be changed or removed. */
  | "audit"
  /** Sign the head of the audit trail. */
  | "sign"
  /** Read what was asked and decided, and verify its MACs. */
  | "read approvals"
  /** Read what was asked and decided, and add to it. */
  | "approvals"
  /** Read the secret that signs links and encrypts task tokens. */
  | "links"
  /** Tell people, through SNS and Slack. */
  | "notify"
  /** Be told what the stack demands of every release. */
  | "policy"
  /** Ask KMS for the public keys of the policy's signers. */
  | "signers"
  | "read memory"
  /** Read and replace what is kept of catalogs between runs. */
  | "memory";

export interface HandlerSpec {
  /** Name of the file in the bundle; the handler is `<entry>.handler`. */
  readonly entry: string;
  /** MiB. */
  readonly memory: number;
  /** Minutes. */
  readonly minutes: number;
  readonly grants: readonly Grant[];
}

/** For states that work through a batch of tenants, or hold a whole release. */
const batch = { memory: 1024, minutes: 15 } as const;

export type HandlerName = keyof typeof STATE_FILES;

/** What a state needs beyond a function's minimum: 512 MiB, five minutes, no grants. */
const NEEDS: Readonly<Partial<Record<HandlerName, Partial<Omit<HandlerSpec, "entry">>>>> = {
  AcceptOrder: { ...batch, grants: ["databases", "audit", "policy", "signers"] },
  Load: { ...batch, grants: ["databases", "ways", "audit", "policy", "signers"] },
  Introspect: { ...batch, grants: ["databases", "memory"] },
  Tally: { grants: ["audit"] },
  Diverge: { ...batch, grants: ["databases", "audit"] },
  Probe: { ...batch, grants: ["databases"] },
  Lint: { ...batch, grants: ["audit"] },
  PlanRollback: { ...batch, grants: ["audit"] },
  DryRun: { ...batch, grants: ["databases"] },
  ExamineQueries: { ...batch, grants: ["databases"] },
  PlanRehearsals: batch,
  Rehearse: { ...batch, grants: ["databases"] },
  Score: { grants: ["audit", "policy"] },
  RequestApproval: { grants: ["audit", "approvals", "links", "notify", "policy"] },
  SettleApproval: { grants: ["audit", "read approvals"] },
  PlanWaves: { grants: ["audit"] },
  NextWave: { grants: ["databases", "ways", "audit", "approvals", "policy"] },
  Migrate: { ...batch, grants: ["databases", "read memory"] },
  VerifyWave: { ...batch, grants: ["databases", "ways", "audit"] },
  BeginRollback: { ...batch, grants: ["databases", "ways", "audit", "read approvals", "policy"] },
  RollBack: { ...batch, grants: ["databases"] },
  RecordFailure: { grants: ["audit"] },
  Report: { ...batch, grants: ["audit", "read approvals", "notify"] },
  Seal: { ...batch, grants: ["audit", "sign"] },
};

const handlerSpec = (name: HandlerName): HandlerSpec => ({
  entry: STATE_FILES[name],
  memory: 512,
  minutes: 5,
  grants: [],
  ...NEEDS[name],
});

/** Every function by the placeholder that calls it in the state machine. */
export const HANDLERS = Object.fromEntries(
  (Object.keys(STATE_FILES) as HandlerName[]).map((name) => [name, handlerSpec(name)]),
) as Readonly<Record<HandlerName, HandlerSpec>>;
