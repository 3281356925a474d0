import type { CommandModule } from "./command.js";

interface CommandEntry {
  readonly name: string;
  /** One line of `schema-gate --help`. */
  readonly summary: string;
  load(): Promise<CommandModule>;
}

/** Every command, in the order in which a newcomer needs them. A module is loaded only when its command is called. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: "demo",
    summary: "247 tenants on an embedded PostgreSQL: gated, proved, approved, rolled out",
    load: async () => (await import("./commands/demo/command.js")).demo,
  },
  {
    name: "lint",
    summary: "what a migration's text shows: locks, rewrites, lost data",
    load: async () => (await import("./commands/lint/command.js")).lint,
  },
  {
    name: "rules",
    summary: "the rules of lint, or what one of them says",
    load: async () => (await import("./commands/rules.js")).rules,
  },
  {
    name: "init",
    summary: "write a commented schema-gate.yaml for your own databases",
    load: async () => (await import("./commands/init/command.js")).init,
  },
  {
    name: "contract",
    summary: "what the code of migrations expects before and after, and the SQL it makes",
    load: async () => (await import("./commands/contract/command.js")).contract,
  },
  {
    name: "inspect",
    summary: "the fleet as it is: clusters, outliers, sizes, versions, invalid indexes",
    load: async () => (await import("./commands/inspect.js")).inspect,
  },
  {
    name: "watch",
    summary: "what changed in the fleet since the last look: for cron, or as a service",
    load: async () => (await import("./commands/watch/command.js")).watch,
  },
  {
    name: "provision",
    summary: "make a new tenant's database or schema, as the fleet has it, with its ledger",
    load: async () => (await import("./commands/provision/command.js")).provision,
  },
  {
    name: "adopt",
    summary: "record the migrations that tenants without a ledger have already, if their schema shows it",
    load: async () => (await import("./commands/adopt/command.js")).adopt,
  },
  {
    name: "diff",
    summary: "two databases or saved catalogs, object by object, with the SQL that repairs",
    load: async () => (await import("./commands/diff.js")).diff,
  },
  {
    name: "check",
    summary: "every gate up to the approval; no tenant is changed",
    load: async () => (await import("./commands/check.js")).check,
  },
  {
    name: "run",
    summary: "all gates, the approval, the rollout",
    load: async () => (await import("./commands/run.js")).run,
  },
  {
    name: "backfill",
    summary: "one UPDATE, DELETE or INSERT … SELECT in batches over the fleet, outside a release",
    load: async () => (await import("./commands/backfill.js")).backfill,
  },
  {
    name: "repair",
    summary: "take the rows out of a tenant that a release would trip over, and restore them",
    load: async () => (await import("./commands/repair.js")).repair,
  },
  {
    name: "status",
    summary: "where the runs of this folder stand",
    load: async () => (await import("./commands/status.js")).status,
  },
  {
    name: "clean",
    summary: "remove what old runs left: reports, catalogs, scratch databases; trails stay",
    load: async () => (await import("./commands/clean.js")).clean,
  },
  {
    name: "approve",
    summary: "approve a run that waits",
    load: async () => (await import("./commands/approve.js")).approve,
  },
  {
    name: "reject",
    summary: "reject a run that waits",
    load: async () => (await import("./commands/reject.js")).reject,
  },
  {
    name: "resume",
    summary: "go on with a run that was interrupted, killed or waiting",
    load: async () => (await import("./commands/resume.js")).resume,
  },
  {
    name: "pause",
    summary: "hold a rollout between two tenants; resume lets it go on",
    load: async () => (await import("./commands/pause.js")).pause,
  },
  {
    name: "speed",
    summary: "how much of the time the backfills of a rollout may take",
    load: async () => (await import("./commands/speed.js")).speed,
  },
  {
    name: "rollback",
    summary: "take the release of a run back, with the ways that were proved",
    load: async () => (await import("./commands/rollback.js")).rollback,
  },
  {
    name: "prove",
    summary: "every migration of a folder up, back and up again, on scratch databases",
    load: async () => (await import("./commands/prove/command.js")).prove,
  },
  {
    name: "rewrite",
    summary: "a migration split into steps without long locks, proved to end the same",
    load: async () => (await import("./commands/rewrite/command.js")).rewrite,
  },
  {
    name: "workload",
    summary: "the application's queries, from its code, its logs and pg_stat_statements",
    load: async () => (await import("./commands/workload/command.js")).workload,
  },
  {
    name: "queries",
    summary: "every query of a workload before and after a release, on clones",
    load: async () => (await import("./commands/queries/command.js")).queries,
  },
  {
    name: "kept",
    summary: "list or purge the rows that migrations destroyed and that are kept aside",
    load: async () => (await import("./commands/kept/command.js")).kept,
  },
  {
    name: "audit",
    summary: "verify, prove or show the record of a run",
    load: async () => (await import("./commands/audit/command.js")).audit,
  },
  {
    name: "report",
    summary: "the outcome of a run as text, page, Markdown, JSON, SARIF or JUnit",
    load: async () => (await import("./commands/report.js")).report,
  },
  {
    name: "completion",
    summary: "completions for bash, zsh and fish",
    load: async () => (await import("./commands/completion/command.js")).completion,
  },
  {
    name: "mcp",
    summary: "the read-only commands as tools for a coding agent",
    load: async () => (await import("./commands/mcp/command.js")).mcp,
  },
  {
    name: "doctor",
    summary: "checks versions, connections, permissions, clocks and disk",
    load: async () => (await import("./commands/doctor/command.js")).doctor,
  },
];
