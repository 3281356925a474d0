import type { Finding } from "../finding.js";
import { releaseFinding } from "./release-finding.js";

/** A file in the release's folder. */
export interface ReleaseFile {
  /** Relative to the folder, with `/`. A path that begins with `../` is context: it is read but contains no migration. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** The name by which a convention reads it, if that is not the last part of the path. */
  readonly name?: string;
  /** The application's own code; `only` when the migrations cannot call it. */
  readonly application?: "only" | "too";
  /** A symbolic link that is not followed: out of the folder, to a folder, or to nothing. */
  readonly link?: "outside" | "folder" | "broken";
  /** The names of the folders that contain the release's folder, and its own, innermost last: modules are named after them. */
  readonly above?: readonly string[];
}

/** A file whose text could be read. */
export interface SourceFile extends ReleaseFile {
  readonly text: string;
  /** Last part of the path, or the name given instead. */
  readonly name: string;
  /** The path without its last part; empty for a file at the top. */
  readonly folder: string;
}

export interface ReadFile {
  readonly file: SourceFile;
  /** False when the bytes are not UTF-8: `text` is then a lossy reading, only for messages. */
  readonly readable: boolean;
  readonly findings: readonly Finding[];
}

const MARK = [0xef, 0xbb, 0xbf];

/** Reads a file's bytes as UTF-8, without a byte order mark. Nothing is guessed: other encodings are findings. */
export function readSourceFile(file: ReleaseFile): ReadFile {
  const marked = MARK.every((byte, index) => file.bytes[index] === byte);
  const bytes = marked ? file.bytes.subarray(MARK.length) : file.bytes;
  const decoded = decodeUtf8(bytes);
  const at = decoded === null ? firstInvalidByte(bytes) : null;
  const text = decoded ?? new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  const slash = file.path.lastIndexOf("/");
  const source = {
    ...file,
    text,
    name: file.name ?? file.path.slice(slash + 1),
    folder: file.path.slice(0, Math.max(slash, 0)),
  };
  const findings: Finding[] = file.link === undefined ? [] : [symbolicLink(file.path, file.link)];
  if (at !== null) findings.push(notUtf8(file.path, bytes, at));
  else {
    if (marked) findings.push(byteOrderMark(file.path));
    if (text.includes("\0")) findings.push(nulByte(file.path, text));
    if (/\r\n/.test(text)) findings.push(carriageReturns(file.path, text));
  }
  return { file: source, readable: at === null && !text.includes("\0") && file.link === undefined, findings };
}

function notUtf8(path: string, bytes: Uint8Array, at: number): Finding {
  const before = new TextDecoder().decode(bytes.subarray(0, at));
  const line = before.split("\n").length;
  const column = before.length - before.lastIndexOf("\n");
  const hex = (bytes[at] ?? 0).toString(16).padStart(2, "0");
  return releaseFinding({
    code: "release.encoding",
    severity: "error",
    unknown: true,
    subject: { kind: "file", name: path },
    message: `${path} is not UTF-8: byte 0x${hex} on line ${line} does not belong to any character. It may be Latin-1 or UTF-16.`,
    remedy: { text: "Convert the file to UTF-8.", command: `iconv -f LATIN1 -t UTF-8 ${path}` },
    source: { file: path, line, column },
  });
}

const LEADS: Readonly<Record<NonNullable<ReleaseFile["link"]>, string>> = {
  outside: "out of the folder of the migrations",
  folder: "to a folder",
  broken: "to nothing",
};

function symbolicLink(path: string, link: NonNullable<ReleaseFile["link"]>): Finding {
  return releaseFinding({
    code: "release.symbolic-link",
    severity: "error",
    unknown: true,
    subject: { kind: "file", name: path },
    message: `${path} is a symbolic link ${LEADS[link]}, which is not followed: what it leads to can change without the folder.`,
    remedy: { text: "Put what it leads to into the folder, or remove the link." },
    source: { file: path, line: 1, column: 1 },
  });
}

function byteOrderMark(path: string): Finding {
  return releaseFinding({
    code: "release.byte-order-mark",
    severity: "warning",
    subject: { kind: "file", name: path },
    message: `${path} begins with a byte order mark. It is left out here, but it is part of the bytes that some frameworks send to the server and take a checksum of.`,
    remedy: { text: "Remove the mark.", command: `sed -i '1s/^\\xEF\\xBB\\xBF//' ${path}` },
    source: { file: path, line: 1, column: 1 },
  });
}

function nulByte(path: string, text: string): Finding {
  const line = text.slice(0, text.indexOf("\0")).split("\n").length;
  return releaseFinding({
    code: "release.encoding",
    severity: "error",
    unknown: true,
    subject: { kind: "file", name: path },
    message: `${path} holds a NUL byte on line ${line}; PostgreSQL reads no text with one. The file may be UTF-16.`,
    remedy: { text: "Convert the file to UTF-8.", command: `iconv -f UTF-16 -t UTF-8 ${path}` },
    source: { file: path, line, column: 1 },
  });
}

function carriageReturns(path: string, text: string): Finding {
  const line = text.slice(0, text.indexOf("\r\n")).split("\n").length;
  return releaseFinding({
    code: "release.carriage-returns",
    severity: "note",
    subject: { kind: "file", name: path },
    message: `${path} has Windows line endings. Checksums over its bytes differ from those of a checkout with Unix line ends.`,
    remedy: { text: "Fix the line endings in the repository.", command: "git add --renormalize ." },
    source: { file: path, line, column: 1 },
  });
}

/** Offset of the first byte that is not valid UTF-8 at its position. */
function firstInvalidByte(bytes: Uint8Array): number {
  for (let at = 0; at < bytes.length; ) {
    const end = sequenceEnd(bytes, at);
    if (decodeUtf8(bytes.subarray(at, end)) === null) return at;
    at = end;
  }
  return bytes.length;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Null when the bytes are not UTF-8. */
function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return utf8.decode(bytes);
  } catch {
    return null;
  }
}

/** A lead byte together with the continuation bytes after it. */
function sequenceEnd(bytes: Uint8Array, start: number): number {
  let end = start + 1;
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end++;
  return end;
}
