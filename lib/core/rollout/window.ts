import { capitalized } from "../capitalized.js";
import { localTime, utcOf } from "./zoned-time.js";

/** When a group may be changed: days of the week or one date, a span of the day, and a time zone. */
export interface Window {
  /** As written. */
  readonly text: string;
  /** 0 is Sunday; null for a single date. */
  readonly days: readonly number[] | null;
  /** `2026-12-05`; null for days of the week. */
  readonly date: string | null;
  /** Minutes of the day. */
  readonly from: number;
  /** Minutes of the day; if not later than `from`, it ends on the next day. */
  readonly to: number;
  readonly zone: string;
}

/** Where a moment is in relation to a window. `opens` and `closes` are milliseconds since the epoch. */
export type WindowState =
  | { readonly state: "open"; readonly closes: number }
  | { readonly state: "closed"; readonly opens: number }
  | { readonly state: "over" };

const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const FORM = /^(\S+)\s+(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})\s+(\S+)$/;
const MINUTES = 1440;

/** A window, or in words why the text is not one: `Sat 02:00-05:00 Europe/Berlin`, `Mon-Fri …`, `daily …`, `2026-12-05 …`. */
export function parseWindow(text: string): Window | string {
  const match = FORM.exec(text.trim());
  if (!match) return "expected a window such as Sat 02:00-05:00 Europe/Berlin, or 2026-12-05 02:00-05:00 UTC";
  const [, when = "", h1 = "", m1 = "", h2 = "", m2 = "", zone = ""] = match;
  const from = minuteOf(h1, m1);
  const to = minuteOf(h2, m2);
  if (from === null || to === null) return `${h1}:${m1}-${h2}:${m2} is not a span of a day`;
  if (from === to) return "the window begins and ends at the same time";
  if (!isZone(zone)) return `there is no time zone ${zone}; write one such as Europe/Berlin or UTC`;
  const base = { text: text.trim(), from, to: to % MINUTES, zone };
  if (/^\d{4}-\d{2}-\d{2}$/.test(when))
    return isDate(when) ? { ...base, days: null, date: when } : `${when} is not a day of the calendar`;
  const days = daysOf(when.toLowerCase());
  return days === null
    ? `${when} is not a day; write Mon, Mon-Fri, Sat,Sun, daily or a date`
    : { ...base, days, date: null };
}

function minuteOf(hours: string, minutes: string): number | null {
  const value = Number(hours) * 60 + Number(minutes);
  return Number(minutes) < 60 && value <= MINUTES ? value : null;
}

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

function isDate(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

/** Days of the week by number; null when a part is not a day. */
function daysOf(text: string): readonly number[] | null {
  if (text === "daily") return [0, 1, 2, 3, 4, 5, 6];
  const days = text.split(",").flatMap((part) => {
    const [first, last = first, ...rest] = part.split("-").map((name) => DAYS.indexOf(name ?? ""));
    if (first === undefined || last === undefined || first < 0 || last < 0 || rest.length > 0) return [-1];
    const span = ((last - first + 7) % 7) + 1;
    return Array.from({ length: span }, (_, step) => (first + step) % 7);
  });
  return days.includes(-1) ? null : [...new Set(days)];
}

const DAY_MS = 86_400_000;

/** Whether a moment is inside the window, and when that changes. */
export function windowState(window: Window, now: number): WindowState {
  const { days, date, from, to, zone } = window;
  const today = localTime(now, zone);
  // A window that began yesterday may still be open; a weekly one opens within eight days.
  const starts = date === null ? Array.from({ length: 9 }, (_, at) => shifted(today, at - 1)) : [dayOf(date)];
  for (const day of starts) {
    if (days !== null && !days.includes(new Date(day).getUTCDay())) continue;
    const opens = utcOf(day + from * 60_000, zone);
    const closes = utcOf(day + to * 60_000 + (to <= from ? DAY_MS : 0), zone);
    if (now < opens) return { state: "closed", opens };
    if (now < closes) return { state: "open", closes };
  }
  return { state: "over" };
}

/** A moment's local day, and the days after it, as midnight read as UTC. */
function shifted(local: number, days: number): number {
  return Math.floor(local / DAY_MS) * DAY_MS + days * DAY_MS;
}

function dayOf(date: string): number {
  return Date.parse(`${date}T00:00:00Z`);
}

/** `Sat 2026-12-05 02:00 Europe/Berlin`. */
export function momentText(moment: number, zone: string): string {
  const local = new Date(localTime(moment, zone));
  const day = DAYS[local.getUTCDay()] ?? "";
  return `${capitalized(day)} ${local.toISOString().slice(0, 16).replace("T", " ")} ${zone}`;
}
