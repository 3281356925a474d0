import type { CommandModule } from "./command.js";

interface CommandEntry {
  readonly name: string;
  /** One line of `schema-gate --help`. */
  readonly summary: string;
  load(): Promise<CommandModule>;
}

/** Every command, in the order in which a newcomer meets them. A module is loaded only when its command is called. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: "lint",
    summary: "what the text of migrations alone tells: locks, rewrites, lost data",
    load: async () => (await import("./commands/lint.js")).lint,
  },
  {
    name: "rules",
    summary: "the rules of lint, or what one of them says",
    load: async () => (await import("./commands/rules.js")).rules,
  },
  {
    name: "audit",
    summary: "verify, prove or show the record of a run",
    load: async () => (await import("./commands/audit.js")).audit,
  },
  {
    name: "report",
    summary: "the outcome of a run as text, page, Markdown, JSON, SARIF or JUnit",
    load: async () => (await import("./commands/report.js")).report,
  },
  {
    name: "completion",
    summary: "completions for bash, zsh and fish",
    load: async () => (await import("./commands/completion.js")).completion,
  },
  {
    name: "mcp",
    summary: "the read-only commands as tools for a coding agent",
    load: async () => (await import("./commands/mcp.js")).mcp,
  },
];
