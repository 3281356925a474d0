/** What a function may do besides reading and writing the artifacts of runs. */
export type Grant =
  /** Stand in the VPC, and read the secrets or make the IAM tokens with which the tenants' databases are reached. */
  | "databases"
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

const small = { memory: 512, minutes: 5 } as const;
const batch = { memory: 1024, minutes: 15 } as const;

/** Every function by the placeholder that calls it in the state machine. */
export const HANDLERS = {
  AcceptOrder: { entry: "accept-order", ...batch, grants: ["databases", "audit", "policy", "signers"] },
  Load: { entry: "load", ...batch, grants: ["databases", "audit", "policy", "signers"] },
  Introspect: { entry: "introspect", ...batch, grants: ["databases", "memory"] },
  Tally: { entry: "tally", ...small, grants: ["audit"] },
  PlanStaging: { entry: "plan-staging", ...small, grants: [] },
  UseSnapshot: { entry: "use-snapshot", ...small, grants: [] },
  TallyStaging: { entry: "tally-staging", ...small, grants: [] },
  Diverge: { entry: "diverge", ...batch, grants: ["databases", "audit"] },
  Probe: { entry: "probe", ...batch, grants: ["databases"] },
  Lint: { entry: "lint", ...batch, grants: ["audit"] },
  PlanRollback: { entry: "plan-rollback", ...batch, grants: ["audit"] },
  DryRun: { entry: "dry-run", ...batch, grants: ["databases"] },
  ExamineQueries: { entry: "examine-queries", ...batch, grants: ["databases"] },
  PlanRehearsals: { entry: "plan-rehearsals", ...batch, grants: [] },
  Rehearse: { entry: "rehearse", ...batch, grants: ["databases"] },
  Score: { entry: "score", ...small, grants: ["audit", "policy"] },
  RequestApproval: { entry: "request-approval", ...small, grants: ["audit", "approvals", "links", "notify", "policy"] },
  SettleApproval: { entry: "settle-approval", ...small, grants: ["audit", "read approvals"] },
  PlanWaves: { entry: "plan-waves", ...small, grants: [] },
  NextWave: { entry: "next-wave", ...small, grants: ["databases", "audit", "approvals", "policy"] },
  Migrate: { entry: "migrate", ...batch, grants: ["databases", "read memory"] },
  VerifyWave: { entry: "verify-wave", ...batch, grants: ["databases", "audit"] },
  BeginRollback: { entry: "begin-rollback", ...batch, grants: ["databases", "audit", "read approvals", "policy"] },
  RollBack: { entry: "roll-back", ...batch, grants: ["databases"] },
  RecordFailure: { entry: "record-failure", ...small, grants: ["audit"] },
  Report: { entry: "report", ...batch, grants: ["audit", "read approvals", "notify"] },
  Seal: { entry: "seal", ...batch, grants: ["audit", "sign"] },
} as const satisfies Readonly<Record<string, HandlerSpec>>;

export type HandlerName = keyof typeof HANDLERS;
