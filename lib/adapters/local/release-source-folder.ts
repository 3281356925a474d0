import { readFile } from "node:fs/promises";
import { sha256 } from "../../core/migration/checksums/sha.js";
import type { ReleaseSource } from "../../ports/release-source.js";
import { readReleaseFolder } from "./release-folder.js";

export interface ReleaseSourceFolder {
  readonly directory: string;
  /** See `readReleaseFolder`. */
  readonly application: readonly string[] | null;
  /** A team's own program: a path, or a name that the PATH answers; null when there is none. */
  readonly program: string | null;
}

/** A release that lies in a folder of this machine. */
export function releaseSourceFolder({ directory, application, program }: ReleaseSourceFolder): ReleaseSource {
  return {
    files: () => readReleaseFolder(directory, application),
    async programChecksum() {
      if (program === null || !program.includes("/")) return null;
      // One that is not there is said when it should run.
      const bytes = await readFile(program).catch(() => null);
      return bytes && sha256(bytes);
    },
  };
}
