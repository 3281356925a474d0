import { nextSize, smaller } from "../../core/backfill/batch-size.js";
import type { DatabaseError } from "../../ports/database.js";
import { callsFor } from "./backfill-errors.js";

/** How often a batch that meets a lock is tried, before the whole tenant is tried later. */
const MOST_TRIES = 8;
const LONGEST_WAIT_MS = 2_000;
/** Single rows that must pass one after the other: by then the one that failed no longer does. */
const PASSED = 3;

/** What to do about a failed batch: give up, name the row, or try again after a wait. */
export type AfterFailure =
  | { readonly kind: "stop" }
  | { readonly kind: "halt" }
  | { readonly kind: "again"; readonly waitMs: number };

/** How many rows the next batch walks: by the time that the last took, and fewer and fewer while looking for a row that fails. */
export class BatchSizing {
  size: number;
  private bisecting = false;
  private alone = 0;
  private tries = 0;

  constructor(
    private readonly targetMs: number,
    first: number,
  ) {
    this.size = first;
  }

  succeeded(ms: number): void {
    this.tries = 0;
    if (!this.bisecting) {
      this.size = nextSize(this.size, ms, this.targetMs);
      return;
    }
    this.alone = this.size === 1 ? this.alone + 1 : 0;
    this.halve();
    if (this.alone > PASSED) this.bisecting = false;
  }

  failed(error: DatabaseError): AfterFailure {
    const call = callsFor(error);
    if (call === "stop") return { kind: "stop" };
    if (call === "bisect" || (call === "shrink" && this.size === 1)) {
      if (this.size === 1) return { kind: "halt" };
      this.bisecting = true;
      this.alone = 0;
      this.halve();
      return { kind: "again", waitMs: 0 };
    }
    this.tries += 1;
    if (call === "wait" && this.tries >= MOST_TRIES) return { kind: "stop" };
    this.size = smaller(this.size);
    return { kind: "again", waitMs: call === "wait" ? Math.min(LONGEST_WAIT_MS, 25 * 2 ** this.tries) : 0 };
  }

  private halve(): void {
    this.size = Math.max(1, Math.floor(this.size / 2));
  }
}
