import type { OfCluster, OfWave } from "./approved.js";
import type { OpenQuestion } from "./open-question.js";
import type { Target } from "./target.js";
import type { TenantSize } from "./tenant-size.js";

/** What is known of the tenants of a batch, by their ids, so that who works on it reads nothing of the whole fleet. */
export interface BatchParts {
  /** What was approved for each of them, by id; absent before the approval. */
  readonly targets?: Readonly<Record<string, Target>>;
  /** Bytes of each of them, and of the tenant that was cloned for it, by id; absent where nobody is to foretell times. */
  readonly sizes?: Readonly<Record<string, TenantSize>>;
  /** What only an execution on a clone of each of them can answer, by id; absent where nothing is rehearsed. */
  readonly open?: Readonly<Record<string, readonly OpenQuestion[]>>;
  /** What each of them has in common with others, by id; absent before the dry run. */
  readonly clusters?: Readonly<Record<string, OfCluster>>;
  /** By id; absent before the approval. */
  readonly waves?: Readonly<Record<string, OfWave>>;
}
