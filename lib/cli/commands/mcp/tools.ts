import { z } from "zod";

/** What a tool does beyond reading files of this folder. */
export type Reach =
  /** Nothing. */
  | "files"
  /** Connects to the databases that the config and its registry name, with the config's password, and runs the repository's queries there. */
  | "connect"
  /** Runs code of the repository: migrations, a migrator, rules. */
  | "execute";

/** What the person who started the server allowed. */
export interface Allowed {
  readonly connect: boolean;
  readonly execute: boolean;
  /** Path of the config; no caller can name another. */
  readonly config: string;
}

/** A command as a tool for a coding agent. */
export interface Tool {
  readonly reach: Reach;
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly input: z.ZodObject;
  /** The command line for a valid input. What a caller wrote comes after `--`, so it cannot be an option. */
  argv(input: Readonly<Record<string, unknown>>, allowed: Allowed): readonly string[];
}

const json = z.boolean().default(false).describe("the machine-readable form, for exact values");
const run = z.string().describe("id of a run, or the path of its folder");
const paths = z.array(z.string()).min(1).describe("migration files or folders, SQL or Rust");

/** Every tool. Approving, rejecting, running, resuming, rolling back, purging and writing files are not among them: a person decides those. */
export const TOOLS: readonly Tool[] = [
  {
    name: "lint",
    reach: "files",
    title: "Lint migrations",
    description:
      "What the text of SQL or Rust migrations alone can tell: locks, rewrites, lost data. Touches no database.",
    input: z.strictObject({ paths, json }),
    argv: (input, { execute }) => [
      "lint",
      ...(execute ? [] : ["--no-custom-rules"]),
      ...flag(input.json),
      "--",
      ...list(input.paths),
    ],
  },
  {
    name: "rules",
    reach: "files",
    title: "Explain lint rules",
    description: "Lists the lint rules, or explains one: condition, effect, workaround.",
    input: z.strictObject({ rule: z.string().optional().describe("id such as SG010") }),
    argv: ({ rule }) => ["rules", "--", ...list(rule === undefined ? [] : [rule])],
  },
  {
    name: "contract",
    reach: "files",
    title: "Read a release's contract",
    description:
      "What migrations expect and produce: columns, indexes, foreign keys, generated SQL, and what was not understood.",
    input: z.strictObject({ paths, json }),
    argv: (input) => ["contract", ...flag(input.json), "--", ...list(input.paths)],
  },
  {
    name: "prove",
    reach: "execute",
    title: "Prove the way back",
    description:
      "Executes each migration of a folder on a scratch server of its own: up, rollback, comparison, up again.",
    input: z.strictObject({ path: z.string().describe("folder of the migrations"), json }),
    argv: (input) => ["prove", ...flag(input.json), "--", String(input.path)],
  },
  {
    name: "inspect",
    reach: "connect",
    title: "Inspect the fleet",
    description: "Connects to every tenant and reads its schema: clusters, outliers, sizes, versions, invalid indexes.",
    input: z.strictObject({ json }),
    argv: (input, { config }) => ["inspect", `--config=${config}`, ...flag(input.json)],
  },
  {
    name: "diff",
    reach: "connect",
    title: "Compare two schemas",
    description:
      "What differs between two databases or saved catalogs, and the statement that would repair it. Read-only.",
    input: z.strictObject({
      declared: z.string().describe("what should be: a URL, or a saved catalog"),
      actual: z.string().describe("what is: a URL, or a saved catalog"),
      json,
    }),
    argv: (input, { config }) => [
      "diff",
      `--config=${config}`,
      ...flag(input.json),
      "--",
      String(input.declared),
      String(input.actual),
    ],
  },
  {
    name: "check",
    reach: "execute",
    title: "Run every gate",
    description:
      "All gates up to the approval: executes the release, and a migrator of the repository, on clones that are made and removed on the staging server.",
    input: z.strictObject({ json }),
    argv: (input, { config }) => ["check", `--config=${config}`, ...flag(input.json)],
  },
  {
    name: "doctor",
    reach: "connect",
    title: "Check the surroundings",
    description: "Versions, connections, permissions, clocks and disk, and what each missing permission would cost.",
    input: z.strictObject({ json }),
    argv: (input, { config }) => ["doctor", `--config=${config}`, ...flag(input.json)],
  },
  {
    name: "status",
    reach: "files",
    title: "Where the runs stand",
    description: "The runs of this folder and their states.",
    input: z.strictObject({ json }),
    argv: (input) => ["status", ...flag(input.json)],
  },
  {
    name: "report",
    reach: "files",
    title: "Read a run's report",
    description: "Outcome, findings, tenants that differ, risk and approval of one run.",
    input: z.strictObject({ run, format: z.enum(["text", "markdown", "json"]).default("markdown") }),
    argv: (input) => ["report", `--format=${input.format}`, "--", String(input.run)],
  },
  {
    name: "audit_verify",
    reach: "files",
    title: "Verify a run's record",
    description: "Whether the record of a run is whole: chain, signature, every tenant's record, every file.",
    input: z.strictObject({ run, json }),
    argv: (input) => ["audit", ...flag(input.json), "--", "verify", String(input.run)],
  },
  {
    name: "audit_show",
    reach: "files",
    title: "Read a run's audit trail",
    description: "Who did what and when, for the whole run or one tenant.",
    input: z.strictObject({ run, tenant: z.string().optional(), json }),
    argv: ({ run: id, tenant, json: machine }) => [
      "audit",
      ...(tenant === undefined ? [] : [`--tenant=${tenant}`]),
      ...flag(machine),
      "--",
      "show",
      String(id),
    ],
  },
];

/** The tools that the person who started the server allowed. */
export function allowedTools({ connect, execute }: Allowed): readonly Tool[] {
  return TOOLS.filter(
    ({ reach }) => reach === "files" || (reach === "connect" && connect) || (reach === "execute" && execute),
  );
}

function flag(value: unknown): readonly string[] {
  return value === true ? ["--json"] : [];
}

function list(value: unknown): readonly string[] {
  return z.array(z.string()).parse(value);
}
