import { numberedColumns } from "../../core/backfill/numbered-columns.js";
import type { Catalog } from "../../core/catalog/catalog.js";
import { withSettingsOf } from "../../core/catalog/clone-settings.js";
import { fingerprint } from "../../core/catalog/fingerprint.js";
import { compareFindings, type Finding } from "../../core/finding.js";
import { isolationFindings } from "../../core/isolation/isolation-findings.js";
import { refusalsOf } from "../../core/operations/index.js";
import { NO_ACCEPTANCES } from "../../core/rollback/loss-acceptance.js";
import { planRollback } from "../../core/rollback/plan-rollback.js";
import { DatabaseError } from "../../ports/database.js";
import { automaticCode } from "../catalog/automatic-code.js";
import { readCatalog } from "../catalog/read-catalog.js";
import { Around, runForSibling } from "../isolation/around.js";
import { analyzeLost } from "../queries/analyze-lost.js";
import { readDatabaseFacts } from "../queries/database-facts.js";
import { leftBehind } from "../run/left-behind.js";
import { ambiguousCallFindings } from "./ambiguous-calls.js";
import { up } from "./apply-on-clone.js";
import { RollbackTrial } from "./choose-rollbacks.js";
import { Clones, type WorkingClone } from "./clones.js";
import { indexFindings, readIndexEntries } from "./index-entries.js";
import type { ProveOnClone } from "./input.js";
import { withKeeping } from "./keep-times.js";
import { killAndResume, killCommand } from "./kill-and-resume.js";
import { lostPartitionFindings } from "./lost-partitions.js";
import { type Numberings, numberingFindings, readNumberings, renumbered } from "./numbers-ahead.js";
import { Outcome } from "./outcome.js";
import type { Proof, ProvedRollback, Rerun, ResumePoint, TableRows } from "./proof.js";
import { failureFinding, rerunFindings, resumeFindings, scanFindings, validityFindings } from "./proof-findings.js";
import { beginWritten, proveWritten } from "./prove-written.js";
import { isLossAccepted, rollbackFindings } from "./rollback-findings.js";
import { runAgain, runCommandAgain } from "./run-again.js";
import { type AppliedRelease, applyRelease } from "./run-release.js";
import { changedTables, readState, type State } from "./state.js";
import { tenantCodeFinding } from "./tenant-code-finding.js";
import { readTraces, traceFindings } from "./traces.js";
import { wholeFormFindings } from "./whole-form.js";
import { writabilityFindings } from "./writability.js";

/**
 * Executes a release on clones of one tenant: up, back by the first way that works, and up again. Everything it reports was seen, not
 * computed. Throws `DatabaseError` when the server, a clone or the watch over its size failed, never for what the release does; leaves no
 * clone behind.
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
    const working = await clones.make("dry-run");
    const here = await automaticCode(working.session, input.migrations);
    const code = [...new Set([...here, ...(input.codeOfOthers ?? [])])];
    // Even reading rows may run it.
    if (code.length > 0 && input.superuser === undefined)
      return withoutRun(
        [tenantCodeFinding(code, null)],
        await readCatalog(working.session, input.schema),
        input,
        start,
      );
    const refused = refusedIn(input);
    if (refused.length > 0) return withoutRun(refused, await readCatalog(working.session, input.schema), input, start);
    const numbered = input.numbered ?? numberedColumns(input.migrations);
    const proof = await proveRun({ ...input, numbered }, clones, working, start);
    clones.assertWatched();
    if (code.length === 0) return proof;
    return {
      ...proof,
      findings: [...proof.findings, tenantCodeFinding(code, input.superuser ?? null)].sort(compareFindings),
    };
  } catch (error) {
    throw error instanceof DatabaseError ? clones.reasonFor(error) : error;
  } finally {
    await clones.dropAll();
  }
}

/** The parts of the release that are never executed. */
export function refusedIn({ migrations, isolation }: ProveOnClone): readonly Finding[] {
  const reaches = isolation ? migrations.flatMap(({ up }) => isolationFindings(up, isolation.scope)) : [];
  return [...migrations.flatMap(refusalsOf), ...reaches];
}

