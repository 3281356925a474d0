import type { Workload } from "../../core/workload/workload.js";
import type { ReleaseSource } from "../../ports/release-source.js";
import { readReleaseFolder } from "./release-folder.js";

export interface ReleaseSourceFolder {
  readonly directory: string;
  /** See `readReleaseFolder`. */
  readonly application: readonly string[] | null;
  /** Reads what the config says about the application's queries; null if it says nothing. */
  readonly workload: (() => Promise<Workload>) | null;
  /** The current seal of a team's own program; null if there is none. */
  readonly program: (() => Promise<string>) | null;
}

/** A release in a folder of this machine. */
export function releaseSourceFolder({ directory, application, program, workload }: ReleaseSourceFolder): ReleaseSource {
  return {
    files: () => readReleaseFolder(directory, application),
    async workload() {
      return workload === null ? null : workload();
    },
    async programChecksum() {
      return program === null ? null : program();
    },
  };
}
