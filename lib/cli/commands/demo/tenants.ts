/** Names for a generated fleet. Two of them have a drifted schema. */
export const MISSING_INDEX = "042-prod";
export const NULLABLE_LIMIT = "159-legacy";
/** In the scenario `blocked`: tenants whose rows would break the release. */
export const ORPHANS = "088-emea";
export const DUPLICATES = "203-apac";
/** The number of the first of them. */
export const LEAST_BLOCKED = Number(ORPHANS.slice(0, 3));

const SUFFIXES = ["prod", "emea", "apac", "labs", "retail", "health", "nordic"];
const NAMED = new Map([MISSING_INDEX, NULLABLE_LIMIT, ORPHANS, DUPLICATES].map((id) => [Number(id.slice(0, 3)), id]));

/** Ids `001-…` to `NNN-…`, always the same for the same number. */
export function demoTenants(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => {
    const number = index + 1;
    return NAMED.get(number) ?? `${String(number).padStart(3, "0")}-${SUFFIXES[number % SUFFIXES.length]}`;
  });
}

export function databaseName(id: string): string {
  return `tenant_${id.replaceAll("-", "_")}`;
}
