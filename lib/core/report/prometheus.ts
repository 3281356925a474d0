import { VERDICTS } from "../evidence/evidence.js";
import type { BackfillSum } from "../rollout/backfill-sum.js";

/** What the metrics of a run are computed from. */
export interface RunFacts {
  readonly run: string;
  readonly command: string;
  readonly version: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** The present state of the run; null before the first and after the last. */
  readonly state: string | null;
  readonly end: {
    readonly at: number;
    readonly outcome: string;
    readonly findings: Readonly<Record<string, number>>;
  } | null;
  /** How far the backfills have got; null when none has begun. */
  readonly backfills: BackfillSum | null;
  /** Status of each tenant by phase. */
  readonly phases: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

/** How a run, or one process of it, can end. An alert on one of them needs a series that is also there as 0. */
const OUTCOMES = [
  ...VERDICTS.filter((verdict) => verdict !== "waiting"),
  "waiting for approval",
  "held",
  "interrupted",
];

/** The kinds of findings that are counted; an unknown counts as an error as well. */
const FINDING_KINDS = ["error", "unknown", "warning", "note"] as const;

type Labels = Readonly<Record<string, string>>;

/** Our own labels, which a config cannot set. */
export const OWN_LABELS: readonly string[] = [
  "run",
  "command",
  "version",
  "state",
  "outcome",
  "phase",
  "status",
  "severity",
  "pace",
];

/** Gauges in Prometheus' text format, version 0.0.4. Each gets `labels`. */
export function prometheusText(facts: RunFacts, labels: Labels): string {
  const { run, command, version, end } = facts;
  return [
    gauge("run_info", "The newest run, or process of one.", [[{ run, command, version }, 1]]),
    gauge("run_start_time_seconds", "When it began.", [[{}, facts.startedAt / 1000]]),
    gauge("run_state", "The state that it is in.", facts.state === null ? [] : [[{ state: facts.state }, 1]]),
    gauge("run_end_time_seconds", "When it ended.", end === null ? [] : [[{}, end.at / 1000]]),
    gauge(
      "run_outcome",
      "How it ended.",
      end === null ? [] : OUTCOMES.map((outcome) => [{ outcome }, Number(outcome === end.outcome)]),
    ),
    gauge(
      "findings",
      "What its gates have said.",
      end === null ? [] : FINDING_KINDS.map((severity) => [{ severity }, end.findings[severity] ?? 0]),
    ),
    gauge("tenants", "Tenants by their status in a phase.", tenants(facts)),
    ...backfillGauges(facts.backfills),
  ]
    .map((one) => one(labels))
    .join("");
}

function backfillGauges(sum: BackfillSum | null) {
  const one = (value: number | null | undefined): readonly Sample[] => (value == null ? [] : [[{}, value]]);
  const paces = Object.entries(sum?.tenants ?? {}).map(([pace, count]): Sample => [{ pace }, count]);
  return [
    gauge("backfill_tenants", "Tenants whose backfill has begun, by what the governor says.", paces),
    gauge("backfill_rows_done", "Rows changed by backfills.", one(sum?.rows)),
    gauge("backfill_rows_planned", "Rows that they have to change; absent where not counted.", one(sum?.total)),
    gauge("backfill_rows_per_second", "Rows per second of running backfills.", one(sum?.rowsPerSecond)),
    gauge("backfill_left_seconds", "Time left of running backfills; absent where unknown.", one(left(sum))),
  ];
}

function left(sum: BackfillSum | null): number | null {
  return sum === null || sum.leftMs === null ? null : sum.leftMs / 1000;
}

type Sample = readonly [labels: Labels, value: number];

function tenants({ phases }: RunFacts): readonly Sample[] {
  return [...phases].flatMap(([phase, statuses]) => {
    const counts = new Map<string, number>();
    for (const status of statuses.values()) counts.set(status, (counts.get(status) ?? 0) + 1);
    return [...counts].map(([status, count]): Sample => [{ phase, status }, count]);
  });
}

function gauge(name: string, help: string, samples: readonly Sample[]) {
  return (labels: Labels): string => {
    if (samples.length === 0) return "";
    const lines = samples.map(([own, value]) => `schema_gate_${name}${rendered({ ...labels, ...own })} ${value}\n`);
    return `# HELP schema_gate_${name} ${help}\n# TYPE schema_gate_${name} gauge\n${lines.join("")}`;
  };
}

function rendered(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escaped(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
}
