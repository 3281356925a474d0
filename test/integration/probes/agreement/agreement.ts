import type { Major } from "../../../support/postgres.js";

/** Rows and a release: what the probes say is held against what the server then does. */
export interface Agreement {
  readonly name: string;
  readonly setup: string;
  readonly release: string;
  /** The first major version that knows the statement. */
  readonly since?: number;
}

export function knownTo(major: Major, cases: readonly Agreement[]): readonly Agreement[] {
  return cases.filter(({ since = 0 }) => Number(major) >= since);
}
