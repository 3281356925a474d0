import type { ReleaseFile } from "../core/release/read-release.js";
import type { Workload } from "../core/workload/workload.js";

/** Where the release's files come from: a folder here, a packed object on AWS. */
export interface ReleaseSource {
  files(): Promise<readonly ReleaseFile[]>;
  /** The queries of the application that the config's files, versions and logs hold; null where it names none. */
  workload(): Promise<Workload | null>;
  /** SHA-256 over all that a team's own program executes; null when there is none. Absent where programs cannot be run. */
  programChecksum?(): Promise<string | null>;
}
