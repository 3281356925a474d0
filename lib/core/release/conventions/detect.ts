import { type Convention, inFolder, type Sign, type SignKind } from "../../migration/convention.js";
import type { SourceFile } from "../../migration/source-file.js";
import { areAlike, CONVENTIONS } from "./conventions.js";

/** A convention that some sign points to, and how strongly. */
interface Candidate {
  readonly id: string;
  readonly signs: readonly Sign[];
  /** Migrations that it would read. */
  readonly migrations: number;
  readonly weight: number;
}

export interface Detection {
  /** Null when nothing points to any convention. */
  readonly convention: Convention | null;
  /** All that something points to, the strongest first. */
  readonly candidates: readonly Candidate[];
  /** True when another is as likely as the chosen one. */
  readonly ambiguous: boolean;
}

const WEIGHTS: Readonly<Record<SignKind, number>> = { mark: 4, manifest: 2, names: 1 };
/** Weights that differ by less count as equal: their last part is a share of the files. */
const AS_LIKELY = 0.25;

/**
 * Weighs all signs: the kinds of sign a convention has, and the share of the files that it would read. `plain` reads any file, so that alone means
 * nothing.
 */
export function detectConvention(files: readonly SourceFile[]): Detection {
  const code = inFolder(files).filter((file) => /\.(sql|rs)$/i.test(file.name)).length;
  const candidates = CONVENTIONS.flatMap((convention): (Candidate & { readonly convention: Convention })[] => {
    const signs = convention.signs(files);
    if (signs.length === 0) return [];
    const { migrations } = convention.read(files);
    const taken = new Set(migrations.flatMap(({ up, down }) => [up.file.path, ...(down ? [down.file.path] : [])])).size;
    const kinds = [...new Set(signs.map(({ kind }) => kind))];
    const certainty = convention.id === "plain" ? 0 : kinds.reduce((sum, kind) => sum + WEIGHTS[kind], 0);
    const weight = certainty + (code === 0 ? 0 : Math.min(1, taken / code) * 0.5);
    return [{ id: convention.id, convention, signs, migrations: migrations.length, weight }];
  }).sort((a, b) => b.weight - a.weight);
  const [first, second] = candidates;
  const rivals = first && second && !areAlike(first.id, second.id) && second.id !== "plain";
  return {
    convention: first?.convention ?? null,
    candidates: candidates.map(({ convention: _, ...candidate }) => candidate),
    ambiguous: rivals === true && first.weight - second.weight < AS_LIKELY,
  };
}

/** What was chosen, why, and why not the second best: one sentence each. */
export function explainDetection({ candidates, ambiguous }: Detection): readonly string[] {
  const [first, second] = candidates.filter((each) => each.id !== "plain" || candidates.length === 1);
  if (!first) return [];
  const chosen = `Read as ${first.id}: ${textOf(first.signs)}.`;
  if (!second) return [chosen];
  const why = ambiguous ? "As likely is" : "Not as";
  return [chosen, `${why} ${second.id}, for which speaks: ${textOf(second.signs)}.`];
}

function textOf(signs: readonly Sign[]): string {
  return signs.map(({ text }) => text).join("; ");
}
