import type { Convention, WrittenFile } from "../migration/convention.js";
import { planComment } from "../migration/plan-step.js";
import type { Migration, Release } from "../migration/release.js";
import { namedPath, nextVersion } from "../release/conventions/written.js";
import type { RewritePlan, RewriteStep } from "./plan.js";
import { NotRewritable } from "./refusal.js";

/** The files of one step. */
export interface WrittenStep {
  readonly step: RewriteStep;
  /** As it is in the path. */
  readonly version: string;
  readonly name: string;
  readonly files: readonly WrittenFile[];
}

interface Place {
  readonly release: Release;
  readonly migration: Migration;
  readonly convention: Convention;
  /** Every file of the folder. */
  readonly paths: readonly string[];
}

/**
 * The steps as files in the folder's convention: the first step that runs in this release has the original's version, the others those after it.
 * `downs`: one per step; null for a step without one. Throws `NotRewritable` where they cannot be written.
 */
export function writePlan(
  { steps }: RewritePlan,
  downs: readonly (readonly string[] | null)[],
  place: Place,
): readonly WrittenStep[] {
  const { migration, convention } = place;
  const path = migration.up.file;
  if (migration.up.language === "rust")
    throw new NotRewritable(
      "rust",
      `${path} is Rust code: write these statements where it builds the ones they replace`,
    );
  if (!convention.write)
    throw new NotRewritable(
      "convention",
      `files of the convention ${convention.id} are listed elsewhere and are not written`,
    );
  const named = namedPath(path);
  if (!named)
    throw new NotRewritable("convention", `${path} has no number in front, by which steps could be put in order`);
  refuseWaivers(migration);
  const like = { path, hasDown: migration.down !== null };
  let version = named.version;
  const names = namesOf(steps, named.name);
  const plan = `${named.version}_${named.name}`;
  return steps.map((step, at) => {
    if (at > 0) version = versionAfter(version, place);
    const name = names[at] ?? named.name;
    const written = { version, name, up: textOf(step, at, steps.length, plan), transaction: step.transaction };
    const files = convention.write?.({ ...written, down: downText(downs[at] ?? null) }, like);
    if (!files)
      throw new NotRewritable("convention", `${convention.id} has no form for a step that runs outside a transaction`);
    for (const file of files) refuseTaken(file, place);
    return { step, version, name, files };
  });
}

/** The first keeps the original's name; duplicates are numbered. */
function namesOf(steps: readonly RewriteStep[], original: string): readonly string[] {
  const seen = new Map<string, number>();
  return steps.map(({ slug }, at) => {
    if (at === 0) return original;
    const name = slug === "" ? original : `${original}_${slug}`;
    const count = (seen.get(name) ?? (name === original ? 1 : 0)) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name}_${count}`;
  });
}

function versionAfter(version: string, { release, migration, convention }: Place): string {
  const next = nextVersion(version);
  const bare = (text: string) => text.replaceAll("-", "");
  const later = release.migrations.slice(release.migrations.indexOf(migration) + 1)[0];
  const same = (text: string) => bare(text).replace(/^0+(?=\d)/, "");
  const isThere = (at: string) => same(at) === same(later?.version ?? "");
  if (next === null || isThere(next) || (later && convention.compare(bare(next), bare(later.version)) >= 0))
    throw new NotRewritable(
      "no-version",
      `there is no version between ${version} and ${later?.version ?? "the next"} for a further step`,
    );
  return next;
}

function refuseTaken({ path }: WrittenFile, { paths, migration }: Place): void {
  if (paths.includes(path) && path !== migration.up.file && path !== migration.down?.file && !path.endsWith(".toml"))
    throw new NotRewritable("file-exists", `${path} is there already`);
}

/** A waiver applies to the statement below it, and would be lost. */
function refuseWaivers({ up }: Migration): void {
  if (/schema-gate:\s*allow/i.test(up.text ?? ""))
    throw new NotRewritable(
      "waiver",
      `${up.file} waives findings of lint for its statements; take the waivers away first`,
    );
}

function textOf(step: RewriteStep, at: number, of: number, plan: string): string {
  const { phase, condition } = step;
  const isAlone = of === 1 && condition === null;
  const head = isAlone ? "" : `${planComment({ plan, number: at + 1, of, phase, condition })}\n`;
  const backfill = step.backfill === null ? "" : `${step.backfill}\n`;
  return `${head}${backfill}${joined(step.statements)}`;
}

function downText(statements: readonly string[] | null): string | null {
  if (statements === null) return null;
  return statements.length === 0 ? "-- Nothing to take back.\nSELECT 1;\n" : joined(statements);
}

function joined(statements: readonly string[]): string {
  return statements.map((sql) => `${sql.replace(/;\s*$/, "")};\n`).join("");
}
