import type { RefusalCode } from "../core/approval/decide.js";
import type { Channel } from "../core/approval/request.js";
import type { Approvals } from "../ports/approvals.js";
import type { Clock } from "../ports/clock.js";
import type { ReviewModel } from "./model.js";

/** A decision, or a rejected request, for the audit trail. Contains no token, link, cookie or signature. */
export type ReviewEvent =
  | {
      readonly kind: "decision";
      readonly run: string;
      readonly person: string;
      readonly channel: Channel;
      readonly verdict: "approve" | "reject";
      readonly reason: string | null;
      readonly digest: string;
      readonly at: number;
    }
  | {
      readonly kind: "refusal";
      /** Null if the request did not credibly name one. */
      readonly run: string | null;
      /** Who the channel said it was; null if it could not say. */
      readonly person: string | null;
      readonly channel: Channel;
      readonly code: RefusalCode | RefusedRequestCode;
      readonly message: string;
      readonly at: number;
    };

/** Refused before anyone checked who may decide. */
export type RefusedRequestCode =
  | "no-capability"
  | "malformed"
  | "forged"
  | "view-only"
  | "csrf"
  | "cross-site"
  | "bad-form"
  | "unknown-run"
  | "state-changed"
  | "tampered"
  | "not-rolling";

/** What a person said about a rollout at work; `speed` in percent of the time. */
export type Said = { readonly by: string } & ({ readonly paused: boolean } | { readonly speed: number });

export interface ReviewDeps {
  /** Where browsers reach us, such as `https://gate.example.com`; no path. */
  readonly origin: string;
  /** Signs links and forms; 32 random bytes or more. */
  readonly key: Uint8Array;
  readonly approvals: Approvals;
  readonly clock: Clock;
  /** Built from the run's artifacts as they are now, including its digest; null for an unknown run. `approval` is filled in here. */
  model(run: string): Promise<ReviewModel | null>;
  /** The same for an open page, each time it asks; absent: `model`. */
  readonly live?: (run: string) => Promise<ReviewModel | null>;
  /** Holds the rollout, resumes it, or sets the speed of its backfills; absent if the page cannot do that. */
  readonly hold?: (run: string, said: Said) => Promise<void>;
  /** Continues the state machine once the question is answered, or can no longer be. May be called again for the same answer. */
  settle(run: string): Promise<void>;
  audit(event: ReviewEvent): Promise<void>;
  /** Gets the reason why a request could not be answered, for the operator's log: the page does not say. */
  readonly failed?: (error: Error) => void;
}
