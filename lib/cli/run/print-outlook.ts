import { plural } from "../../core/plural.js";
import type { TenantOutlook, WaveOutlook } from "../../steps/rollout/outlook.js";
import type { Io } from "../io.js";
import { printable } from "../terminal/printable.js";

/** What a `--dry-run` shows: by wave and tenant what would be done. On standard output, as lines or as JSON. */
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

function line({ tenant, action, migrations, wayBack }: TenantOutlook): string {
  const what = migrations.length === 0 ? action : `${action} ${migrations.map(printable).join(", ")}`;
  return `${printable(tenant)}  ${what}${wayBack === null ? "" : `  (${wayBack})`}`;
}
