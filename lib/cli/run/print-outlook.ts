import { counted } from "../../core/counted.js";
import { plural } from "../../core/plural.js";
import { sizeText } from "../../core/size.js";
import type { TenantOutlook, WaveOutlook } from "../../steps/rollout/outlook.js";
import type { Io } from "../io.js";
import { printable } from "../terminal/printable.js";

/** What a `--dry-run` shows: what would be done, by wave and tenant. On standard output, as lines or as JSON. */
export function printOutlook(io: Io, run: string, waves: readonly WaveOutlook[], json: boolean): void {
  if (json) {
    io.stdout.write(`${JSON.stringify({ run, waves }, null, 2)}\n`);
    return;
  }
  for (const { name, tenants } of waves) {
    io.stdout.write(`${name}, ${plural(tenants.length, "tenant")}\n`);
    for (const tenant of tenants) io.stdout.write(`  ${line(tenant)}\n`);
  }
  io.stdout.write("Nothing was changed: this was a dry run.\n");
}

function line({ tenant, action, migrations, wayBack, putAside }: TenantOutlook): string {
  const what = migrations.length === 0 ? action : `${action} ${migrations.map(printable).join(", ")}`;
  const aside = putAside === undefined ? "" : `\n      ${putAsideText(putAside)}`;
  return `${printable(tenant)}  ${what}${wayBack === null ? "" : `  (${wayBack})`}${aside}`;
}

type PutAside = NonNullable<TenantOutlook["putAside"]>;

function putAsideText(weight: PutAside): string {
  if (weight.unknown !== null) return `could not be counted: ${printable(weight.unknown)}`;
  return [keptText(weight), ...weight.stoppedBy.map(stoppedText)].join("\n      ");
}

/** One reason why a rollback would stop in a tenant. */
export function stoppedText({ version, meaning, rows, reason }: PutAside["stoppedBy"][number]): string {
  const what = rows === null ? printable(meaning) : printable(counted(rows, meaning));
  const back = `taking ${printable(version)} back`;
  return rows === null ? `${back} may stop at ${what}: ${printable(reason ?? "")}` : `${back} stops at ${what}`;
}

function keptText({ tables, tooLarge }: PutAside): string {
  if (tables.length === 0) return "nothing was written since that would have to be put aside";
  const parts = tables.map(({ table, columns, rows }) =>
    columns === null
      ? `${plural(rows, "row")} of ${printable(table)}`
      : `${columns.map(printable).join(", ")} in ${plural(rows, "row")} of ${printable(table)}`,
  );
  const size = sizeText(tables.reduce((sum, { bytes }) => sum + bytes, 0));
  const limit =
    tooLarge === null
      ? ""
      : `; ${printable(tooLarge.version)} needs ${sizeText(tooLarge.bytes)}, above rollback.keepLimit of ${sizeText(tooLarge.limit)}`;
  return `puts aside ${parts.join("; ")} (${size})${limit}`;
}
