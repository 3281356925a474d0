import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Fault } from "./simulated-aws.js";

interface Stored {
  readonly bytes: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

/** One bucket's objects, with conditional writes and pages as S3 has them. */
export class SimulatedS3 {
  readonly objects = new Map<string, Stored>();
  /** Keys of one page: few, so that every list has several. */
  page = 3;
  /** Keys that were written when there was an object already. */
  readonly overwritten: string[] = [];

  text(key: string): string | undefined {
    return this.objects.get(key)?.bytes.toString("utf8");
  }

  put(key: string, body: string | Uint8Array): void {
    this.objects.set(key, { bytes: Buffer.from(body as string), headers: {} });
  }

  /** An object that says it has so many bytes. */
  putLarge(key: string, bytes: number): void {
    this.objects.set(key, { bytes: Buffer.from("{}"), headers: { "content-length": String(bytes) } });
  }

  serve(request: IncomingMessage, url: URL, body: Buffer, response: ServerResponse, fault: Fault | null): void {
    const [, , ...rest] = decodeURIComponent(url.pathname).split("/");
    const key = rest.join("/");
    if (fault) refuse(response, fault.status, fault.code, request.method);
    else if (request.method === "PUT") this.write(request, key, body, response);
    else if (request.method === "GET" && key === "") this.list(url.searchParams, response);
    else if (request.method === "GET" || request.method === "HEAD") this.read(request, key, response);
    else refuse(response, 405, "MethodNotAllowed", request.method);
  }

  private write(request: IncomingMessage, key: string, body: Buffer, response: ServerResponse): void {
    const there = this.objects.has(key);
    if (there && request.headers["if-none-match"] === "*") {
      refuse(response, 412, "PreconditionFailed", request.method);
      return;
    }
    if (there) this.overwritten.push(key);
    const kept = Object.entries(request.headers).filter(([name]) => /^x-amz-(meta|object-lock)/.test(name));
    this.objects.set(key, { bytes: body, headers: Object.fromEntries(kept) as Record<string, string> });
    response.setHeader("etag", `"${createHash("md5").update(body).digest("hex")}"`);
    response.end();
  }

  private read(request: IncomingMessage, key: string, response: ServerResponse): void {
    const stored = this.objects.get(key);
    if (!stored) {
      refuse(response, 404, "NoSuchKey", request.method);
      return;
    }
    response.setHeader("content-length", stored.bytes.length);
    for (const [name, value] of Object.entries(stored.headers)) response.setHeader(name, value);
    response.end(request.method === "HEAD" ? undefined : stored.bytes);
  }

  private list(query: URLSearchParams, response: ServerResponse): void {
    const prefix = query.get("prefix") ?? "";
    const after = query.get("continuation-token") ?? query.get("start-after") ?? "";
    const delimiter = query.get("delimiter");
    const found = [...this.objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
    const folderOf = (key: string) => {
      const end = delimiter === null ? -1 : key.indexOf(delimiter, prefix.length);
      return end === -1 ? null : key.slice(0, end + 1);
    };
    const folders = [...new Set(found.flatMap((key) => folderOf(key) ?? []))];
    const keys = found.filter((key) => folderOf(key) === null);
    const page = keys.slice(0, this.page);
    const more = keys.length > this.page;
    const contents = page.map((key) => `<Contents><Key>${escaped(key)}</Key></Contents>`).join("");
    const prefixes = folders.map((one) => `<CommonPrefixes><Prefix>${escaped(one)}</Prefix></CommonPrefixes>`).join("");
    const next = more ? `<NextContinuationToken>${escaped(page.at(-1) ?? "")}</NextContinuationToken>` : "";
    response.setHeader("content-type", "application/xml");
    response.end(
      `<ListBucketResult><IsTruncated>${more}</IsTruncated>${next}${contents}${prefixes}</ListBucketResult>`,
    );
  }
}

function refuse(response: ServerResponse, status: number, code: string, method: string | undefined): void {
  response.writeHead(status, { "content-type": "application/xml" });
  response.end(method === "HEAD" ? undefined : `<Error><Code>${code}</Code><Message>simulated</Message></Error>`);
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
