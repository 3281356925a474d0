import type { Finding } from "../finding.js";

/** Commands about a run that work on AWS with `--aws`; those that name no run are about this one. */
const COMMAND = /^schema-gate (run|resume|rollback|status)\b(.*)$/;

/** A finding of a run on AWS, with a next command that works there. */
export function onAws(run: string, finding: Finding): Finding {
  const { remedy } = finding;
  const [, verb = "", rest = ""] = COMMAND.exec(remedy?.command ?? "") ?? [];
  if (remedy === undefined || verb === "" || / --aws\b/.test(rest)) return finding;
  const named = verb === "run" || rest.trim() !== "" ? rest.replace(/^ RUN\b/, ` ${run}`) : ` ${run}`;
  return { ...finding, remedy: { ...remedy, command: `schema-gate ${verb}${named} --aws` } };
}
