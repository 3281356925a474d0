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
    name: "audit",
    summary: "verify, prove or show the record of a run",
    load: async () => (await import("./commands/audit.js")).audit,
  },
];
