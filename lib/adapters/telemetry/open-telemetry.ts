import type { Attributes, Context, Gauge, Histogram, Span, Tracer } from "@opentelemetry/api";
import { backfillSum } from "../../core/rollout/backfill-sum.js";
import type { RunEnd, RunEvent, RunObserver } from "../../ports/events.js";
import { parentContext } from "./parent-context.js";
import { type Failed, openProviders, type Providers } from "./providers.js";
import type { TelemetryWish } from "./wish.js";

export interface TelemetryOptions {
  readonly wish: TelemetryWish;
  readonly run: string;
  readonly command: string;
  readonly version: string;
  /** From the environment: the span that the run belongs to. */
  readonly traceparent: string | undefined;
  now(): number;
  /** Called at the first failure only. */
  readonly failed: Failed;
}

/** How long the end of a run waits for a collector. */
const GRACE_MS = 3_000;
/** From comparing one tenant to a rollout over a weekend. */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 7_200, 86_400];
/** Bad ends of a run, or of a tenant in a phase. */
const BAD: ReadonlySet<string> = new Set(["failed", "unknown", "halted", "rolled back"]);

/** Throws what `import` throws if the packages are not installed. */
export async function openTelemetry(options: TelemetryOptions): Promise<RunObserver> {
  let told = false;
  const failed: Failed = (reason) => {
    if (!told) options.failed(reason);
    told = true;
  };
  const [api, providers] = await Promise.all([
    import("@opentelemetry/api"),
    openProviders(options.wish, options, failed),
  ]);
  return new Telemetry(api, providers, { ...options, failed });
}

type Api = typeof import("@opentelemetry/api");

/** A span for the run, one for each state below it and one for each tenant below that; durations and findings as metrics. */
class Telemetry implements RunObserver {
  private readonly tracer: Tracer | undefined;
  private readonly run: Span | undefined;
  private readonly within: Context;
  private readonly durations: Readonly<Record<"run" | "state" | "tenant", Histogram | undefined>>;
  private readonly gauges: Readonly<Record<"done" | "planned" | "rate" | "left" | "tenants", Gauge | undefined>>;
  private readonly backfills = new Map<string, Extract<RunEvent, { type: "backfill" }>>();
  private readonly startedAt: number;
  private state: { readonly name: string; readonly at: number; readonly span: Span | undefined } | null = null;

  constructor(
    private readonly api: Api,
    private readonly providers: Providers,
    private readonly options: TelemetryOptions,
  ) {
    this.startedAt = options.now();
    this.tracer = providers.tracers?.getTracer("schema-gate", options.version);
    const parent = parentContext(api, options.traceparent);
    this.run = this.tracer?.startSpan(
      `schema-gate ${options.command}`,
      {
        startTime: this.startedAt,
        attributes: { "schema_gate.run": options.run, "schema_gate.command": options.command },
      },
      parent,
    );
    this.within = this.run ? api.trace.setSpan(parent, this.run) : parent;
    const meter = providers.meters?.getMeter("schema-gate", options.version);
    const duration = (of: string, description: string) =>
      meter?.createHistogram(`schema_gate.${of}.duration`, {
        unit: "s",
        description,
        advice: { explicitBucketBoundaries: SECONDS },
      });
    const gauge = (of: string, unit: string, description: string) =>
      meter?.createGauge(`schema_gate.backfill.${of}`, { unit, description });
    this.gauges = {
      done: gauge("rows_done", "{row}", "Rows changed by backfills"),
      planned: gauge("rows_planned", "{row}", "Of how many"),
      rate: gauge("rate", "{row}/s", "Rows per second of running backfills"),
      left: gauge("left", "s", "Time left of running backfills"),
      tenants: gauge("tenants", "{tenant}", "Tenants whose backfill has begun, by what the governor says"),
    };
    this.durations = {
      run: duration("run", "How long one process worked on a run"),
      state: duration("state", "How long a state of a run took"),
      tenant: duration("tenant", "How long one tenant took in a phase"),
    };
  }

  entered(name: string): void {
    const at = this.options.now();
    this.leave(at);
    const span = this.tracer?.startSpan(
      name,
      { startTime: at, attributes: { "schema_gate.state": name } },
      this.within,
    );
    this.state = { name, at, span };
  }

  emit(event: RunEvent): void {
    if (event.type === "backfill") this.backfill(event);
    if (event.type !== "tenant") return;
    const { phase, tenant, status, ms, findings } = event;
    this.durations.tenant?.record(ms / 1000, { "schema_gate.phase": phase, "schema_gate.status": status });
    const end = this.options.now();
    const above = this.state?.span;
    const attributes: Attributes = {
      "schema_gate.phase": phase,
      "schema_gate.tenant": tenant,
      "schema_gate.status": status,
      ...(findings.length > 0 ? { "schema_gate.findings": [...new Set(findings)] } : {}),
    };
    const span = this.tracer?.startSpan(
      `${phase} tenant`,
      { startTime: end - ms, attributes },
      above ? this.api.trace.setSpan(this.within, above) : this.within,
    );
    this.finish(span, status, end);
  }

  /** For the whole fleet: what a collector stores must not grow with tenants. */
  private backfill(event: Extract<RunEvent, { type: "backfill" }>): void {
    this.backfills.set(event.tenant, event);
    const { rows, total, rowsPerSecond, leftMs, tenants } = backfillSum([...this.backfills.values()]);
    this.gauges.done?.record(rows);
    if (total !== null) this.gauges.planned?.record(total);
    this.gauges.rate?.record(rowsPerSecond);
    if (leftMs !== null) this.gauges.left?.record(leftMs / 1000);
    for (const [pace, count] of Object.entries(tenants))
      this.gauges.tenants?.record(count, { "schema_gate.pace": pace });
  }

  async ended({ outcome, findings }: RunEnd): Promise<void> {
    const at = this.options.now();
    this.leave(at);
    const { command } = this.options;
    this.run?.setAttribute("schema_gate.outcome", outcome);
    this.finish(this.run, outcome, at);
    this.durations.run?.record((at - this.startedAt) / 1000, {
      "schema_gate.command": command,
      "schema_gate.outcome": outcome,
    });
    const counter = this.providers.meters
      ?.getMeter("schema-gate", this.options.version)
      .createCounter("schema_gate.findings", { description: "What the gates have said" });
    for (const { code, severity, unknown } of findings)
      counter?.add(1, {
        "schema_gate.code": code,
        "schema_gate.severity": severity,
        "schema_gate.unknown": unknown === true,
      });
    await this.deliver();
  }

  private async deliver(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(true), GRACE_MS);
    });
    const isLate = await Promise.race([this.providers.shutdown().then(() => false), late]);
    clearTimeout(timer);
    if (isLate) this.options.failed(`it did not take everything in ${GRACE_MS / 1000} s`);
  }

  private leave(at: number): void {
    if (this.state === null) return;
    const { name, span, at: since } = this.state;
    this.durations.state?.record((at - since) / 1000, { "schema_gate.state": name });
    span?.end(at);
    this.state = null;
  }

  private finish(span: Span | undefined, status: string, at: number): void {
    if (BAD.has(status)) span?.setStatus({ code: this.api.SpanStatusCode.ERROR });
    span?.end(at);
  }
}
