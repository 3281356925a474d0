import { literal } from "../../core/sql/quote.js";
import type { WorkloadQuery } from "../../core/workload/workload.js";
import { DatabaseError, type Session } from "../../ports/database.js";
import { describeQueries } from "../queries/describe-queries.js";
import { type RowTrial, sampleRows } from "../queries/sample-rows.js";

/** One query with the values of one execution. */
interface ApplicationWrite {
  readonly text: string;
  /** `schema.table` that it writes. */
  readonly table: string;
  /** Types of the parameters as the client declares them; empty if it leaves them to the server. */
  readonly declared: readonly string[];
  readonly values: readonly (string | null)[];
}

/** What the application writes between two steps. */
export type Round = readonly ApplicationWrite[];

/** Queries run as the login, since a scratch server has no roles of the application. */
const SCOPE = { schema: null, role: null, plans: false };

/**
 * Values for several rounds, from rows that the clone has and for new ones: each round adds rows of its own, gives existing rows each other's
 * values, and deletes another row. Empty rounds if no query writes a table of the clone.
 */
export async function sampleRounds(
  session: Session,
  queries: readonly WorkloadQuery[],
  count: number,
): Promise<readonly Round[]> {
  const asLogin = queries.map((query) => ({ ...query, role: null }));
  const sides = await describeQueries(session, asLogin, SCOPE);
  const rounds: Round[] = [];
  for (let round = 0; round < count; round++) {
    const trials = await sampleRows(session, sides, SCOPE, round);
    rounds.push(trials.flatMap((trial) => writesOf(trial, round)));
  }
  return rounds;
}

function writesOf({ query, table, target, declared, tries }: RowTrial, round: number): readonly ApplicationWrite[] {
  const of = (values: readonly (string | null)[]) => ({ text: query.text, table, declared, values });
  if (target.adds) return tries.map(of);
  // The last try's values are made up.
  const rows = tries.slice(0, -1);
  if (target.assigned.size === 0) return rows.length === 0 ? tries.map(of) : rows.slice(round, round + 1).map(of);
  const exchanged = rows.map((row, at) => {
    const other = rows[(at + round + 1) % rows.length] ?? row;
    return row.map((value, place) => (target.assigned.has(place + 1) ? (other[place] ?? null) : value));
  });
  return [...exchanged, ...tries.slice(-1)].map(of);
}

const NAME = "schema_gate_written";

/** Executes each write in a transaction of its own. Returns for each the SQLSTATE by which it was refused; null if it was not. */
export async function runRound(session: Session, round: Round): Promise<readonly (string | null)[]> {
  const codes: (string | null)[] = [];
  session.lookUpIn(null);
  for (const { text, declared, values } of round) {
    const types = declared.length === 0 ? "" : `(${declared.join(", ")})`;
    const given = values.map((value) => (value === null ? "null" : literal(value)));
    const list = given.length === 0 ? "" : `(${given.join(", ")})`;
    const refused = await refusalOf(() => session.execute(`prepare ${NAME}${types} as ${text}`));
    codes.push(refused ?? (await refusalOf(() => session.execute(`execute ${NAME}${list}`))));
    if (refused === null) await session.execute(`deallocate ${NAME}`);
  }
  return codes;
}

async function refusalOf(attempt: () => Promise<unknown>): Promise<string | null> {
  try {
    await attempt();
    return null;
  } catch (error) {
    if (!(error instanceof DatabaseError && error.isOfStatement)) throw error;
    return error.code;
  }
}
