import type { ReleaseFile } from "../core/release/read-release.js";
import type { Workload } from "../core/workload/workload.js";

/** Where the release's files come from: a folder here, a packed object on AWS. */
export interface ReleaseSource {
  files(): Promise<readonly ReleaseFile[]>;
  /** The application's queries from the config's files, versions and logs; null if it names none. */
  workload(): Promise<Workload | null>;
  /** SHA-256 over everything that a team's own program executes; null if there is none. Absent if programs cannot be run. */
  programChecksum?(): Promise<string | null>;
}
