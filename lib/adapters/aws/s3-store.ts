import { randomUUID } from "node:crypto";
import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
} from "@aws-sdk/client-s3";
import { type ClientSettings, clientOf } from "./clients.js";

/** An object that cannot be used. The message names bucket and key. */
export class StoreError extends Error {
  override readonly name: string = "StoreError";
}

/** An object with more bytes than may be read. */
export class TooLargeError extends StoreError {}

/** Until when an object cannot be removed or overwritten (S3 Object Lock). */
export interface Retention {
  readonly mode: "GOVERNANCE" | "COMPLIANCE";
  readonly until: Date;
}

const LARGEST_OBJECT = 256 * 1024 * 1024;
/** S3 answers 409 if two conditional writes of one key collide; the caller tries again (S3 User Guide, conditional writes). */
const MEETINGS = 5;

/** Whole objects of one bucket. */
export class S3Store {
  constructor(
    private readonly client: S3Client,
    readonly bucket: string,
  ) {}

  /** Null if there is none. Throws `TooLargeError` for an object of more than `most` bytes, before its body is read. */
  async bytes(key: string, most = LARGEST_OBJECT): Promise<Uint8Array | null> {
    try {
      const answer = await this.client.send(new GetObjectCommand({ Bucket: this.bucket, Key: key }));
      const size = answer.ContentLength ?? 0;
      if (size > most) {
        (answer.Body as { destroy?: () => void } | undefined)?.destroy?.();
        throw new TooLargeError(`${this.locate(key)} has ${size} bytes; ${most} may be read`);
      }
      return (await answer.Body?.transformToByteArray()) ?? new Uint8Array();
    } catch (error) {
      if (isMissing(error)) return null;
      throw this.explained(error, "read", key);
    }
  }

  async text(key: string): Promise<string | null> {
    const bytes = await this.bytes(key);
    return bytes === null ? null : Buffer.from(bytes).toString("utf8");
  }

  async has(key: string): Promise<boolean> {
    return (await this.head(key)) !== null;
  }

  /** Replaces what was there. */
  async put(key: string, body: string | Uint8Array, retention?: Retention): Promise<void> {
    await this.write(key, body, { ...locked(retention) });
  }

  /** Writes only if there is none; false if there was one. */
  async create(key: string, body: string | Uint8Array, retention?: Retention): Promise<boolean> {
    // If a write's answer is lost, the SDK sends it again and it meets itself: this mark tells it apart from another's.
    const mark = randomUUID();
    const conditions = { IfNoneMatch: "*", Metadata: { mark }, ...locked(retention) };
    for (let meeting = 1; ; meeting += 1) {
      try {
        await this.write(key, body, conditions);
        return true;
      } catch (error) {
        const status = statusOf((error as Error).cause);
        if (status === 412) return (await this.head(key))?.mark === mark;
        if (status !== 409 || meeting === MEETINGS) throw error;
      }
    }
  }

  /** Keys that begin with `prefix`, sorted. `after`: only those that follow it. */
  async list(prefix: string, after?: string): Promise<string[]> {
    return (await this.listed(prefix, after === undefined ? {} : { StartAfter: after })).keys.sort();
  }

  /** Names of the folders in a folder, whose `prefix` ends in a slash. */
  async folders(prefix: string): Promise<string[]> {
    const { folders } = await this.listed(prefix, { Delimiter: "/" });
    return folders.map((folder) => folder.slice(prefix.length, -1)).sort();
  }

  private async listed(prefix: string, extra: Partial<ListObjectsV2CommandInput>) {
    const keys: string[] = [];
    const folders: string[] = [];
    let token: string | undefined;
    try {
      do {
        const page = await this.client.send(
          new ListObjectsV2Command({
            Bucket: this.bucket,
            Prefix: prefix,
            ...(token === undefined ? {} : { ContinuationToken: token }),
            ...extra,
          }),
        );
        keys.push(...(page.Contents ?? []).flatMap((object) => object.Key ?? []));
        folders.push(...(page.CommonPrefixes ?? []).flatMap((folder) => folder.Prefix ?? []));
        token = page.NextContinuationToken;
      } while (token !== undefined);
    } catch (error) {
      throw this.explained(error, "list", prefix);
    }
    return { keys, folders };
  }

  locate(key: string): string {
    return `s3://${this.bucket}/${key}`;
  }

  private async head(key: string): Promise<Record<string, string> | null> {
    try {
      const answer = await this.client.send(new HeadObjectCommand({ Bucket: this.bucket, Key: key }));
      return answer.Metadata ?? {};
    } catch (error) {
      if (isMissing(error)) return null;
      throw this.explained(error, "read", key);
    }
  }

  private async write(key: string, body: string | Uint8Array, extra: Partial<PutObjectCommandInput>): Promise<void> {
    try {
      await this.client.send(
        new PutObjectCommand({ Bucket: this.bucket, Key: key, Body: body, ContentType: contentType(key), ...extra }),
      );
    } catch (error) {
      throw this.explained(error, "write", key);
    }
  }

  private explained(error: unknown, doing: string, key: string): Error {
    if (error instanceof StoreError) return error;
    const { name, message } = error as Error;
    return new StoreError(`${this.locate(key)} could not be ${DONE[doing]}: ${name}: ${message}`, { cause: error });
  }
}

const DONE: Readonly<Record<string, string>> = { read: "read", list: "listed", write: "written" };

/** The store of a bucket. An emulator needs the bucket in the path, since its host names do not resolve. */
export function openStore(bucket: string, settings: ClientSettings): S3Store {
  return new S3Store(clientOf(S3Client, settings, { forcePathStyle: settings.endpoint !== undefined }), bucket);
}

function locked(retention: Retention | undefined): Partial<PutObjectCommandInput> {
  return retention === undefined ? {} : { ObjectLockMode: retention.mode, ObjectLockRetainUntilDate: retention.until };
}

function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } } | null)?.$metadata?.httpStatusCode;
}

function isMissing(error: unknown): boolean {
  const { name } = error as Error;
  return name === "NoSuchKey" || name === "NotFound";
}

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  json: "application/json",
  jsonl: "application/x-ndjson",
  md: "text/markdown; charset=utf-8",
  sarif: "application/sarif+json",
  xml: "application/xml",
  gz: "application/gzip",
};

function contentType(key: string): string {
  return TYPES[key.slice(key.lastIndexOf(".") + 1)] ?? "application/octet-stream";
}
