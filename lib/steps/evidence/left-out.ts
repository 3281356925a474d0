import { plural } from "../../core/plural.js";
import { shortList } from "../../core/short-list.js";
import type { RegistryChanges, TenantProgress, TenantReading } from "../run/records.js";
import type { RunScope } from "../run/run-scope.js";

export interface LeftOutSources {
  readonly scope: RunScope | null;
  readonly registry: RegistryChanges | null;
  readonly readings: ReadonlyMap<string, TenantReading>;
  readonly progress: ReadonlyMap<string, TenantProgress>;
}

const MOST_NAMES = 5;

/** Who was migrated and who was not, and why, in sentences: a pass never hides a tenant that was left out. */
export function passedReason(sources: LeftOutSources): string {
  const { readings, progress } = sources;
  const had = [...readings.values()].filter(({ pending }) => pending.length === 0).length;
  const migrated = [...progress.values()].filter(({ status }) => status === "migrated").length;
  const rest = leftOutText(sources);
  const all = had === 0 && rest === "";
  const what = all
    ? "Every tenant was migrated and verified."
    : `${plural(migrated, "tenant was", "tenants were")} migrated and verified${had > 0 ? `; ${had} had the release already` : ""}.`;
  return `${what}${rest}`;
}

/** The tenants that a run does not cover, or no longer covers; empty when there are none. Begins with a space. */
export function leftOutText({ scope, registry, progress }: LeftOutSources): string {
  const gone = goneOf(registry, progress);
  const joined = registry?.joined ?? [];
  const fleet = (scope?.listed.length ?? 0) - (scope?.exempt.length ?? 0) - (scope?.leftOut.length ?? 0) - gone.length;
  const exempt = scope?.exempt.map(({ tenant }) => tenant) ?? [];
  const out = scope?.leftOut ?? [];
  const parts = [
    joined.length > 0 &&
      `${fleet} of ${fleet + joined.length}: ${names(joined)} appeared after the approval; schema-gate run takes ${joined.length === 1 ? "it" : "them"}.`,
    gone.length > 0 && `${names(gone)} ${gone.length === 1 ? "is" : "are"} no longer in the registry.`,
    exempt.length > 0 && `${names(exempt)} ${exempt.length === 1 ? "is" : "are"} exempt.`,
    out.length > 0 && `${plural(out.length, "tenant was", "tenants were")} not selected.`,
  ].filter((part) => part !== false);
  return parts.map((part) => ` ${part}`).join("");
}

/** Tenants that left the registry before the release reached them. */
export function goneOf(
  registry: RegistryChanges | null,
  progress: ReadonlyMap<string, TenantProgress>,
): readonly string[] {
  return (registry?.gone ?? []).filter((id) => {
    const status = progress.get(id)?.status;
    return status !== "migrated" && status !== "rolled back";
  });
}

function names(ids: readonly string[]): string {
  return shortList(ids, MOST_NAMES);
}
