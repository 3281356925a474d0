import { textBodyStatements } from "../../sql/plpgsql.js";
import { ALL_VERSIONS, type Rule } from "./rule.js";

export const opaqueBody: Rule = {
  id: "SG100",
  slug: "opaque-body",
  title: "A DO block whose effect cannot be known",
  condition:
    "A DO block with EXECUTE of a text that is put together at run time, or in a language that is not read. The plain statements of a DO block are linted like all others.",
  effect: "What it does to the schema is not known before it runs, so nothing can be proved about it.",
  workaround:
    "Write the statements out, or EXECUTE a constant text. A DROP by a name that is looked up is better done by name, with IF EXISTS.",
  lock: null,
  work: "none",
  versions: ALL_VERSIONS,
  severity: "error",
  sized: false,
  nodes: ["DoStmt"],
  *check(statement, known) {
    if (known.circumstances.opaqueReported) return;
    for (const opaque of textBodyStatements(statement)?.opaque ?? []) {
      yield {
        statement: { ...statement, source: opaque.source, nested: true },
        subject: { kind: "statement", name: opaque.text.slice(0, 60) },
        unknown: true,
        message: `${opaque.reason}.`,
        remedy: { text: "Write the statement out; or waive this finding with a reason, having read what it does." },
      };
    }
  },
};