async function proveRun(input: ProveOnClone, clones: Clones, working: WorkingClone, start: number): Promise<Proof> {
  const traces = await readTraces(working.session);
  const numberings = await readNumberings(working.session, input.schema);
  const surroundings = await Around.of(clones, working, input);
  const statistics = input.analyze === true ? await readDatabaseFacts(working.session, input.schema) : null;
  const run = await applyRelease(working, clones, input);
  const before = first(run.states);
  if (run.failure) {
    const proof = withoutRun([failureFinding(run.failure)], before.catalog, input, start);
    return { ...proof, statements: run.statements, output: run.output };
  }
  const around = await surroundings.findings(clones, working);
  const after = last(run.states);
  const seen = [
    ...(await seenAfter(input, clones, working, run, numberings)),
    ...traceFindings(traces, await readTraces(working.session), after.catalog, input.schema),
  ];
  seen.push(...(await wholeFormFindings(input, clones, run)));
  const analyzed = statistics === null ? [] : await analyzeLost(working.session, input.clock, input.schema, statistics);
  const rerun = await rerunOf(input, clones, working, after);
  const { cluster, migrations } = input;
  const plan = planRollback({
    cluster,
    migrations,
    before: before.catalog,
    observed: run.observed,
    ...(input.isolation ? { isolation: input.isolation.scope } : {}),
  });
  const trial = new RollbackTrial(input, clones, run, plan, working);
  const rollbacks = await trial.run();
  const acceptances = input.acceptances ?? NO_ACCEPTANCES;
  const undone = rollbacks.every(({ candidate }) => candidate !== null);
  const allowed = rollbacks.every((each) => each.candidate !== null || isLossAccepted(each, rollbacks, acceptances));
  // If something may stay behind, going up again starts on a clone that never had it.
  const fresh = allowed ? (undone ? trial.end : await clones.make("again")) : null;
  const toWrite = beginWritten(clones, run, rollbacks);
  const again = fresh ? await applyAgain(fresh, clones, input, run, rollbacks) : NOT_AGAIN;
  const siblingFindings = fresh && again.upAgain ? await runForSibling(clones, fresh, input) : [];
  const written = await proveWritten(input, toWrite, run, rollbacks);
  const findings = [
    ...around,
    ...siblingFindings,
    ...seen,
    ...scanFindings(run.statements, input.largeScan),
    ...rollbackFindings(rollbacks, acceptances),
    ...rerunFindings(rerun),
    ...resumeFindings(again.resumes),
    ...again.findings,
    ...written,
  ].sort(compareFindings);
  const whole = input.tenant ? withSettingsOf(input.tenant, before.catalog) : (catalog: Catalog) => catalog;
  return {
    passed: allowed && again.upAgain && !findings.some(({ severity }) => severity === "error"),
    statements: withKeeping(run.statements, (statement) => trial.keepingOf(statement)),
    rows: tableRows(before, after),
    rollbacks,
    rerun,
    ...(analyzed.length > 0 ? { analyzed } : {}),
    ...again,
    findings,
    before: fingerprint(before.catalog),
    after: fingerprint(whole(after.catalog)),
    onTheWay: run.states.slice(1).map(({ catalog }) => fingerprint(whole(catalog))),
    catalogAfter: whole(after.catalog),
    derived: run.observed.flatMap(({ derived }) => derived?.statements ?? []),
    output: run.output,
    ms: input.clock.monotonic() - start,
  };
}

/** What the clone shows right after the release: what is unfinished, and what no longer works. */
async function seenAfter(
  input: ProveOnClone,
  clones: Clones,
  working: WorkingClone,
  { states, observed }: AppliedRelease,
  numberings: Numberings,
): Promise<readonly Finding[]> {
  const [before, after] = [first(states).catalog, last(states).catalog];
  const numbers = await readNumberings(working.session, input.schema);
  const written = [
    ...observed.flatMap(({ statements }) => statements.flatMap((each) => each.written)),
    ...renumbered(numberings, numbers, input.schema),
  ];
  const released = { before, after, written };
  return [
    ...numberingFindings(numberings, numbers, input.schema),
    ...(await lostPartitionFindings(working.session, { before: first(states), after }, input.schema)),
    ...validityFindings(before, after),
    ...indexFindings(await readIndexEntries(working.session, before, after, input.schema)),
    ...(await writabilityFindings(input, clones, working, released)),
    ...(await ambiguousCallFindings(input, clones, working, released)),
  ];
}

function rerunOf(input: ProveOnClone, clones: Clones, working: WorkingClone, after: State): Promise<Rerun> | Rerun {
  if (!input.thorough) return { outcome: "not tried", reason: "it was not asked for" };
  return input.migrations.some(({ migrator }) => migrator)
    ? runCommandAgain(clones, input)
    : runAgain(working.session, input, after);
}

interface Again {
  readonly upAgain: boolean;
  readonly resumes: readonly ResumePoint[];
  readonly findings: readonly Finding[];
}

const NOT_AGAIN: Again = { upAgain: false, resumes: [], findings: [] };

/** Up once more, on the clone where the release was taken back; if thorough, with a kill after every statement. */
async function applyAgain(
  working: WorkingClone,
  clones: Clones,
  input: ProveOnClone,
  run: AppliedRelease,
  rollbacks: readonly ProvedRollback[],
): Promise<Again> {
  const resumes: ResumePoint[] = [];
  const outcome = new Outcome(input, clones, run);
  try {
    // Between a rollback and another rollout the session ends, and with it its temporary tables and prepared statements.
    await working.session.script("discard temp; deallocate all");
    for (const [at, migration] of input.migrations.entries()) {
      const keep = rollbacks[at]?.candidate?.keep ?? [];
      const before = run.states[at];
      const took = run.statements.find((statement) => statement.migration === migration.version)?.ms ?? 0;
      if (input.thorough && migration.migrator && before) {
        resumes.push(...(await killCommand(working, input, migration, keep, { at, before, outcome }, took)));
      } else if (input.thorough && before) {
        resumes.push(...(await killAndResume(working, clones, input, migration, keep, { at, before, outcome })));
      } else await up(working.session, input, migration, keep);
    }
    const end = await readState(working.session, input.schema, input.numbered);
    const difference = await outcome.difference(working.session, end, input.migrations.length - 1);
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
    message: `After the rollback, the release does not lead to the same state again: ${reason}`,
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
  const others = changedTables(after, before);
  const names = [...new Set([...before.contents.keys(), ...after.contents.keys()])].sort();
  return names.map((table) => {
    const was = before.contents.get(table);
    const is = after.contents.get(table);
    const changed = was !== undefined && (is === undefined || others.includes(table));
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
