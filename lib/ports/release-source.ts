import type { ReleaseFile } from "../core/release/read-release.js";

/** Where the release's files come from: a folder here, a packed object on AWS. */
export interface ReleaseSource {
  files(): Promise<readonly ReleaseFile[]>;
}
