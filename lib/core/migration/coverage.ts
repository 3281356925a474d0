import type { Finding, SourceSpan } from "../finding.js";
import { type Acceptances, acceptanceOf } from "./acceptance.js";
import { sha256 } from "./checksums/sha.js";
import type { Coverage, OpaquePiece } from "./release.js";
import { releaseFinding } from "./release-finding.js";

/** A piece that was not understood, before it is compared with what the config accepts. */
export interface Opaque {
  /** A full sentence without the final full stop. */
  readonly reason: string;
  readonly text: string;
  readonly source: SourceSpan;
}

/** Counts what was understood, and turns the rest into pieces and findings. What nobody accepted blocks. */
export function judgeCoverage(
  understood: number,
  opaque: readonly Opaque[],
  acceptances: Acceptances | undefined,
): { readonly coverage: Coverage; readonly findings: readonly Finding[] } {
  const judged = opaque.map((each) => judge(each, acceptances));
  return {
    coverage: { understood, pieces: judged.map((each) => each.piece) },
    findings: judged.map((each) => each.finding),
  };
}

function judge(opaque: Opaque, acceptances: Acceptances | undefined): { piece: OpaquePiece; finding: Finding } {
  const hash = sha256(opaque.text);
  const found = acceptanceOf({ hash }, acceptances);
  if (found && !found.expired) {
    const { reason } = found.acceptance;
    return { piece: { ...opaque, status: "ignored", reason, hash }, finding: ignored(opaque, reason) };
  }
  const piece: OpaquePiece = { ...opaque, status: "opaque", hash };
  return { piece, finding: blocked(piece, found !== null) };
}

function ignored(opaque: Opaque, reason: string): Finding {
  return releaseFinding({
    code: "release.ignored",
    severity: "note",
    subject: subjectOf(opaque),
    message: `A piece of ${opaque.source.file} that was not understood is accepted by the config: ${reason}.`,
    source: opaque.source,
  });
}

function blocked(piece: OpaquePiece, expired: boolean): Finding {
  const lead = expired ? "The acceptance of this piece has expired. " : "";
  return releaseFinding({
    code: expired ? "release.acceptance-expired" : "release.opaque",
    severity: "error",
    unknown: true,
    subject: subjectOf(piece),
    message: `${lead}${piece.reason}: ${excerpt(piece.text)}`,
    remedy: {
      text: `Write it so that it can be read, or accept this very piece in the config: {"hash": "${piece.hash}", "reason": "…", "expires": "…"}.`,
    },
    source: piece.source,
  });
}

function subjectOf(opaque: Opaque) {
  return { kind: "statement", name: `${opaque.source.file}:${opaque.source.line}` };
}

function excerpt(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > 120 ? `${line.slice(0, 119)}…` : line;
}
