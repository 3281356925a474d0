import type { ReleaseSource } from "../../ports/release-source.js";
import { readReleaseFolder } from "./release-folder.js";

/** A release that lies in a folder of this machine. */
export function releaseSourceFolder(directory: string): ReleaseSource {
  return { files: () => readReleaseFolder(directory) };
}
