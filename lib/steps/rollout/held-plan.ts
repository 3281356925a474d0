import { z } from "zod";
import { digest } from "../../core/json.js";
import type { Artifacts } from "../../ports/artifacts.js";
import type { Ports } from "../../ports/ports.js";
import { TamperedError } from "../../ports/tampered.js";
import { batchInput } from "../run/each-tenant.js";
import { artifact } from "../run/records.js";

/**
 * What a wave executes: SHA-256 of the texts of artifacts, by key. It is an artifact itself, named by its own digest. That digest travels
 * in the state of the execution, which people who may write artifacts cannot write: what was checked is what is executed.
 */
export type HeldPlan = Readonly<Record<string, string>>;

/** The input of a step that changes the tenants of one batch: `held` is the digest of its plan. */
export const heldInput = batchInput.extend({ held: z.string().regex(/^[0-9a-f]{64}$/) });
export type HeldInput = z.infer<typeof heldInput>;

/** What does not belong to one batch: who asked for what, what is executed, in whom, and how it is taken back. */
const OF_EVERY_BATCH = /^((request|release|clusters|waves|score)\.json|proofs\/.*)$/;

export function ofEveryBatch(plan: HeldPlan): HeldPlan {
  return Object.fromEntries(Object.entries(plan).filter(([key]) => OF_EVERY_BATCH.test(key)));
}

/** Artifacts that record what was read, and never return a second text for the same key. */
export function witnessed(artifacts: Artifacts): { readonly artifacts: Artifacts; readonly seen: HeldPlan } {
  const seen: Record<string, string> = {};
  return { seen, artifacts: checked(artifacts, (key, found) => (seen[key] ??= found)) };
}

/** Stores a plan and returns its digest, which is what gets passed on. */
export async function holdPlan({ artifacts }: Pick<Ports, "artifacts">, plan: HeldPlan): Promise<string> {
  const text = JSON.stringify(plan);
  const held = digest(text);
  await artifacts.putText(artifact.plan(held), text);
  return held;
}

/** Throws `TamperedError` if the plan does not match its digest. */
export async function readPlan({ artifacts }: Pick<Ports, "artifacts">, held: string): Promise<HeldPlan> {
  const text = await artifacts.getText(artifact.plan(held));
  if (text === null || digest(text) !== held) throw changed(artifacts, artifact.plan(held));
  return JSON.parse(text) as HeldPlan;
}

/** Keys of what no longer matches the plan. */
export async function changedSince(
  { artifacts }: Pick<Ports, "artifacts">,
  plan: HeldPlan,
): Promise<readonly string[]> {
  const texts = await Promise.all(Object.keys(plan).map(async (key) => [key, await artifacts.getText(key)] as const));
  return texts.filter(([key, text]) => text === null || digest(text) !== plan[key]).map(([key]) => key);
}

/** The ports for one batch of a plan: whatever the plan names is read as it was recorded, or not at all. Throws `TamperedError`. */
export async function heldPorts(ports: Ports, held: string, batch: string): Promise<Ports> {
  const plan = await readPlan(ports, held);
  if (plan[artifact.batch(batch)] === undefined) throw changed(ports.artifacts, artifact.batch(batch));
  return underPlan(ports, plan);
}

/** Ports that read whatever a plan names as it was recorded, or not at all. They throw `TamperedError`. */
export function underPlan(ports: Ports, plan: HeldPlan): Ports {
  return { ...ports, artifacts: checked(ports.artifacts, (key) => plan[key]) };
}

/** `expected` returns the digest of a key's text; undefined: any text. */
function checked(artifacts: Artifacts, expected: (key: string, found: string) => string | undefined): Artifacts {
  const getText = async (key: string) => {
    const text = await artifacts.getText(key);
    const found = text === null ? "" : digest(text);
    if ((expected(key, found) ?? found) !== found) throw changed(artifacts, key);
    return text;
  };
  return {
    ...artifacts,
    getText,
    async get<T>(key: string) {
      const text = await getText(key);
      return text === null ? null : (JSON.parse(text) as T);
    },
  };
}

function changed(artifacts: Artifacts, key: string): TamperedError {
  return new TamperedError(
    `${artifacts.locate(key)} was changed after it was checked, so nothing is executed from it; find out who wrote there`,
  );
}
