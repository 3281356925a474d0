const FORMATS = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = FORMATS.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });
  FORMATS.set(zone, made);
  return made;
}

/** What a zone's wall clock shows at a moment, read as if it were UTC. Milliseconds. */
export function localTime(moment: number, zone: string): number {
  const parts = Object.fromEntries(
    formatOf(zone)
      .formatToParts(moment)
      .map(({ type, value }) => [type, value]),
  );
  const { year, month, day, hour, minute, second } = parts;
  return Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
}

/**
 * The moment at which a clock in the zone shows this. A time that is skipped in spring is as long after the change as it is after the start
 * of the skipped hour; of a time that occurs twice in autumn, the first counts.
 */
export function utcOf(local: number, zone: string): number {
  const before = local - offset(local - HALF_DAY_MS, zone);
  const after = local - offset(local + HALF_DAY_MS, zone);
  const fits = [before, after].filter((moment) => localTime(moment, zone) === local);
  return fits.length > 0 ? Math.min(...fits) : before;
}

/** No zone changes its clock twice within a day. */
const HALF_DAY_MS = 43_200_000;

/** How far the zone is ahead of UTC at a moment, without odd milliseconds. */
function offset(moment: number, zone: string): number {
  return localTime(moment, zone) - Math.floor(moment / 1000) * 1000;
}
