import { prometheusText, type RunFacts } from "../../core/report/prometheus.js";
import { backfillSum } from "../../core/rollout/backfill-sum.js";
import type { RunEnd, RunEvent, RunObserver } from "../../ports/events.js";
import { replaceFile } from "./whole-file.js";

export interface TextfileOptions extends Pick<RunFacts, "run" | "command" | "version"> {
  readonly path: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Called at the first failure only. */
  failed(reason: string): void;
}

/** Time between two writes within a state. */
const AGAIN_MS = 10_000;
/** The node exporter runs as another user; nothing in the file is secret. */
const MODE = 0o644;

/** Writes a run's metrics to a file for the node exporter: at each state, and at the end. */
export function metricsTextfile(options: TextfileOptions): RunObserver {
  const { run, command, version, path, labels } = options;
  const startedAt = options.now();
  const phases = new Map<string, Map<string, string>>();
  const backfills = new Map<string, Extract<RunEvent, { type: "backfill" }>>();
  let told = false;
  let writtenAt = startedAt;
  let state: string | null = null;
  const write = (end: RunFacts["end"]) => {
    writtenAt = options.now();
    try {
      const sum = backfills.size === 0 ? null : backfillSum([...backfills.values()]);
      const facts = { run, command, version, startedAt, state, end, backfills: sum, phases };
      replaceFile(path, prometheusText(facts, labels), MODE);
    } catch (error) {
      if (!told) options.failed((error as NodeJS.ErrnoException).code ?? "unknown");
      told = true;
    }
  };
  return {
    entered(name) {
      state = name;
      write(null);
    },
    emit(event: RunEvent) {
      if (event.type === "backfill") backfills.set(event.tenant, event);
      else if (event.type === "tenant")
        phases.set(event.phase, (phases.get(event.phase) ?? new Map()).set(event.tenant, event.status));
      else return;
      if (options.now() - writtenAt >= AGAIN_MS) write(null);
    },
    async ended({ outcome, findings }: RunEnd) {
      state = null;
      const counts: Record<string, number> = {};
      for (const { severity, unknown } of findings)
        for (const kind of unknown === true ? [severity, "unknown"] : [severity])
          counts[kind] = (counts[kind] ?? 0) + 1;
      write({ at: options.now(), outcome, findings: counts });
    },
  };
}
