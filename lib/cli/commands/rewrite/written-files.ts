import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Migration, Release } from "../../../core/migration/release.js";
import type { ReleaseFile } from "../../../core/migration/source-file.js";
import { conventionNamed } from "../../../core/release/conventions/conventions.js";
import { readRelease } from "../../../core/release/read-release.js";
import type { RewritePlan } from "../../../core/rewrite/plan.js";
import { NotRewritable, type RewriteRefusalCode } from "../../../core/rewrite/refusal.js";
import { runsAs } from "../../../core/rewrite/step-migrations.js";
import { type WrittenStep, writePlan } from "../../../core/rewrite/write-plan.js";
import type { RewriteProof } from "../../../steps/rewrite/prove-rewrite.js";
import { laterFolder } from "../../run/waiting-steps.js";

export interface PlanFiles {
  readonly steps: readonly WrittenStep[];
  /** Why there are none; null if there are some. */
  readonly unwritten: { readonly code: RewriteRefusalCode; readonly reason: string } | null;
}

/** The files of a plan. The convention reads their text again: they run what was proved, or none is written. */
export async function filesOf(
  release: Release,
  migration: Migration,
  { plan, proof }: { readonly plan: RewritePlan; readonly proof: RewriteProof },
  folder: readonly ReleaseFile[],
): Promise<PlanFiles> {
  const convention = conventionNamed(release.convention);
  try {
    if (!convention) throw new NotRewritable("convention", `there is no convention ${release.convention}`);
    const downs = proof.steps.map(({ down }) => down.statements);
    const paths = folder.map(({ path }) => path);
    const steps = writePlan(plan, downs, { release, migration, convention, paths });
    await assertReadAlike(release, migration, steps, folder);
    return { steps, unwritten: null };
  } catch (error) {
    if (!(error instanceof NotRewritable)) throw error;
    return { steps: [], unwritten: { code: error.code, reason: error.message } };
  }
}

async function assertReadAlike(
  release: Release,
  migration: Migration,
  steps: readonly WrittenStep[],
  folder: readonly ReleaseFile[],
): Promise<void> {
  const gone = new Set(replacedBy(migration));
  const files = steps.flatMap((step) => step.files);
  const kept = folder.filter(({ path }) => !gone.has(path) && !files.some((file) => file.path === path));
  const written = files.map(({ path, text }) => ({ path, bytes: Buffer.from(text) }));
  const { migrations } = await readRelease([...kept, ...written], { convention: release.convention });
  const at = steps.map(({ files: [first] }) => migrations.findIndex(({ up }) => up.file === first?.path));
  const alike = steps.every(({ step }, index) => {
    const read = migrations[at[index] ?? -1];
    return read && runsAs(read.up, step) && (index === 0 || (at[index] ?? 0) > (at[index - 1] ?? 0));
  });
  if (!alike)
    throw new NotRewritable("convention", `files of ${release.convention} would not run the steps as they were proved`);
}

/** Files of the original that the steps replace. */
function replacedBy({ up, down }: Migration): readonly string[] {
  return [...new Set([up.file, ...(down ? [down.file] : [])])];
}

export interface Targets {
  /** Of the files' paths. */
  readonly folder: string;
  /** Where contract steps wait: no framework looks there. */
  readonly later: string;
}

export function targetsOf(folder: string): Targets {
  return { folder, later: laterFolder(folder) };
}

/**
 * Writes the steps next to the original, those of a later release into a separate folder, and the original's own files last. If one cannot
 * be written, all written ones are removed again, and the original stays as it was. Returns the paths.
 */
export async function writeSteps(
  migration: Migration,
  steps: readonly WrittenStep[],
  targets: Targets,
): Promise<readonly string[]> {
  const placed = steps.flatMap(({ step, files }) =>
    files.map(({ path, text }) => ({
      path: join(step.phase === "contract" ? targets.later : targets.folder, path),
      text,
    })),
  );
  const replaced = replacedBy(migration).map((path) => join(targets.folder, path));
  const fresh: string[] = [];
  try {
    for (const { path, text } of placed) {
      await mkdir(dirname(path), { recursive: true });
      const isReplaced = replaced.includes(path);
      await writeFile(isReplaced ? `${path}.new` : path, text, { flag: "wx" });
      fresh.push(isReplaced ? `${path}.new` : path);
    }
  } catch (error) {
    for (const path of fresh) await rm(path, { force: true });
    throw error;
  }
  for (const { path } of placed) if (replaced.includes(path)) await rename(`${path}.new`, path);
  for (const path of replaced) if (!placed.some((each) => each.path === path)) await rm(path);
  return placed.map(({ path }) => path);
}
