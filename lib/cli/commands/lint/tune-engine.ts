import { setFlagsFromString } from "node:v8";
import type { LintGroup } from "../../../adapters/local/lint-paths.js";

/** Bytes from which on a run is long enough for optimised code to pay for its compilation. */
const LONG_RUN = 8 << 20;

/**
 * Linting a few thousand files takes less time than V8 spends on optimising the code, so its compilers are held back: measured, half of the
 * processor time. Major versions of V8 other than the measured ones are left alone, since they may not know these flags.
 */
export function tuneEngine(groups: readonly LintGroup[]): void {
  const bytes = groups.flatMap(({ files }) => files).reduce((sum, file) => sum + file.bytes.length, 0);
  const major = Number.parseInt(process.versions.v8, 10);
  if (bytes >= LONG_RUN || major < 11 || major > 13) return;
  setFlagsFromString("--no-wasm-tier-up");
  setFlagsFromString("--no-wasm-dynamic-tiering");
  setFlagsFromString("--interrupt-budget=4000000");
}
