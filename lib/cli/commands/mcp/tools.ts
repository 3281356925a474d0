import { z } from "zod";

/** A read-only command as a tool for a coding agent. */
export interface Tool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly input: z.ZodObject;
  /** The command line for an input that fits. What a caller wrote stands behind `--`, so it can be no option. */
  argv(input: Readonly<Record<string, unknown>>): readonly string[];
}

const json = z.boolean().default(false).describe("the machine-readable form, for exact values");
const config = z.string().default("schema-gate.yaml").describe("path of the config");
const run = z.string().describe("id of a run, or the path of its folder");
const paths = z.array(z.string()).min(1).describe("migration files or folders, SQL or Rust");

/**
 * Every tool. Approving, rejecting, running, resuming, rolling back, purging and writing files are not among them: those are
 * a person's to decide.
 */
export const TOOLS: readonly Tool[] = [
  {
    name: "lint",
    title: "Lint migrations",
    description:
      "What the text of SQL or Rust migrations alone can tell: locks, rewrites, lost data. Touches no database.",
    input: z.strictObject({ paths, json }),
    argv: (input) => ["lint", ...flag(input.json), "--", ...list(input.paths)],
  },
  {
    name: "rules",
    title: "Explain lint rules",
    description: "Lists the lint rules, or explains one: condition, effect, workaround.",
    input: z.strictObject({ rule: z.string().optional().describe("id such as SG010") }),
    argv: ({ rule }) => ["rules", "--", ...list(rule === undefined ? [] : [rule])],
  },
  {
    name: "contract",
    title: "Read a release's contract",
    description:
      "What migrations expect and produce: columns, indexes, foreign keys, generated SQL, and what was not understood.",
    input: z.strictObject({ paths, json }),
    argv: (input) => ["contract", ...flag(input.json), "--", ...list(input.paths)],
  },
  {
    name: "prove",
    title: "Prove the way back",
    description:
      "Executes each migration of a folder on a scratch server of its own: up, rollback, comparison, up again.",
    input: z.strictObject({ path: z.string().describe("folder of the migrations"), json }),
    argv: (input) => ["prove", ...flag(input.json), "--", String(input.path)],
  },
  {
    name: "inspect",
    title: "Inspect the fleet",
    description: "Reads every tenant's schema, read-only: clusters, outliers, sizes, versions, invalid indexes.",
    input: z.strictObject({ config, json }),
    argv: (input) => ["inspect", `--config=${input.config}`, ...flag(input.json)],
  },
  {
    name: "diff",
    title: "Compare two schemas",
    description:
      "What differs between two databases or saved catalogs, and the statement that would repair it. Read-only.",
    input: z.strictObject({
      declared: z.string().describe("what should be: a URL, or a saved catalog"),
      actual: z.string().describe("what is: a URL, or a saved catalog"),
      json,
    }),
    argv: (input) => ["diff", ...flag(input.json), "--", String(input.declared), String(input.actual)],
  },
  {
    name: "check",
    title: "Run every gate",
    description:
      "All gates up to the approval. No tenant is changed; clones are made and removed on the staging server.",
    input: z.strictObject({ config, json }),
    argv: (input) => ["check", `--config=${input.config}`, ...flag(input.json)],
  },
  {
    name: "doctor",
    title: "Check the surroundings",
    description: "Versions, connections, permissions, clocks and disk, and what each missing permission would cost.",
    input: z.strictObject({ config, json }),
    argv: (input) => ["doctor", `--config=${input.config}`, ...flag(input.json)],
  },
  {
    name: "status",
    title: "Where the runs stand",
    description: "The runs of this folder and their states.",
    input: z.strictObject({ json }),
    argv: (input) => ["status", ...flag(input.json)],
  },
  {
    name: "report",
    title: "Read a run's report",
    description: "Outcome, findings, tenants that differ, risk and approval of one run.",
    input: z.strictObject({ run, format: z.enum(["text", "markdown", "json"]).default("markdown") }),
    argv: (input) => ["report", `--format=${input.format}`, "--", String(input.run)],
  },
  {
    name: "audit_verify",
    title: "Verify a run's record",
    description: "Whether the record of a run is whole: chain, signature, every tenant's record, every file.",
    input: z.strictObject({ run, json }),
    argv: (input) => ["audit", ...flag(input.json), "--", "verify", String(input.run)],
  },
  {
    name: "audit_show",
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

function flag(value: unknown): readonly string[] {
  return value === true ? ["--json"] : [];
}

function list(value: unknown): readonly string[] {
  return z.array(z.string()).parse(value);
}
