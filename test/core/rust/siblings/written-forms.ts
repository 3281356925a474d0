import { readFileSync } from "node:fs";
import { join } from "node:path";

export interface WrittenForm {
  readonly name: string;
  readonly body: string;
  /** What stands behind `--- name`, by that name. */
  readonly others: ReadonlyMap<string, string>;
  /** What stands behind `=>`. */
  readonly sent: string;
}

/** `### name`, the body, other texts behind `--- name`, and what the form sends behind `=>`. */
export function writtenForms(file: string): readonly WrittenForm[] {
  const text = readFileSync(join(import.meta.dirname, file), "utf8");
  return text
    .split(/^### /m)
    .slice(1)
    .map((part) => {
      const [head = "", sent = "null"] = part.split(/^=> /m);
      const name = head.slice(0, head.indexOf("\n"));
      const [body = "", ...rest] = head.slice(name.length + 1).split(/^--- (.*)$/m);
      const others = new Map<string, string>();
      for (let at = 0; at < rest.length; at += 2) others.set(rest[at] ?? "", rest[at + 1] ?? "");
      return { name, body, others, sent: sent.trim() };
    });
}
