import { readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { readRunRecord } from "../../../adapters/local/run-record.js";
import { UsageError } from "../../../api/usage-error.js";
import { type Anchor, againstAnchor, readAnchor } from "../../../core/audit/anchor.js";
import type { AuditEvent } from "../../../core/audit/chain.js";
import { auditFinding } from "../../../core/audit/problem.js";
import { keyId } from "../../../core/audit/seal.js";
import { runOf, type Verification, verifyRun } from "../../../core/audit/verify.js";
import { blocks, type Finding } from "../../../core/finding.js";
import { plural } from "../../../core/plural.js";
import type { ExitCode } from "../../command.js";
import type { Io } from "../../io.js";
import { printable } from "../../terminal/printable.js";
import { styleFor } from "../../terminal/style.js";
import { againstRecord, againstRunsBefore, keptElsewhere } from "./kept-elsewhere.js";

export interface VerifyOptions {
  /** Path of the public key that must have sealed the run. */
  readonly key: string | null;
  /** Path of an anchor; `-` for standard input. */
  readonly anchor: string | null;
  /** The run that was asked for by its id; null for a path. */
  readonly run: string | null;
  readonly json: boolean;
}

/** A record may be consistent and still be another's: `whole` requires comparing it with something that was kept elsewhere. */
type Verdict = "whole" | "unanchored" | "broken";

interface Verified extends Verification {
  readonly verdict: Verdict;
  /** What it was compared with. */
  readonly anchors: readonly string[];
}

/** Checks the record of a run and reports which parts are valid. 0 if it is whole, 1 if it is not, or could be anybody's. */
export async function verifyFolder(io: Io, folder: string, options: VerifyOptions): Promise<ExitCode> {
  const kept = keptElsewhere(io, folder);
  const given = options.key === null ? null : readKey(resolve(io.cwd, options.key));
  const anchor = options.anchor === null ? null : await anchorFrom(io, options.anchor);
  const result = verifyRun(await readRunRecord(folder), given ?? kept?.key ?? undefined);
  const { events } = result;
  const findings = [
    ...result.findings,
    ...otherRun(events, folder, options.run),
    ...(anchor ? againstAnchor(runOf(events), events, anchor) : []),
    ...(kept ? [...againstRecord(events, kept), ...(await againstRunsBefore(events, kept))] : []),
  ];
  const anchors = [
    ...(given !== null ? ["the key that you gave"] : []),
    ...(anchor !== null ? ["the anchor that you gave"] : []),
    ...(kept !== null ? ["what this machine keeps outside of the folder"] : []),
  ];
  const verdict = blocks(findings) ? "broken" : anchors.length > 0 ? "whole" : "unanchored";
  const verified: Verified = { ...result, findings, verdict, anchors };
  if (options.json) io.stdout.write(`${JSON.stringify(asJson(verified), null, 2)}\n`);
  else io.stdout.write(asText(io, folder, verified));
  return verdict === "whole" ? 0 : 1;
}

const RUN_ID = /^\d{8}-\d{6}-[0-9a-f]{4}$/;

/** The folder of another run, under the name of the one that was asked for. */
function otherRun(events: readonly AuditEvent[], folder: string, asked: string | null): readonly Finding[] {
  const wanted = asked ?? (RUN_ID.test(basename(folder)) ? basename(folder) : null);
  const run = runOf(events);
  if (wanted === null || events.length === 0 || run === wanted) return [];
  return [auditFinding("audit.other-run", 1, `This is the record of run ${run}, not of ${wanted}.`)];
}

async function anchorFrom(io: Io, path: string): Promise<Anchor> {
  const read =
    path === "-"
      ? (await io.stdin.setEncoding("utf8").toArray()).join("")
      : readFileSync(resolve(io.cwd, path), "utf8");
  const anchor = readAnchor(read);
  if (anchor === null) throw new UsageError(`${path} holds no anchor of a run`, "schema-gate audit anchor RUN");
  return anchor;
}

function readKey(path: string): string {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
    keyId(text);
  } catch (error) {
    throw new UsageError(`${path} is not a public key in PEM: ${(error as Error).message}`);
  }
  return text;
}

function asJson(result: Verified) {
  return {
    run: runOf(result.events),
    verdict: result.verdict,
    whole: result.verdict === "whole",
    comparedWith: result.anchors,
    events: result.events.length,
    tenantRecords: result.leaves,
    files: result.files,
    key: result.keyid,
    keyTrusted: result.keyTrusted,
    findings: result.findings,
  };
}

/** Nobody would read more; the number of the rest is printed. */
const MOST_FINDINGS = 20;

function asText(io: Io, folder: string, result: Verified): string {
  const style = styleFor(io);
  const lines: string[] = [];
  for (const finding of result.findings.slice(0, MOST_FINDINGS)) {
    const mark = finding.severity === "error" ? style.red("✗") : style.yellow("!");
    lines.push(`${mark} ${printable(finding.subject.name)}  ${style.dim(finding.code)}`);
    lines.push(`  ${printable(finding.message)}`);
    if (finding.remedy) lines.push(`  ${finding.remedy.text}`);
  }
  const more = result.findings.length - MOST_FINDINGS;
  if (more > 0) lines.push(`  … and ${plural(more, "more place")}; --json prints all of them.`);
  if (result.verdict === "broken") {
    lines.push("", `${style.red("NOT WHOLE")}: ${plural(result.findings.length, "place")} in ${folder}`);
    return `${lines.join("\n")}\n`;
  }
  const records = plural(result.leaves, "tenant record");
  lines.push(`${style.green("✓")} ${plural(result.events.length, "event")} in an unbroken chain`);
  lines.push(`${style.green("✓")} ${records}, each in its place`);
  lines.push(`${style.green("✓")} ${plural(result.files, "file")}, none changed, missing or added`);
  lines.push(`${style.green("✓")} sealed by key ${result.keyid}`);
  const run = printable(runOf(result.events));
  if (result.verdict === "whole") {
    lines.push(`${style.green("✓")} compared with ${result.anchors.join(" and ")}`);
    lines.push("", `${style.green("WHOLE")}: run ${run}`);
  } else {
    lines.push(
      "",
      `${style.yellow("UNANCHORED")}: run ${run} is consistent, but whoever can write to the folder could have written all of it.`,
    );
    lines.push("  Compare it with what was kept elsewhere: --key audit-key.pub.pem, or --anchor FILE");
  }
  return `${lines.join("\n")}\n`;
}
