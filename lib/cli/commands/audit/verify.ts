import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { readRunRecord } from "../../../adapters/local/run-record.js";
import { UsageError } from "../../../api/usage-error.js";
import { keyId } from "../../../core/audit/seal.js";
import { runOf, type Verification, verifyRun } from "../../../core/audit/verify.js";
import { plural } from "../../../core/plural.js";
import type { ExitCode } from "../../command.js";
import type { Io } from "../../io.js";
import { printable, styleFor } from "../../terminal/style.js";

/** Checks the record of a run and says what of it holds. 0 when it is whole, 1 when not. */
export async function verifyFolder(
  io: Io,
  folder: string,
  options: { readonly key: string | null; readonly json: boolean },
): Promise<ExitCode> {
  const key = options.key === null ? undefined : readKey(resolve(io.cwd, options.key));
  const result = verifyRun(await readRunRecord(folder), key);
  const whole = result.findings.length === 0;
  if (options.json) io.stdout.write(`${JSON.stringify(asJson(result), null, 2)}\n`);
  else io.stdout.write(asText(io, folder, result));
  return whole ? 0 : 1;
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

function asJson(result: Verification) {
  return {
    run: runOf(result.events),
    whole: result.findings.length === 0,
    events: result.events.length,
    tenantRecords: result.leaves,
    files: result.files,
    key: result.keyid,
    keyTrusted: result.keyTrusted,
    findings: result.findings,
  };
}

/** More would not be read; the number of the rest is said. */
const MOST_FINDINGS = 20;

function asText(io: Io, folder: string, result: Verification): string {
  const style = styleFor(io);
  const lines: string[] = [];
  for (const finding of result.findings.slice(0, MOST_FINDINGS)) {
    lines.push(`${style.red("✗")} ${printable(finding.subject.name)}  ${style.dim(finding.code)}`);
    lines.push(`  ${printable(finding.message)}`);
    if (finding.remedy) lines.push(`  ${finding.remedy.text}`);
  }
  const more = result.findings.length - MOST_FINDINGS;
  if (more > 0) lines.push(`  … and ${plural(more, "more place")}; --json prints all of them.`);
  if (result.findings.length > 0) {
    lines.push("", `${style.red("NOT WHOLE")}: ${plural(result.findings.length, "place")} in ${folder}`);
    return `${lines.join("\n")}\n`;
  }
  const records = plural(result.leaves, "tenant record");
  lines.push(`${style.green("✓")} ${plural(result.events.length, "event")} in an unbroken chain`);
  lines.push(`${style.green("✓")} ${records}, each in its place`);
  lines.push(`${style.green("✓")} ${plural(result.files, "file")}, none changed, missing or added`);
  lines.push(`${style.green("✓")} sealed by key ${result.keyid}`);
  if (!result.keyTrusted) lines.push("  The key was not compared with one that you trust: add --key audit-key.pub.pem");
  lines.push("", `${style.green("WHOLE")}: run ${printable(runOf(result.events))}`);
  return `${lines.join("\n")}\n`;
}
