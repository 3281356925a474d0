import type { Context } from "@opentelemetry/api";

type Api = typeof import("@opentelemetry/api");

/** The span that a pipeline has put into the environment (W3C Trace Context, as a variable), so that a run is part of its trace. */
export function parentContext(api: Api, traceparent: string | undefined): Context {
  const [, traceId, spanId, flags] = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(traceparent ?? "") ?? [];
  if (traceId === undefined || spanId === undefined) return api.ROOT_CONTEXT;
  const parent = { traceId, spanId, traceFlags: Number.parseInt(flags ?? "00", 16), isRemote: true };
  return api.isSpanContextValid(parent) ? api.trace.setSpanContext(api.ROOT_CONTEXT, parent) : api.ROOT_CONTEXT;
}
