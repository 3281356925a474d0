import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readRunRecord } from "../../../adapters/local/run-record.js";
import { UsageError } from "../../../api/usage-error.js";
import { anchorLine, anchorOf } from "../../../core/audit/anchor.js";
import { AUDIT_FILE } from "../../../core/audit/chain.js";
import { readTrail } from "../../../core/audit/trail.js";
import { runOf } from "../../../core/audit/verify.js";
import { type ExitCode, UnfinishedError } from "../../command.js";
import type { Io } from "../../io.js";
import { printable } from "../../terminal/printable.js";

export interface AnchorPlace {
  /** An annotated tag in the repository of the current folder. */
  readonly gitTag: boolean;
  /** A shell command, which gets the anchor on its standard input and in the file `$SCHEMA_GATE_ANCHOR`; null for none. */
  readonly command: string | null;
}

/** Writes the head of a run's trail to a place that the user chose; without one, to standard output. */
export async function anchorRun(io: Io, folder: string, { gitTag, command }: AnchorPlace): Promise<ExitCode> {
  const { events, findings } = readTrail((await readRunRecord(folder)).read(AUDIT_FILE) ?? new Uint8Array());
  if (findings.length > 0 || events.length === 0)
    throw new UsageError(
      `the trail in ${folder} is not whole, so its end anchors nothing`,
      `schema-gate audit verify ${folder}`,
    );
  const run = runOf(events);
  const line = anchorLine(anchorOf(run, events));
  if (gitTag) tag(io, run, line, events.length);
  if (command !== null) handOver(io, command, line);
  io.stdout.write(`${line}\n`);
  return 0;
}

function tag(io: Io, run: string, line: string, events: number): void {
  const name = `schema-gate/${run}/${events}`;
  try {
    execFileSync("git", ["tag", "--annotate", "--message", line, "--", name], {
      cwd: io.cwd,
      stdio: ["ignore", "pipe", "pipe"],
    });
  } catch (error) {
    const said = String((error as { stderr?: Buffer }).stderr ?? "").trim() || (error as Error).message;
    throw new UnfinishedError(`git could not make the tag ${name}: ${printable(said)}`);
  }
  io.stderr.write(
    `Tagged ${printable(name)}; it proves something once it is elsewhere: git push origin ${printable(name)}\n`,
  );
}

function handOver(io: Io, command: string, line: string): void {
  const folder = mkdtempSync(join(tmpdir(), "schema-gate-anchor-"));
  try {
    const file = join(folder, "anchor.json");
    writeFileSync(file, `${line}\n`, { mode: 0o600 });
    const env = { ...io.env, SCHEMA_GATE_ANCHOR: file };
    const ended = spawnSync("/bin/sh", ["-c", command], { cwd: io.cwd, env, input: `${line}\n`, encoding: "utf8" });
    io.stderr.write(printable(`${ended.stdout ?? ""}${ended.stderr ?? ""}`));
    if (ended.status === 0) return;
    const reason = ended.error?.message ?? `it ended with code ${ended.status}`;
    throw new UnfinishedError(`the command did not take the anchor: ${printable(reason)}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
