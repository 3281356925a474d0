import type { Events, RunEvent } from "../../ports/events.js";
import { printableLine } from "../terminal/printable.js";
import type { Progress } from "../terminal/progress.js";
import { backfillLine } from "./backfill-lines.js";

interface PhaseLine {
  readonly title: string;
  /** What its total counts. */
  readonly of?: "tenants" | "clusters" | "rehearsals" | "wave";
}

/** The line of each state that a person follows, by the state's name. */
const LINES: Readonly<Record<string, PhaseLine>> = {
  Load: { title: "Load" },
  IntrospectHosts: { title: "Introspect", of: "tenants" },
  Diverge: { title: "Compare" },
  ProbeHosts: { title: "Probe rows", of: "tenants" },
  Lint: { title: "Lint" },
  PlanRollback: { title: "Plan rollback" },
  DryRunClusters: { title: "Dry run and rollback", of: "clusters" },
  RehearseHosts: { title: "Run on tenants' clones", of: "rehearsals" },
  Score: { title: "Score" },
  MigrateHosts: { title: "Roll out", of: "wave" },
  RollBackHosts: { title: "Roll back", of: "wave" },
  Report: { title: "Report" },
};

/** How often an unchanged backfill is reported. */
const TELL_EVERY_MS = 10_000;

/** Turns a run's events into one progress line per phase. */
export class RunView implements Events {
  private readonly progress: Progress;
  private held: string | null = null;
  private readonly told = new Map<string, { readonly pace: string; readonly at: number }>();
  private readonly sizes: Record<"tenants" | "clusters" | "rehearsals" | "wave", number> = {
    tenants: 0,
    clusters: 0,
    rehearsals: 0,
    wave: 0,
  };
  private result = "";

  constructor(
    progress: Progress,
    private readonly now: () => number,
  ) {
    this.progress = progress;
  }

  entered(state: string): void {
    const line = LINES[state];
    if (line === undefined) return;
    this.close();
    this.progress.start(line.title, line.of === undefined ? 0 : this.sizes[line.of]);
  }

  emit(event: RunEvent): void {
    if (event.type === "size") this.sizes[event.of] = event.count;
    if (event.type === "advance") this.progress.advance(event.count);
    if (event.type === "result") this.result = event.text;
    if (event.type === "held") this.hold(event.text);
    if (event.type === "backfill") this.backfill(event);
  }

  /** A separate line, which leaves the progress line intact. */
  note(text: string): void {
    this.progress.note(text);
  }

  /** Reported when its pace changes; otherwise every few seconds. */
  private backfill(event: Extract<RunEvent, { type: "backfill" }>): void {
    const told = this.told.get(event.tenant);
    const now = this.now();
    if (told?.pace === event.pace && now - told.at < TELL_EVERY_MS) return;
    this.told.set(event.tenant, { pace: event.pace, at: now });
    this.note(backfillLine(event));
  }

  /** Reported once for each reason, however many tenants it affects. */
  private hold(text: string | null): void {
    if (text === this.held) return;
    this.held = text;
    this.note(text === null ? "The rollout goes on." : `The rollout is held: ${printableLine(text)}.`);
  }

  /** Ends the open line. */
  close(): void {
    this.progress.end(this.result);
    this.result = "";
  }
}
