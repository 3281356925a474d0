import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { literal } from "../../lib/core/sql/quote.js";
import { type Major, onServer } from "./postgres.js";

/** One call of a planted function, by what the server knew of it. */
export interface RecordedCall {
  readonly place: string;
  readonly user: string;
  readonly session: string;
  readonly database: string;
  readonly query: string;
}

const SEPARATOR = "¦";

/**
 * Functions that note in the server's log who calls them, and change nothing: a note is written in a read-only transaction too, on clones,
 * and in what is rolled back.
 */
export function recorder(mark: string): string {
  const note = (place: string) =>
    `raise log '%', concat_ws('${SEPARATOR}', ${literal(mark)}, ${place}, current_user, session_user, current_database(),
      left(translate(current_query(), E'\\n\\t', '  '), 200), '')`;
  const set = "language plpgsql set search_path = pg_catalog";
  return `create function rec(place text, value int) returns int immutable ${set} as $rec$ begin ${note("place")}; return value; end $rec$;
create function rec_row() returns trigger ${set} as $rec$ begin ${note("tg_argv[0]")}; return coalesce(new, old); end $rec$;
create function rec_event() returns event_trigger ${set} as $rec$ begin ${note("tg_event")}; end $rec$;`;
}

/** The calls of functions with this mark so far, in this server's log. */
export async function recordedCalls(major: Major, mark: string): Promise<readonly RecordedCall[]> {
  const { rows } = await onServer(major, "select current_setting('data_directory') as data");
  const log = readFileSync(join(dirname(String(rows[0]?.data)), "server.log"), "utf8");
  return log.split("\n").flatMap((line) => {
    const at = line.indexOf(`${mark}${SEPARATOR}`);
    if (at < 0) return [];
    const [, place = "", user = "", session = "", database = "", query = ""] = line.slice(at).split(SEPARATOR);
    return [{ place, user, session, database, query }];
  });
}
