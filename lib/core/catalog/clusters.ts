/** One tenant's fingerprint. */
export interface Reading {
  readonly tenant: string;
  readonly fingerprint: string;
}

/** Tenants with the same fingerprint. */
export interface Cluster {
  /** The shortest prefix of the fingerprint, of at least eight digits, that distinguishes it from the others. */
  readonly id: string;
  readonly fingerprint: string;
  /** Sorted. */
  readonly tenants: readonly string[];
  /** True for one cluster: the largest; if several are equally large, the one whose fingerprint sorts first. */
  readonly majority: boolean;
}

/** The largest cluster first, then by fingerprint: the same readings in any order give the same list. */
export function clusterTenants(readings: readonly Reading[]): Cluster[] {
  const byFingerprint = new Map<string, string[]>();
  for (const { tenant, fingerprint } of readings) {
    const tenants = byFingerprint.get(fingerprint);
    if (tenants) tenants.push(tenant);
    else byFingerprint.set(fingerprint, [tenant]);
  }
  const length = distinctLength([...byFingerprint.keys()]);
  return [...byFingerprint]
    .sort(([a, as], [b, bs]) => bs.length - as.length || (a < b ? -1 : 1))
    .map(([fingerprint, tenants], index) => ({
      id: fingerprint.slice(0, length),
      fingerprint,
      tenants: tenants.sort(),
      majority: index === 0,
    }));
}

function distinctLength(fingerprints: readonly string[]): number {
  let length = 8;
  while (new Set(fingerprints.map((each) => each.slice(0, length))).size < fingerprints.length) length++;
  return length;
}
