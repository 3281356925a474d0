import { expect, it } from "vitest";
import { telemetryWish } from "../../../lib/adapters/telemetry/wish.js";

const URL = "http://otel.example.com:4318";

it.each<readonly [string, Readonly<Record<string, string>>, ReturnType<typeof telemetryWish>]>([
  ["nothing", {}, null],
  ["other variables of OpenTelemetry", { OTEL_SERVICE_NAME: "x", OTEL_RESOURCE_ATTRIBUTES: "a=b" }, null],
  ["an empty endpoint", { OTEL_EXPORTER_OTLP_ENDPOINT: "" }, null],
  [
    "an endpoint",
    { OTEL_EXPORTER_OTLP_ENDPOINT: URL },
    { traces: true, metrics: true, collector: "otel.example.com:4318" },
  ],
  [
    "an endpoint of traces",
    { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${URL}/v1/traces` },
    { traces: true, metrics: false, collector: "otel.example.com:4318" },
  ],
  [
    "an endpoint of metrics",
    { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${URL}/m` },
    { traces: false, metrics: true, collector: "otel.example.com:4318" },
  ],
  [
    "an endpoint without metrics",
    { OTEL_EXPORTER_OTLP_ENDPOINT: URL, OTEL_METRICS_EXPORTER: "none" },
    { traces: true, metrics: false, collector: "otel.example.com:4318" },
  ],
  [
    "an exporter and no endpoint",
    { OTEL_TRACES_EXPORTER: "console,otlp" },
    { traces: true, metrics: false, collector: "localhost:4318" },
  ],
  [
    "another exporter",
    { OTEL_EXPORTER_OTLP_ENDPOINT: URL, OTEL_TRACES_EXPORTER: "zipkin", OTEL_METRICS_EXPORTER: "prometheus" },
    null,
  ],
  ["a disabled SDK", { OTEL_EXPORTER_OTLP_ENDPOINT: URL, OTEL_SDK_DISABLED: "TRUE" }, null],
  [
    "the protocol by name",
    { OTEL_EXPORTER_OTLP_ENDPOINT: URL, OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf" },
    { traces: true, metrics: true, collector: "otel.example.com:4318" },
  ],
  [
    "a protocol that is not spoken",
    { OTEL_EXPORTER_OTLP_ENDPOINT: "http://otel.example.com:4317", OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" },
    "OTEL_EXPORTER_OTLP_PROTOCOL is grpc; only http/protobuf is supported, which collectors accept on port 4318",
  ],
  [
    "no URL",
    { OTEL_EXPORTER_OTLP_ENDPOINT: "otel:4318" },
    "OTEL_EXPORTER_OTLP_ENDPOINT is not an http or https URL, such as http://localhost:4318",
  ],
])("%s", (_what, environment, wish) => {
  expect(telemetryWish(environment)).toEqual(wish);
});
