import { withoutTable } from "../../../lib/core/catalog/without-table.js";
import { compareStates, readState, type State } from "../../../lib/steps/proof/state.js";
import { canJudge } from "../../support/dump-judge.js";
import { dumpDifference, normalDump, pgDump } from "../../support/pg-dump.js";
import type { Major } from "../../support/postgres.js";
import { openTestSession } from "../../support/session.js";
import { LEDGERS } from "./ledgers.js";

/** One tenant at one moment. */
export interface Picture {
  /** Without the framework's ledger. */
  readonly state: State;
  /** Its schema as pg_dump prints it; null without a client for the server. */
  readonly dump: string | null;
}

export async function pictureOf(major: Major, url: string): Promise<Picture> {
  const session = await openTestSession(url, "write");
  try {
    const state = await readState(session, null);
    const dump = canJudge(major)
      ? normalDump(pgDump(url, "--schema-only", ...LEDGERS.map((name) => `--exclude-table=*.${name}`)), true)
      : null;
    const catalog = LEDGERS.reduce(withoutTable, state.catalog);
    return { state: { ...state, catalog, contents: own(state.contents), sequences: own(state.sequences) }, dump };
  } finally {
    await session.close();
  }
}

export function differing(is: Picture, was: Picture): readonly string[] {
  const dumps = is.dump === was.dump ? [] : dumpDifference(was.dump ?? "", is.dump ?? "");
  return [...compareStates(is.state, was.state).differences, ...dumps];
}

function own<T>(byName: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
  return new Map([...byName].filter(([name]) => !LEDGERS.some((ledger) => name.includes(`.${ledger}`))));
}
