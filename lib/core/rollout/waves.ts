import { z } from "zod";
import { groupsSchema, type RolloutGroup } from "./groups.js";

export const wavePolicySchema = z.strictObject({
  /** How many tenants go first, or the group that does. */
  canary: z.union([z.int().min(1, { error: "a canary needs at least 1 tenant" }), z.string().min(1)]).default(1),
  /** Each wave is this many times as large as the one before. */
  growth: z.number().min(1, { error: "waves cannot shrink: the growth must be at least 1" }).default(3),
  /** The largest wave; null for no limit. */
  maxWave: z.int().min(1, { error: "a wave needs at least 1 tenant" }).nullable().default(100),
  groups: groupsSchema,
});

export interface WavePolicy extends Omit<z.infer<typeof wavePolicySchema>, "groups"> {
  readonly groups?: readonly RolloutGroup[];
}

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
  /** `canary`, `wave 2`, `wave 3 (eu)`, … */
  readonly name: string;
  /** The group of the policy that all its tenants are in; null for none. */
  readonly group: string | null;
  /** Ids, the least risky first. */
  readonly tenants: readonly string[];
  /** The same tenants by the server that holds them, whose connections they share. */
  readonly hosts: readonly { readonly host: string; readonly tenants: readonly string[] }[];
}

/** The policy is inconsistent or does not fit the fleet. The message names what is wrong and what to write instead. */
export class WavePolicyError extends Error {
  override readonly name = "WavePolicyError";
}

/**
 * Cuts the fleet into waves: the canary is the group that the policy names, or the least risky tenants; then come the groups in the policy's order,
 * then the tenants of no group; each from the least to the most risky, in waves that grow. Equal risk is ordered by id, so the same fleet always
 * gives the same waves. Every tenant is in exactly one wave, of one group; no wave is empty; an empty fleet has none. If the canary group already has
 * the release, one tenant goes first instead.
 *
 * Throws `WavePolicyError` for a policy that its schema refuses, and for a duplicate id.
 */
export function planWaves(tenants: readonly WaveTenant[], policy: WavePolicy): readonly Wave[] {
  const checked = wavePolicySchema.safeParse(policy);
  if (!checked.success) throw new WavePolicyError(`the wave policy is wrong: ${checked.error.issues[0]?.message}`);
  const ordered = tenants.toSorted((a, b) => riskOf(a) - riskOf(b) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  refuseDuplicates(ordered);
  const { canary, growth, maxWave, groups } = checked.data;
  const names = groups.map(({ name }) => name);
  const members = typeof canary === "string" ? ordered.filter(({ group }) => group === canary) : [];
  const largest = maxWave ?? ordered.length;
  const waves: Part[] = [];
  let size = typeof canary === "number" ? canary : members.length || 1;
  for (const { group, tenants: some } of sections(ordered, typeof canary === "string" ? [canary, ...names] : names)) {
    const named = names.includes(group ?? "") ? group : null;
    for (let start = 0; start < some.length; ) {
      if (waves.length > 0) size = Math.min(largest, Math.max(size, Math.floor(size * growth)));
      waves.push({ group: named, tenants: some.slice(start, start + size) });
      start += size;
    }
  }
  return waves.flatMap((wave) => cut(wave, largest)).map(describe);
}

/** Tenants that may be in one wave. */
interface Part {
  readonly group: string | null;
  readonly tenants: readonly WaveTenant[];
}

/** By group in this order, then those that are in none of them. */
function sections(ordered: readonly WaveTenant[], names: readonly string[]): readonly Part[] {
  const rest = ordered.filter(({ group }) => !names.includes(group ?? ""));
  return [
    ...[...new Set(names)].map((name) => ({ group: name, tenants: ordered.filter(({ group }) => group === name) })),
    { group: null, tenants: rest },
  ];
}

/** Throws `WavePolicyError` for a group of the policy that no tenant of the registry is in. */
export function refuseUnknownGroups(
  tenants: readonly Pick<WaveTenant, "group">[],
  { canary, groups = [] }: WavePolicy,
): void {
  const known = new Set(tenants.flatMap(({ group }) => group ?? []));
  const hint = known.size > 0 ? `the groups are ${[...known].sort().join(", ")}` : "no tenant has a group";
  if (typeof canary === "string" && !known.has(canary))
    throw new WavePolicyError(`the canary group ${canary} has no tenant; ${hint}`);
  const empty = groups.find(({ name }) => !known.has(name));
  if (empty !== undefined)
    throw new WavePolicyError(`the group ${empty.name} of rollout.groups has no tenant; ${hint}`);
}

/** What is not a number comes last. */
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

/** A canary larger than the largest wave is migrated in several waves. */
function cut({ group, tenants }: Part, largest: number): readonly Part[] {
  const parts: Part[] = [];
  for (let start = 0; start < tenants.length; start += largest) {
    parts.push({ group, tenants: tenants.slice(start, start + largest) });
  }
  return parts;
}

function describe({ group, tenants: wave }: Part, index: number): Wave {
  const hosts = new Map<string, string[]>();
  for (const { id, host } of wave) {
    const list = hosts.get(host);
    if (list) list.push(id);
    else hosts.set(host, [id]);
  }
  return {
    index,
    name: `${index === 0 ? "canary" : `wave ${index + 1}`}${group === null ? "" : ` (${group})`}`,
    group,
    tenants: wave.map((tenant) => tenant.id),
    hosts: [...hosts].map(([host, ids]) => ({ host, tenants: ids })),
  };
}
