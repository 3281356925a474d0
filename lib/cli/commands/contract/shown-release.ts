import type { Migration, Release } from "../../../core/migration/release.js";
import { contractOf } from "../../../core/release/contract-of.js";

/** One release, and the part of it that is shown. */
export interface ShownRelease {
  readonly path: string;
  readonly release: Release;
  readonly migrations: readonly Migration[];
}

/** The contract of the migrations that are shown. */
export function shownContract({ release, migrations }: ShownRelease) {
  return contractOf(migrations, release.migrations, release.application);
}
