/** The majors whose system catalogs are known. A newer one is read if what we do not know holds nothing of a user's. */
export const OLDEST_MAJOR = 13;
export const NEWEST_MAJOR = 19;

/** Major versions; `to` is null where there is no last one. */
export interface MajorRange {
  readonly from: number;
  readonly to: number | null;
}

/** `13 to 17`, `13 and later`. */
export function majorsText({ from, to }: MajorRange): string {
  if (to === null) return `${from} and later`;
  return from === to ? String(from) : `${from} to ${to}`;
}

/** The day of each major's last release. Source: postgresql.org, "Versioning Policy". */
export const LAST_RELEASE: Readonly<Record<number, string>> = {
  13: "2025-11-13",
  14: "2026-11-12",
  15: "2027-11-11",
  16: "2028-11-09",
  17: "2029-11-08",
  18: "2030-11-14",
  19: "2031-11-13",
};
