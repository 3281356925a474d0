import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { closed } from "./closed.js";

export interface ReceivedSpan {
  readonly name: string;
  readonly trace: string;
  readonly id: string;
  readonly parent: string;
  /** Milliseconds. */
  readonly start: number;
  readonly end: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** 2: error. */
  readonly status: number;
}

export interface ReceivedPoint {
  readonly name: string;
  readonly unit: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly count: number;
  readonly sum: number;
}

/** A real OTLP receiver on the loopback interface: HTTP, protobuf, read by the field numbers of opentelemetry-proto 1. */
export class OtlpCollector {
  readonly spans: ReceivedSpan[] = [];
  readonly points: ReceivedPoint[] = [];
  readonly resources: Readonly<Record<string, unknown>>[] = [];
  /** Every byte that came, for what must not be in it. */
  readonly bodies: Buffer[] = [];
  readonly headers: IncomingMessage["headers"][] = [];
  requests = 0;
  /** Null leaves a request without an answer. */
  answer: () => number | null = () => 200;
  private readonly server = createServer((request, response) => void this.take(request, response));

  static async open(): Promise<OtlpCollector> {
    const collector = new OtlpCollector();
    await new Promise<void>((resolve) => {
      collector.server.listen(0, "127.0.0.1", resolve);
    });
    return collector;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): Promise<void> {
    return closed(this.server);
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests += 1;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const sent = Buffer.concat(chunks);
    const body = request.headers["content-encoding"] === "gzip" ? gunzipSync(sent) : sent;
    const code = this.answer();
    if (code === null) return;
    if (code === 200) {
      this.bodies.push(body);
      this.headers.push(request.headers);
      if (request.url === "/v1/traces") this.readTraces(body);
      if (request.url === "/v1/metrics") this.readMetrics(body);
    }
    response.writeHead(code, { "content-type": "application/x-protobuf" }).end();
  }

  private readTraces(body: Buffer): void {
    for (const resourceSpans of fields(body).messages(1)) {
      this.resources.push(attributesOf(resourceSpans.message(1).messages(1)));
      for (const scopeSpans of resourceSpans.messages(2)) this.spans.push(...scopeSpans.messages(2).map(spanOf));
    }
  }

  private readMetrics(body: Buffer): void {
    for (const resourceMetrics of fields(body).messages(1)) {
      this.resources.push(attributesOf(resourceMetrics.message(1).messages(1)));
      for (const scope of resourceMetrics.messages(2))
        for (const metric of scope.messages(2)) this.points.push(...pointsOf(metric));
    }
  }
}

function spanOf(span: Fields): ReceivedSpan {
  return {
    trace: span.bytes(1).toString("hex"),
    id: span.bytes(2).toString("hex"),
    parent: span.bytes(4).toString("hex"),
    name: span.text(5),
    start: Number(span.fixed(7) / 1_000_000n),
    end: Number(span.fixed(8) / 1_000_000n),
    attributes: attributesOf(span.messages(9)),
    status: Number(span.message(15).varint(3)),
  };
}

function pointsOf(metric: Fields): readonly ReceivedPoint[] {
  const base = { name: metric.text(1), unit: metric.text(3) };
  const sums = metric.message(7).messages(1);
  return [
    ...metric
      .message(9)
      .messages(1)
      .map((point) => ({
        ...base,
        attributes: attributesOf(point.messages(9)),
        count: Number(point.fixed(4)),
        sum: point.double(5),
      })),
    ...sums.map((point) => ({
      ...base,
      attributes: attributesOf(point.messages(7)),
      count: 1,
      sum: point.has(4) ? point.double(4) : Number(point.fixed(6)),
    })),
  ];
}

function attributesOf(pairs: readonly Fields[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(pairs.map((pair) => [pair.text(1), anyValue(pair.message(2))]));
}

function anyValue(value: Fields): unknown {
  if (value.has(1)) return value.text(1);
  if (value.has(2)) return value.varint(2) === 1n;
  if (value.has(3)) return Number(value.varint(3));
  if (value.has(4)) return value.double(4);
  return value.message(5).messages(1).map(anyValue);
}

/** Fields of a message by number, in protobuf's wire format (https://protobuf.dev/programming-guides/encoding/). */
class Fields {
  constructor(private readonly found: ReadonlyMap<number, readonly (bigint | Buffer)[]>) {}

  has(field: number): boolean {
    return this.found.has(field);
  }
  bytes(field: number): Buffer {
    const [first] = this.found.get(field) ?? [];
    return Buffer.isBuffer(first) ? first : Buffer.alloc(0);
  }
  text(field: number): string {
    return this.bytes(field).toString("utf8");
  }
  message(field: number): Fields {
    return fields(this.bytes(field));
  }
  messages(field: number): readonly Fields[] {
    return (this.found.get(field) ?? []).map((one) => fields(one as Buffer));
  }
  varint(field: number): bigint {
    const [first] = this.found.get(field) ?? [];
    return typeof first === "bigint" ? first : 0n;
  }
  fixed(field: number): bigint {
    return this.varint(field);
  }
  double(field: number): number {
    const bits = Buffer.alloc(8);
    bits.writeBigUInt64LE(this.varint(field));
    return bits.readDoubleLE();
  }
}

function fields(message: Buffer): Fields {
  const found = new Map<number, (bigint | Buffer)[]>();
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[at] ?? 0;
      at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const fixed = (length: 4 | 8) => {
    at += length;
    return length === 8 ? message.readBigUInt64LE(at - 8) : BigInt(message.readUInt32LE(at - 4));
  };
  const bytes = () => {
    const length = Number(varint());
    at += length;
    return message.subarray(at - length, at);
  };
  while (at < message.length) {
    const tag = Number(varint());
    const type = tag & 7;
    const value = type === 0 ? varint() : type === 1 ? fixed(8) : type === 5 ? fixed(4) : bytes();
    found.set(tag >> 3, [...(found.get(tag >> 3) ?? []), value]);
  }
  return new Fields(found);
}
