const LONGEST_LABEL = 57;

/**
 * Name of a run that is also the name of its execution: the release and the time, such as `billing-4.2-20261122T170000Z`. The same release and time
 * give the same name, so that a repeated request runs once. `time` in milliseconds since the epoch.
 */
export function runName(release: string, time: number): string {
  const label = release
    .replace(/^inputs\//, "")
    .replace(/\.json\.gz$/, "")
    .replace(/[^A-Za-z0-9_.-]+/g, "-")
    .replace(/^[^A-Za-z0-9]+/, "")
    .slice(0, LONGEST_LABEL);
  const stamp = new Date(time).toISOString().replace(/[-:]/g, "").replace(/\.\d+/, "");
  return `${label || "release"}-${stamp}`;
}
