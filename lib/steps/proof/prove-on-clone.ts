import type { Catalog } from "../../core/catalog/catalog.js";
import { fingerprint } from "../../core/catalog/fingerprint.js";
import { compareFindings, type Finding } from "../../core/finding.js";
import { isolationFindings } from "../../core/isolation/isolation-findings.js";
import { refusalsOf } from "../../core/operations/index.js";
import { NO_ACCEPTANCES } from "../../core/rollback/loss-acceptance.js";
import { planRollback } from "../../core/rollback/plan-rollback.js";
import { DatabaseError } from "../../ports/database.js";
import { readCatalog } from "../catalog/read-catalog.js";
import { standingCode } from "../catalog/standing-code.js";
import { Around, runForTwin } from "../isolation/around.js";
import { leftBehind } from "../run/left-behind.js";
import { ambiguousCallFindings } from "./ambiguous-calls.js";
import { up } from "./apply-on-clone.js";
import { Descent } from "./choose-rollbacks.js";
import { type Bench, Clones } from "./clones.js";
import { indexFindings, readIndexEntries } from "./index-entries.js";
import type { ProveOnClone } from "./input.js";
import { withKeeping } from "./keep-times.js";
import { killAndResume, killCommand } from "./kill-and-resume.js";
import { othersCode } from "./others-code.js";
import { Outcome } from "./outcome.js";
import type { Proof, ProvedRollback, Rerun, ResumePoint, TableRows } from "./proof.js";
import { failureFinding, rerunFindings, resumeFindings, scanFindings, validityFindings } from "./proof-findings.js";
import { proveWritten } from "./prove-written.js";
import { isLossAccepted, rollbackFindings } from "./rollback-findings.js";
import { runAgain, runCommandAgain } from "./run-again.js";
import { type Climb, climb } from "./run-release.js";
import { readState, type State } from "./state.js";
import { readTraces, traceFindings } from "./traces.js";
import { writabilityFindings } from "./writability.js";

/**
 * Executes a release on clones of one tenant: up, back by the first way that leads back, and up again. What it says was
 * seen, not computed. Throws `DatabaseError` when the server, a clone or the watch over its size failed, never for what
 * the release does; no clone is left behind.
 */
export async function proveOnClone(input: ProveOnClone): Promise<Proof> {
  const clones = new Clones(input);
  const proof = await proveAndDrop(input, clones);
  const findings = [...proof.findings, ...clones.left.map((each) => leftBehind("dry-run", each))].sort(compareFindings);
  return { ...proof, findings };
}

async function proveAndDrop(input: ProveOnClone, clones: Clones): Promise<Proof> {
  const start = input.clock.monotonic();
  try {
    const bench = await clones.make("dry-run");
    const code = await standingCode(bench.session, input.migrations);
    // Reading rows may run it as well.
    if (code.length > 0 && input.superuser === undefined)
      return withoutRun([othersCode(code, null)], await readCatalog(bench.session, input.schema), input, start);
    const refused = refusedIn(input);
    if (refused.length > 0) return withoutRun(refused, await readCatalog(bench.session, input.schema), input, start);
    const proof = await proveRun(input, clones, bench, start);
    clones.assertWatched();
    if (code.length === 0) return proof;
    return { ...proof, findings: [...proof.findings, othersCode(code, input.superuser ?? null)].sort(compareFindings) };
  } catch (error) {
    throw error instanceof DatabaseError ? clones.reasonFor(error) : error;
  } finally {
    await clones.dropAll();
  }
}

/** What of the release is executed nowhere. */
export function refusedIn({ migrations, isolation }: ProveOnClone): readonly Finding[] {
  const reaches = isolation ? migrations.flatMap(({ up }) => isolationFindings(up, isolation.scope)) : [];
  return [...migrations.flatMap(refusalsOf), ...reaches];
}

async function proveRun(input: ProveOnClone, clones: Clones, bench: Bench, start: number): Promise<Proof> {
  const traces = await readTraces(bench.session);
  const surroundings = await Around.of(bench.session, input);
  const run = await climb(bench, clones, input);
  const before = first(run.states);
  if (run.failure) {
    const proof = withoutRun([failureFinding(run.failure)], before.catalog, input, start);
    return { ...proof, statements: run.statements, output: run.output };
  }
  const around = await surroundings.findings(bench.session);
  const after = last(run.states);
  const seen = [
    ...(await seenAfter(input, clones, bench, run)),
    ...traceFindings(traces, await readTraces(bench.session), after.catalog, input.schema),
  ];
  const rerun = await rerunOf(input, clones, bench, after);
  const { cluster, migrations } = input;
  const plan = planRollback({
    cluster,
    migrations,
    before: before.catalog,
    observed: run.observed,
    ...(input.isolation ? { isolation: input.isolation.scope } : {}),
  });
  const descent = new Descent(input, clones, run, plan, bench);
  const rollbacks = await descent.run();
  const acceptances = input.acceptances ?? NO_ACCEPTANCES;
  const undone = rollbacks.every(({ candidate }) => candidate !== null);
  const allowed = rollbacks.every((each) => each.candidate !== null || isLossAccepted(each, rollbacks, acceptances));
  // Where something may stay, going up again begins on a clone that never had it.
  const anew = allowed ? (undone ? descent.end : await clones.make("again")) : null;
  const again = anew ? await climbAgain(anew, clones, input, run, rollbacks) : NOT_AGAIN;
  const beside = anew && again.upAgain ? await runForTwin(clones, anew, input) : [];
  const written = await proveWritten(input, clones, run, rollbacks);
  const findings = [
    ...around,
    ...beside,
    ...seen,
    ...scanFindings(run.statements, input.largeScan),
    ...rollbackFindings(rollbacks, acceptances),
    ...rerunFindings(rerun),
    ...resumeFindings(again.resumes),
    ...again.findings,
    ...written,
  ].sort(compareFindings);
  return {
    passed: allowed && again.upAgain && !findings.some(({ severity }) => severity === "error"),
    statements: withKeeping(run.statements, (statement) => descent.keepingOf(statement)),
    rows: tableRows(before, after),
    rollbacks,
    rerun,
    ...again,
    findings,
    before: fingerprint(before.catalog),
    after: fingerprint(after.catalog),
    onTheWay: run.states.slice(1).map(({ catalog }) => fingerprint(catalog)),
    catalogAfter: after.catalog,
    derived: run.observed.flatMap(({ derived }) => derived?.statements ?? []),
    output: run.output,
    ms: input.clock.monotonic() - start,
  };
}

