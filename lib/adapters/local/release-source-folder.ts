import type { ReleaseSource } from "../../ports/release-source.js";
import { readReleaseFolder } from "./release-folder.js";

/** A release that lies in a folder of this machine. `application`: see `readReleaseFolder`. */
export function releaseSourceFolder(directory: string, application: readonly string[] | null): ReleaseSource {
  return { files: () => readReleaseFolder(directory, application) };
}
