import type { Person } from "../core/approval/person.js";
import type { RiskScore } from "../core/risk/score.js";

/** What an approver is told. Names come from databases and are untrusted. */
export interface ApprovalNotice {
  /** They were asked before, and the time to answer is nearly over. */
  readonly reminder?: true;
  readonly run: string;
  readonly release: string;
  readonly digest: string;
  readonly requester: string;
  readonly score: Pick<RiskScore, "fleet" | "factors" | "verdict">;
  readonly tenants: number;
  /** Names of the tenants that differ from the majority. */
  readonly outliers: readonly string[];
  readonly errors: number;
  readonly warnings: number;
  readonly quorum: number;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  /** Each approver with their own link. The requester is not among them. */
  readonly recipients: readonly { readonly person: Person; readonly link: string }[];
}

/** How a run ended, or what happened to its approval. */
export interface OutcomeNotice {
  readonly run: string;
  readonly release: string;
  readonly outcome: string;
  readonly detail: string;
  readonly people: readonly Person[];
}

/** One per recipient. A message that was not delivered is reported, never thrown and never silently dropped. */
export interface Delivery {
  readonly channel: string;
  readonly person: string;
  readonly status: "sent" | "failed";
  /** Why it failed, without any secret; null if it was sent. */
  readonly reason: string | null;
}

export interface Notifier {
  approvalRequested(notice: ApprovalNotice): Promise<readonly Delivery[]>;
  ended(notice: OutcomeNotice): Promise<readonly Delivery[]>;
}