/** What the clone shows where the release has just ended: what is unfinished, and what no longer works. */
async function seenAfter(
  input: ProveOnClone,
  clones: Clones,
  bench: Bench,
  { states, observed }: Climb,
): Promise<readonly Finding[]> {
  const [before, after] = [first(states).catalog, last(states).catalog];
  const written = observed.flatMap(({ statements }) => statements.flatMap((each) => each.written));
  const released = { before, after, written };
  return [
    ...validityFindings(before, after),
    ...indexFindings(await readIndexEntries(bench.session, before, after, input.schema)),
    ...(await writabilityFindings(input, clones, bench, released)),
    ...(await ambiguousCallFindings(input, clones, bench, released)),
  ];
}

function rerunOf(input: ProveOnClone, clones: Clones, bench: Bench, after: State): Promise<Rerun> | Rerun {
  if (!input.thorough) return { outcome: "not tried", reason: "it was not asked for" };
  return input.migrations.some(({ migrator }) => migrator)
    ? runCommandAgain(clones, input)
    : runAgain(bench.session, input, after);
}

interface Again {
  readonly upAgain: boolean;
  readonly resumes: readonly ResumePoint[];
  readonly findings: readonly Finding[];
}

const NOT_AGAIN: Again = { upAgain: false, resumes: [], findings: [] };

/** Up once more, on the clone where the release was taken back; thoroughly, with a death after every statement. */
async function climbAgain(
  bench: Bench,
  clones: Clones,
  input: ProveOnClone,
  run: Climb,
  rollbacks: readonly ProvedRollback[],
): Promise<Again> {
  const resumes: ResumePoint[] = [];
  const outcome = new Outcome(input, clones, run);
  try {
    // Between a rollback and another rollout the session ends, and its temporary tables with it.
    await bench.session.script("discard temp");
    for (const [at, migration] of input.migrations.entries()) {
      const keep = rollbacks[at]?.candidate?.keep ?? [];
      const before = run.states[at];
      const took = run.statements.find((statement) => statement.migration === migration.version)?.ms ?? 0;
      if (input.thorough && migration.migrator && before) {
        resumes.push(...(await killCommand(bench, input, migration, keep, { at, before, outcome }, took)));
      } else if (input.thorough && before) {
        resumes.push(...(await killAndResume(bench, clones, input, migration, keep, { at, before, outcome })));
      } else await up(bench.session, input, migration, keep);
    }
    const end = await readState(bench.session, input.schema);
    const difference = await outcome.difference(bench.session, end, input.migrations.length - 1);
    return difference === null ? { upAgain: true, resumes, findings: [] } : failedAgain(resumes, difference);
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return failedAgain(resumes, `${error.message} [${error.code}]`);
  }
}

function failedAgain(resumes: readonly ResumePoint[], reason: string): Again {
  const finding: Finding = {
    code: "dry-run.not-again",
    gate: "dry-run",
    severity: "error",
    subject: { kind: "release", name: "release" },
    message: `After it was taken back, the release does not lead to the same state again: ${reason}`,
    remedy: { text: "A value that differs from run to run (a clock, random numbers) may be the cause; write it down." },
  };
  return { upAgain: false, resumes, findings: [finding] };
}

function withoutRun(findings: readonly Finding[], before: Catalog, input: ProveOnClone, start: number): Proof {
  return {
    passed: false,
    statements: [],
    rows: [],
    rollbacks: [],
    rerun: { outcome: "not tried", reason: "the release did not run" },
    resumes: [],
    upAgain: false,
    findings,
    before: fingerprint(before),
    after: null,
    onTheWay: [],
    catalogAfter: null,
    derived: [],
    output: null,
    ms: input.clock.monotonic() - start,
  };
}

function tableRows(before: State, after: State): readonly TableRows[] {
  const names = [...new Set([...before.contents.keys(), ...after.contents.keys()])].sort();
  return names.map((table) => {
    const was = before.contents.get(table);
    const is = after.contents.get(table);
    const changed = was !== undefined && (is === undefined || is.rows !== was.rows || is.checksum !== was.checksum);
    return { table, before: was?.rows ?? null, after: is?.rows ?? null, changed };
  });
}

function first(states: readonly State[]): State {
  const [state] = states;
  if (!state) throw new Error("the state before the release was not read");
  return state;
}

function last(states: readonly State[]): State {
  return states.at(-1) ?? first(states);
}
