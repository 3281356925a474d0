import { z } from "zod";

export const wavePolicySchema = z.strictObject({
  /** How many tenants go first, or the group that does. */
  canary: z.union([z.int().min(1, { error: "a canary needs at least 1 tenant" }), z.string().min(1)]).default(1),
  /** Each wave is this many times as large as the one before. */
  growth: z.number().min(1, { error: "waves cannot shrink: the growth must be at least 1" }).default(3),
  /** The largest wave; null for no limit. */
  maxWave: z.int().min(1, { error: "a wave needs at least 1 tenant" }).nullable().default(100),
});

export type WavePolicy = z.infer<typeof wavePolicySchema>;

export interface WaveTenant {
  readonly id: string;
  readonly host: string;
  readonly group: string | null;
  /** 0…1. */
  readonly risk: number;
}

/** The tenants migrated together. */
export interface Wave {
  /** 0-based; 0 is the canary. */
  readonly index: number;
  /** `canary`, `wave 2`, `wave 3`, … */
  readonly name: string;
  /** Ids, the least risky first. */
  readonly tenants: readonly string[];
  /** The same tenants by the server that holds them, whose connections they share. */
  readonly hosts: readonly { readonly host: string; readonly tenants: readonly string[] }[];
}

/** The policy does not fit itself or the fleet. The message names what is wrong and what to write instead. */
export class WavePolicyError extends Error {
  override readonly name = "WavePolicyError";
}

/**
 * Cuts the fleet into waves: the canary is the group that the policy names, or the least risky tenants; the others follow
 * from the least to the most risky, in waves that grow. Equal risk goes by id, so the same fleet always gives the same
 * waves. Every tenant is in exactly one wave; no wave is empty; an empty fleet has none.
 *
 * Throws `WavePolicyError` for a policy that its schema refuses, a canary group without tenants, and a duplicate id.
 */
export function planWaves(tenants: readonly WaveTenant[], policy: WavePolicy): readonly Wave[] {
  const checked = wavePolicySchema.safeParse(policy);
  if (!checked.success) throw new WavePolicyError(`the wave policy is wrong: ${checked.error.issues[0]?.message}`);
  const ordered = tenants.toSorted((a, b) => riskOf(a) - riskOf(b) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  refuseDuplicates(ordered);
  if (ordered.length === 0) return [];
  const { canary, growth, maxWave } = checked.data;
  const first = typeof canary === "number" ? ordered.slice(0, canary) : groupOf(ordered, canary);
  const taken = new Set(first);
  const rest = ordered.filter((tenant) => !taken.has(tenant));
  const largest = maxWave ?? ordered.length;
  const waves: (readonly WaveTenant[])[] = [first];
  for (let start = 0, size = first.length; start < rest.length; ) {
    size = Math.min(largest, Math.max(size, Math.floor(size * growth)));
    waves.push(rest.slice(start, start + size));
    start += size;
  }
  return waves.flatMap((wave) => cut(wave, largest)).map(describe);
}

/** What is not a number goes last. */
function riskOf(tenant: WaveTenant): number {
  return Number.isNaN(tenant.risk) ? Number.MAX_VALUE : tenant.risk;
}

function refuseDuplicates(ordered: readonly WaveTenant[]): void {
  const seen = new Set<string>();
  for (const { id } of ordered) {
    if (seen.has(id)) throw new WavePolicyError(`tenant ${id} is listed twice; each tenant is migrated once`);
    seen.add(id);
  }
}

function groupOf(ordered: readonly WaveTenant[], group: string): readonly WaveTenant[] {
  const members = ordered.filter((tenant) => tenant.group === group);
  if (members.length > 0) return members;
  const known = [...new Set(ordered.flatMap((tenant) => tenant.group ?? []))].sort();
  const hint = known.length > 0 ? `the groups are ${known.join(", ")}` : "no tenant has a group";
  throw new WavePolicyError(`the canary group ${group} has no tenant of this release; ${hint}`);
}

/** A canary larger than the largest wave is migrated in several. */
function cut(wave: readonly WaveTenant[], largest: number): readonly (readonly WaveTenant[])[] {
  const parts: (readonly WaveTenant[])[] = [];
  for (let start = 0; start < wave.length; start += largest) {
    parts.push(wave.slice(start, start + largest));
  }
  return parts;
}

function describe(wave: readonly WaveTenant[], index: number): Wave {
  const hosts = new Map<string, string[]>();
  for (const { id, host } of wave) {
    const list = hosts.get(host);
    if (list) list.push(id);
    else hosts.set(host, [id]);
  }
  return {
    index,
    name: index === 0 ? "canary" : `wave ${index + 1}`,
    tenants: wave.map((tenant) => tenant.id),
    hosts: [...hosts].map(([host, ids]) => ({ host, tenants: ids })),
  };
}
