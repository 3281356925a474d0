import type { Finding } from "../../core/finding.js";
import { plural } from "../../core/plural.js";
import type { LossAcceptances } from "../../core/rollback/loss-acceptance.js";
import { shortList } from "../../core/short-list.js";
import type { DatabaseError } from "../../ports/database.js";
import { KeptTooLarge } from "../migration/kept-budget.js";
import { lossFinding } from "./rollback-findings.js";
import { tableName } from "./state.js";
import { describeFailure } from "./try-candidate.js";
import type { Writable } from "./write-as-application.js";

/** Its way back stops once something was written, but not before. */
export function refused(version: string, reason: string): Finding {
  return {
    code: "rollback.written-refused",
    gate: "rollback",
    severity: "warning",
    subject: { kind: "migration", name: version },
    message: `Once an application has written with ${version}, its way back may stop, and change nothing: ${reason}.`,
    remedy: {
      text: "Write a down migration that says what happens to such values, or roll back before they are written.",
    },
  };
}

/** Its way back stops whether or not anything was written: what the trial proved runs only without putting aside. */
export function stopped(version: string, error: DatabaseError, acceptances: LossAcceptances): Finding {
  const code = error instanceof KeptTooLarge ? "rollback.kept-too-large" : "rollback.impossible";
  const reason = `its way back stops where it puts aside what was written since, even if nothing was: ${describeFailure(error)}.`;
  return lossFinding({ code, version, message: `${version} cannot be taken back: ${reason}` }, acceptances);
}

/** The release does not run a second time, although nothing was written. */
export function stuck(reason: string): Finding {
  return {
    code: "dry-run.not-again",
    gate: "dry-run",
    severity: "error",
    subject: { kind: "release", name: "release" },
    message: `After a rollback that puts aside what was written since, the release does not run again, even if nothing was: ${reason}.`,
    remedy: { text: "Write a down migration that leads back." },
  };
}

/** What was written keeps the way back from restoring the schema. */
export function elsewhere(differences: readonly string[]): Finding {
  return {
    code: "rollback.written-lost",
    gate: "rollback",
    severity: "error",
    subject: { kind: "release", name: "the release" },
    message: `Once an application has written, the way back of the release leads to another schema than the one before: ${shortList(differences, 3, "; ")}`,
    remedy: { text: "Write a down migration that says what happens to such values." },
  };
}

export function overwritten(differences: readonly string[]): Finding {
  return {
    code: "rollback.written-lost",
    gate: "rollback",
    severity: "error",
    subject: { kind: "release", name: "the release" },
    message: `What the release overwrites would not come back once its way back puts aside what an earlier type refuses: ${shortList(differences, 3, "; ")}`,
    remedy: { text: "Convert the column in one migration and write its rows in another, or write a down migration." },
  };
}

export function inCopy({ table }: Writable, missing: number): Finding {
  return {
    code: "rollback.written-stays",
    gate: "rollback",
    severity: "note",
    subject: { kind: "table", name: tableName(table) },
    message: `What is written to ${tableName(table)} is put aside by a rollback, but ${plural(missing, "row")} could not be restored when the release ran again: they stay in their copy (schema-gate kept list).`,
  };
}

export function notAgain({ table }: Writable, reason: string): Finding {
  return {
    code: "rollback.written-stays",
    gate: "rollback",
    severity: "note",
    subject: { kind: "table", name: tableName(table) },
    message: `What is written to ${tableName(table)} stays in its copy after a rollback (schema-gate kept list): the release does not run again over such rows: ${reason}.`,
  };
}

export function gone({ table }: Writable, missing: number): Finding {
  return {
    code: "rollback.written-lost",
    gate: "rollback",
    severity: "error",
    subject: { kind: "table", name: tableName(table) },
    message: `${plural(missing, "row")} that an application wrote to ${tableName(table)} since the release would be lost by its way back.`,
    remedy: { text: "Write a down migration that keeps them." },
  };
}
