import type { MeterProvider } from "@opentelemetry/sdk-metrics";
import type { TracerProvider } from "@opentelemetry/sdk-trace";
import type { TelemetryWish } from "./wish.js";

/** Gets the reason why something was not accepted, without what was sent. */
export type Failed = (reason: string) => void;

export interface Providers {
  readonly tracers: TracerProvider | null;
  readonly meters: MeterProvider | null;
  /** Sends what is left. */
  shutdown(): Promise<void>;
}

/** What a fleet of ten thousand ends between two batches. */
const MOST_QUEUED_SPANS = 32_768;

interface Identity {
  readonly version: string;
  /** One process works on it at a time, so its sums never collide with another's. */
  readonly run: string;
}

/** OpenTelemetry's own SDK, loaded only here. Its exporters read the standard variables themselves. */
export async function openProviders(wish: TelemetryWish, identity: Identity, failed: Failed): Promise<Providers> {
  const { defaultResource, detectResources, envDetector, resourceFromAttributes } = await import(
    "@opentelemetry/resources"
  );
  const resource = defaultResource()
    .merge(
      resourceFromAttributes({
        "service.name": "schema-gate",
        "service.version": identity.version,
        "service.instance.id": identity.run,
      }),
    )
    .merge(detectResources({ detectors: [envDetector] }));
  const [tracers, meters] = await Promise.all([
    wish.traces ? openTracers(resource, failed) : null,
    wish.metrics ? openMeters(resource, failed) : null,
  ]);
  return {
    tracers,
    meters,
    shutdown: async () => {
      await Promise.allSettled([tracers?.shutdown(), meters?.shutdown()]);
    },
  };
}

type Resource = ReturnType<typeof import("@opentelemetry/resources").defaultResource>;

async function openTracers(resource: Resource, failed: Failed): Promise<TracerProvider> {
  const [{ BatchSpanProcessor, TracerProvider: Tracers }, { OTLPTraceExporter }] = await Promise.all([
    import("@opentelemetry/sdk-trace"),
    import("@opentelemetry/exporter-trace-otlp-proto"),
  ]);
  const exporter = watched(new OTLPTraceExporter(), failed);
  return new Tracers({
    resource,
    spanProcessors: [new BatchSpanProcessor({ exporter, maxQueueSize: MOST_QUEUED_SPANS })],
  });
}

async function openMeters(resource: Resource, failed: Failed): Promise<MeterProvider> {
  const [{ MeterProvider: Meters, PeriodicExportingMetricReader }, { OTLPMetricExporter }] = await Promise.all([
    import("@opentelemetry/sdk-metrics"),
    import("@opentelemetry/exporter-metrics-otlp-proto"),
  ]);
  const exporter = watched(new OTLPMetricExporter(), failed);
  return new Meters({ resource, readers: [new PeriodicExportingMetricReader({ exporter })] });
}

interface Exporter {
  export(items: never, done: (result: { readonly code: number; readonly error?: Error }) => void): void;
}

/** The SDK reports a failure only to its own log. */
function watched<E extends Exporter>(exporter: E, failed: Failed): E {
  const send = exporter.export.bind(exporter);
  exporter.export = (items, done) =>
    send(items, (result) => {
      if (result.error !== undefined) failed(reasonOf(result.error));
      done(result);
    });
  return exporter;
}

function reasonOf(error: Error): string {
  const { code, cause } = error as { readonly code?: number | string; readonly cause?: { readonly code?: string } };
  if (typeof code === "number") return `it answered ${code}`;
  return `it cannot be reached: ${code ?? cause?.code ?? "no answer"}`;
}
