import { resolve } from "node:path";
import { metricsTextfile } from "../../adapters/local/metrics-textfile.js";
import { systemClock } from "../../adapters/local/system-clock.js";
import { openTelemetry } from "../../adapters/telemetry/open-telemetry.js";
import { telemetryWish } from "../../adapters/telemetry/wish.js";
import type { RunEnd, RunObserver } from "../../ports/events.js";
import type { RunRequest } from "../../steps/run/records.js";
import type { Io } from "../io.js";
import { printable } from "../terminal/printable.js";
import { packageVersion } from "../version.js";

export interface ObservedRun {
  readonly request: RunRequest;
  /** What this process does: the run's command, or the one that continues it. */
  readonly command: string;
  /** What paths in the config are relative to. */
  readonly directory: string;
  readonly env: Io["env"];
  say(text: string): void;
}

/** Who follows the run from outside: OpenTelemetry if the environment asks for it, a metrics file if the config does. */
export async function observersOf(observed: ObservedRun): Promise<RunObserver> {
  const observers = new Set([await telemetry(observed), textfile(observed)].flatMap((one) => one ?? []));
  /** An observer that throws is reported once, and told nothing more. */
  const drop = (observer: RunObserver, error: unknown) => {
    if (observers.delete(observer)) observed.say(`Telemetry of this run has stopped: ${textOf(error)}.`);
  };
  const each = (tell: (observer: RunObserver) => void) => {
    for (const observer of observers) {
      try {
        tell(observer);
      } catch (error) {
        drop(observer, error);
      }
    }
  };
  return {
    entered: (state) => each((one) => one.entered(state)),
    emit: (event) => each((one) => one.emit(event)),
    ended: async (end: RunEnd) => {
      await Promise.all([...observers].map((one) => one.ended(end).catch((error: unknown) => drop(one, error))));
    },
  };
}

function textOf(error: unknown): string {
  return printable(error instanceof Error ? error.message : String(error));
}

async function telemetry({ request, command, env, say }: ObservedRun): Promise<RunObserver | null> {
  const wish = telemetryWish(env);
  if (wish === null) return null;
  if (typeof wish === "string") {
    say(`OpenTelemetry gets nothing: ${printable(wish)}.`);
    return null;
  }
  const collector = printable(wish.collector);
  try {
    return await openTelemetry({
      wish,
      run: request.run,
      command,
      version: packageVersion(),
      traceparent: env.TRACEPARENT,
      now: () => systemClock.now(),
      failed: (reason) => say(`The OpenTelemetry collector ${collector} fails: ${printable(reason)}. The run goes on.`),
    });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const missing = code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND";
    say(
      missing
        ? `OpenTelemetry gets nothing: its packages are not installed. Next: npm install ${PACKAGES.join(" ")}`
        : `OpenTelemetry gets nothing: ${textOf(error)}.`,
    );
    return null;
  }
}

/** Optional peers: users without a collector do not install them. */
const PACKAGES = [
  "api",
  "resources",
  "sdk-trace",
  "sdk-metrics",
  "exporter-trace-otlp-proto",
  "exporter-metrics-otlp-proto",
].map((name) => `@opentelemetry/${name}`);

function textfile({ request, command, directory, say }: ObservedRun): RunObserver | null {
  const { metrics } = request.config;
  if (metrics === undefined) return null;
  return metricsTextfile({
    path: resolve(directory, metrics.textfile),
    labels: metrics.labels,
    run: request.run,
    command,
    version: packageVersion(),
    now: () => systemClock.now(),
    failed: (code) =>
      say(`The metrics could not be written to ${printable(metrics.textfile)}: ${code}. The run goes on.`),
  });
}
