import type { Command } from "commander";
import type { Selection } from "../../core/rollout/selection.js";

/** The options by which a command is about some tenants only. */
export function describeSelection(command: Command): Command {
  return command
    .option("--tenant <id...>", "these tenants")
    .option("--group <name...>", "the tenants of these groups")
    .option("--exclude <id...>", "without these tenants");
}

export function selectionOf(options: Readonly<Record<string, unknown>>): Selection {
  return { tenants: words(options.tenant), groups: words(options.group), exclude: words(options.exclude) };
}

function words(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
