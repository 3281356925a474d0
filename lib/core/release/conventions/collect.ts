import type { Finding } from "../../finding.js";
import { sha256 } from "../../migration/checksums/sha.js";
import type { MigrationSource, ScriptSource } from "../../migration/convention.js";
import { releaseFinding } from "../../migration/release-finding.js";

/** One script found in a folder: the way up or the way down of a version. */
export interface FoundScript {
  readonly version: string;
  readonly name: string;
  readonly direction: "up" | "down";
  readonly script: ScriptSource;
}

/**
 * Pairs the ways up with the ways down. Two ways up of one version are a finding, and so is a way down without a way up: we do not guess which of
 * them the framework would run.
 */
export function pairScripts(
  found: readonly FoundScript[],
  checksum: (up: ScriptSource, version: string, name: string) => string | null,
  /** One spelling for all spellings of a version that a framework treats as the same. */
  canonical: (version: string) => string = (version) => version,
): { migrations: readonly MigrationSource[]; findings: readonly Finding[] } {
  const findings: Finding[] = [];
  const downs = new Map<string, FoundScript>();
  for (const down of found.filter((each) => each.direction === "down")) {
    const other = downs.get(canonical(down.version));
    if (other) findings.push(sameVersion(other, down));
    else downs.set(canonical(down.version), down);
  }
  const ups = new Map<string, FoundScript>();
  for (const up of found.filter((each) => each.direction === "up")) {
    const other = ups.get(canonical(up.version));
    if (other) findings.push(sameVersion(other, up));
    else ups.set(canonical(up.version), up);
  }
  for (const down of downs.values()) if (!ups.has(canonical(down.version))) findings.push(withoutUp(down));
  const migrations = [...ups.values()].map((up) => ({
    version: up.version,
    name: up.name,
    up: up.script,
    down: downs.get(canonical(up.version))?.script ?? null,
    checksum: checksum(up.script, up.version, up.name),
    ...(up.script.rust ? {} : { variants: variantsOf(up, checksum) }),
  }));
  return { migrations, findings };
}

const MARK = "\uFEFF";

/** Checksums of the same text as a different checkout may have it. */
function variantsOf(
  { script, version, name }: FoundScript,
  checksum: (up: ScriptSource, version: string, name: string) => string | null,
): readonly string[] {
  const bare = Buffer.from(script.file.bytes).toString("utf8").replace(MARK, "").replaceAll("\r\n", "\n");
  const texts = [bare, bare.replaceAll("\n", "\r\n")].flatMap((text) => [text, MARK + text]);
  const sums = texts.map((text) => {
    const file = { ...script.file, text, bytes: Buffer.from(text) };
    return checksum({ ...script, file }, version, name) ?? sha256(file.bytes);
  });
  const own = checksum(script, version, name) ?? sha256(script.file.bytes);
  return [...new Set(sums)].filter((sum) => sum !== own);
}

function sameVersion(first: FoundScript, second: FoundScript): Finding {
  return releaseFinding({
    code: "release.version-twice",
    severity: "error",
    unknown: true,
    subject: { kind: "file", name: second.script.file.path },
    message: `Version ${second.version} exists twice: in ${first.script.file.path} and in ${second.script.file.path}. Only one of them can be recorded in the ledger.`,
    remedy: { text: "Give one of them a version of its own." },
    source: { file: second.script.file.path, line: 1, column: 1 },
  });
}

function withoutUp(down: FoundScript): Finding {
  return releaseFinding({
    code: "release.down-without-up",
    severity: "error",
    subject: { kind: "file", name: down.script.file.path },
    message: `${down.script.file.path} takes back version ${down.version}, but no file brings that version in.`,
    remedy: { text: "Add the missing way up, or remove the file." },
    source: { file: down.script.file.path, line: 1, column: 1 },
  });
}
