import { countContract } from "../../../core/contract/contract.js";
import type { Script } from "../../../core/migration/release.js";
import { type ShownRelease, shownContract } from "./shown-release.js";

/** Contract, SQL and coverage of one folder, as plain data. */
export function contractJson(shown: ShownRelease) {
  const { path, release, migrations } = shown;
  const contract = shownContract(shown);
  return {
    path,
    release: release.name,
    convention: release.convention,
    alternatives: release.alternatives ?? [],
    detection: release.detection ?? [],
    counts: countContract(contract),
    contract,
    migrations: migrations.map((migration) => ({
      version: migration.version,
      name: migration.name,
      up: script(migration.up),
      down: migration.down ? script(migration.down) : null,
    })),
    coverage: release.coverage,
    findings: release.findings,
  };
}

function script({ file, language, transaction, isolation, statements }: Script) {
  return { file, language, transaction, isolation, statements: statements.map(({ sql, source }) => ({ sql, source })) };
}
