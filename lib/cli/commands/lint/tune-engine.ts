import { setFlagsFromString } from "node:v8";
import type { LintGroup } from "../../../adapters/local/lint-paths.js";

/** Bytes from which on a run is long enough for optimised code to pay for its compiler. */
const LONG_RUN = 8 << 20;

/**
 * A lint of some thousand files takes less time than V8 spends on optimising what it runs, so its compilers are held
 * back: measured, half of the processor time. Other major versions of V8 than the measured ones are left alone, since
 * they may not know these flags.
 */
export function tuneEngine(groups: readonly LintGroup[]): void {
  const bytes = groups.flatMap(({ files }) => files).reduce((sum, file) => sum + file.bytes.length, 0);
  const major = Number.parseInt(process.versions.v8, 10);
  if (bytes >= LONG_RUN || major < 11 || major > 13) return;
  setFlagsFromString("--no-wasm-tier-up");
  setFlagsFromString("--no-wasm-dynamic-tiering");
  setFlagsFromString("--interrupt-budget=4000000");
}
