import { blocks } from "../../../lib/core/finding.js";
import type { Answer } from "../../support/gate.js";
import type { Truth } from "./fleet.js";

export type Verdict = "right pass" | "right block" | "false block" | "false pass" | "does not apply";

/** One release, as it is kept and told. */
export interface Judged {
  readonly project: string;
  readonly version: string;
  readonly verdict: Verdict;
  /** Codes of what blocked it, each once. */
  readonly codes: readonly string[];
  readonly messages: readonly string[];
  /** What happened that a gate must not let pass: the server's messages, and what was lost. */
  readonly harm: readonly string[];
  readonly seconds: number;
}

/** Longer than this under its locks is harm, as the config's own limit has it. */
const LONG = 2_000;

/** What really happened. */
export interface Happened {
  readonly truths: readonly Truth[];
  /** What the rollout made otherwise than the plain SQL, and what the way back did not bring back. */
  readonly carried: readonly string[];
}

export function judge(project: string, version: string, answer: Answer, { truths, carried }: Happened): Judged {
  const failed = truths.flatMap(({ tenant, failed }) => (failed === null ? [] : [`${tenant}: ${failed}`]));
  const gone = truths.flatMap(({ tenant, lost }) => lost.map((what) => `${tenant} loses ${what}`));
  const left = truths.flatMap(({ tenant, touched }) => touched.map((what) => `${tenant} changes ${what}`));
  const slow = truths.flatMap(({ tenant, ms }) => (ms > LONG ? [`${tenant}: ${Math.round(ms)} ms`] : []));
  const blocking = answer.findings.filter((finding) => blocks([finding]));
  return {
    project,
    version,
    verdict: verdictOf(
      answer.passed,
      failed.length + left.length + carried.length > 0,
      failed.length + left.length + gone.length + slow.length > 0,
    ),
    codes: [...new Set(blocking.map(({ code }) => code))].sort(),
    messages: (blocking.length > 0 || answer.passed ? blocking.map(({ message }) => message) : [answer.reason])
      .slice(0, 4)
      .map((text) => text.slice(0, 300)),
    harm: [...failed, ...left, ...carried, ...gone, ...slow].slice(0, 9),
    seconds: Math.round(answer.ms / 100) / 10,
  };
}

/** Rows that are lost with a way back and an approval are the release's purpose: only what fails or touches another tenant must never pass. */
function verdictOf(passed: boolean, fails: boolean, harms: boolean): Verdict {
  if (passed) return fails ? "false pass" : "right pass";
  return harms ? "right block" : "false block";
}
