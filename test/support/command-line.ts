import { Command } from "commander";
import { COMMANDS } from "../../lib/cli/commands.js";

/**
 * Why the program would refuse a command line as wrong usage, or null. Nothing is run: the words are read by the command's own
 * description.
 */
export async function usageProblem(words: readonly string[]): Promise<string | null> {
  const [name, ...rest] = words;
  if (name === undefined || /^(-h|--help|-V|--version|help)$/.test(name)) return null;
  const entry = COMMANDS.find((one) => one.name === name);
  if (!entry) return `there is no command ${name}`;
  const command = new Command().exitOverride().configureOutput({ writeErr: () => {}, writeOut: () => {} });
  (await entry.load()).describe(command);
  command.action(() => {});
  try {
    await command.parseAsync(rest, { from: "user" });
    return null;
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    return code === "commander.helpDisplayed" ? null : message;
  }
}

/** The words of a shell command up to a pipe, a redirection or a comment. */
export function wordsOf(line: string): readonly string[] {
  const words = [...line.matchAll(/'[^']*'|"[^"]*"|[^\s'"]+/g)].map((match) => match[0].replace(/^['"]|['"]$/g, ""));
  const end = words.findIndex((word) => /^([|><;]|&&|#)/.test(word));
  return end < 0 ? words : words.slice(0, end);
}
