import { plural } from "../../../core/plural.js";
import { isProved, type ProvedMigration } from "../../../steps/proof/prove-folder.js";
import { printable } from "../../terminal/printable.js";
import { duration, type Style } from "../../terminal/style.js";

/** One line per migration, with the reasons below those that are not proved, and the total. */
export function renderTable(results: readonly ProvedMigration[], style: Style): string {
  const width = Math.min(56, Math.max(9, ...results.map(({ id }) => id.length)));
  const head = style.bold(
    `${"migration".padEnd(width)}  ${"up".padEnd(7)}  ${"rollback".padEnd(8)}  ${"by".padEnd(10)}  kept  time`,
  );
  const lines = results.flatMap((result) => {
    const verdict = isProved(result) ? style.green : style.red;
    const line = [
      printable(cut(result.id, width)).padEnd(width),
      result.up.padEnd(7),
      verdict(result.rollback.padEnd(8)),
      (result.source ?? "-").padEnd(10),
      String(result.kept.length).padStart(4),
      duration(result.ms),
    ].join("  ");
    return [line, ...(isProved(result) ? [] : result.reasons.slice(0, 3).map((reason) => `    ${printable(reason)}`))];
  });
  return [head, ...lines, "", summaryOf(results)].join("\n");
}

export function summaryOf(results: readonly ProvedMigration[]): string {
  const count = (verdict: string) => results.filter(({ rollback }) => rollback === verdict).length;
  const proved = results.filter(isProved).length;
  const verdicts = ["exact", "order", "differs", "error", "none"].map((verdict) => `${count(verdict)} ${verdict}`);
  const bare = results.filter(({ generated }) => !generated).length;
  const rows = bare < results.length && bare > 0 ? `; ${bare} run over no generated row` : "";
  return `${proved} of ${plural(results.length, "migration")} proved: ${verdicts.join(", ")}${rows}`;
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}
