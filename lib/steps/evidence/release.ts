import { countContract } from "../../core/contract/contract.js";
import type { Evidence } from "../../core/evidence/evidence.js";
import { digest } from "../../core/json.js";
import type { Release } from "../../core/migration/release.js";
import { pendingContract } from "../catalog/pending.js";
import type { ClusterRecord } from "../run/records.js";

/** The release as the evidence names it. */
export function releaseEvidence(
  release: Release,
  clusters: readonly ClusterRecord[],
  folder: string | undefined,
): Evidence["release"] {
  const pieces = release.coverage.pieces;
  const { columns, indexes, foreignKeys } = countContract(pendingContract(release, clusters));
  return {
    name: release.name,
    convention: release.convention,
    ...(folder === undefined ? {} : { folder }),
    digest: digest(release.migrations.map((migration) => migration.up.checksum)),
    migrations: release.migrations.map(({ version, name, up }) => ({
      version,
      name,
      file: up.file,
      language: up.language,
      checksum: up.checksum,
    })),
    contract: { columns, indexes, foreignKeys },
    coverage: {
      understood: release.coverage.understood,
      opaque: pieces.filter((piece) => piece.status === "opaque").length,
      ignored: pieces.filter((piece) => piece.status === "ignored").length,
    },
  };
}
