type Environment = Readonly<Record<string, string | undefined>>;

/** What OpenTelemetry's standard variables ask for. */
export interface TelemetryWish {
  readonly traces: boolean;
  readonly metrics: boolean;
  /** Host of the collector, for people. */
  readonly collector: string;
}

const SIGNALS = ["TRACES", "METRICS"] as const;
type Signal = (typeof SIGNALS)[number];

/**
 * Null without an endpoint or a named exporter: a collector on this machine is not assumed. A text says why the request cannot be met.
 * https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
export function telemetryWish(environment: Environment): TelemetryWish | string | null {
  if (/^true$/i.test(environment.OTEL_SDK_DISABLED ?? "")) return null;
  const asked = SIGNALS.filter((signal) => isAsked(environment, signal));
  const [first] = asked;
  if (first === undefined) return null;
  const problem = asked.map((signal) => problemOf(environment, signal)).find((one) => one !== null);
  if (problem !== undefined) return problem;
  return {
    traces: asked.includes("TRACES"),
    metrics: asked.includes("METRICS"),
    collector: new URL(endpointOf(environment, first).value).host,
  };
}

function isAsked(environment: Environment, signal: Signal): boolean {
  const exporters = environment[`OTEL_${signal}_EXPORTER`] ?? "";
  if (exporters !== "") return exporters.split(",").some((one) => one.trim() === "otlp");
  return endpointOf(environment, signal).name !== null;
}

/** The specification's default if only the exporter is named. */
function endpointOf(environment: Environment, signal: Signal) {
  const name = [`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`, "OTEL_EXPORTER_OTLP_ENDPOINT"].find(
    (one) => (environment[one] ?? "").trim() !== "",
  );
  return { name: name ?? null, value: name === undefined ? "http://localhost:4318" : (environment[name] ?? "").trim() };
}

function problemOf(environment: Environment, signal: Signal): string | null {
  const { name, value } = endpointOf(environment, signal);
  if (!(URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)))
    return `${name} is not an http or https URL, such as http://localhost:4318`;
  const variables = [`OTEL_EXPORTER_OTLP_${signal}_PROTOCOL`, "OTEL_EXPORTER_OTLP_PROTOCOL"];
  const variable = variables.find((one) => (environment[one] ?? "") !== "");
  if (variable === undefined || environment[variable] === "http/protobuf") return null;
  return `${variable} is ${environment[variable]}; only http/protobuf is supported, which collectors accept on port 4318`;
}
