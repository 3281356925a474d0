import { dirname } from "node:path";
import { createInterface } from "node:readline/promises";
import { localPorts } from "../../adapters/local/local-ports.js";
import { systemClock } from "../../adapters/local/system-clock.js";
import type { Listener } from "../../adapters/webhooks/heard-trail.js";
import { UsageError } from "../../api/usage-error.js";
import { counted } from "../../core/counted.js";
import { digest } from "../../core/json.js";
import { plural } from "../../core/plural.js";
import { shellWord } from "../../core/render/shell-word.js";
import { shortList } from "../../core/short-list.js";
import { DatabaseError } from "../../ports/database.js";
import type { Ports } from "../../ports/ports.js";
import { RegistryError, type Tenant } from "../../ports/registry.js";
import { reportFiles } from "../../review/report-files.js";
import { OutcomeUnknown } from "../../steps/repair/committed.js";
import {
  lastRepair,
  type RowsInTheWay,
  repairTenant,
  rowsInTheWay,
  undoRepair,
} from "../../steps/repair/repair-tenant.js";
import { UndoError } from "../../steps/repair/restore-rows.js";
import { artifact, type ProbeAnswer, type TenantProgress } from "../../steps/run/records.js";
import { type ExitCode, UnfinishedError } from "../command.js";
import type { Io } from "../io.js";
import { printable } from "../terminal/printable.js";
import { type FoundRun, findRun } from "./find-run.js";
import { lockRun } from "./run-lock.js";
import { withWebhooks } from "./webhooks.js";

export interface RepairOptions {
  readonly tenant: string;
  readonly undo: boolean;
  readonly yes: boolean;
}

/** Repairs one tenant, or undoes that, when a person says so. */
export async function repairRun(io: Io, run: string | undefined, options: RepairOptions): Promise<ExitCode> {
  const found = await findRun(io, run);
  const { workspace, request } = found;
  if (request.command === "demo")
    throw new UsageError("the demo's server has ended with the demo; there is nothing to repair");
  const unlock = lockRun(workspace, request.run);
  try {
    const tenant = await tenantOf(found, options.tenant);
    const { run, config } = request;
    const directory = dirname(workspace.root);
    const say = (text: string) => io.stderr.write(`${text}\n`);
    return await withWebhooks({ env: io.env, say }, { run, workspace, config, directory }, async (hear) => {
      const ports = await portsOf(io, found, hear);
      return options.undo ? undo(io, ports, tenant, options) : repair(io, ports, tenant, options);
    });
  } catch (error) {
    if (error instanceof UndoError) throw new UnfinishedError(`Nothing was restored: ${error.message}.`);
    if (error instanceof OutcomeUnknown)
      throw new UnfinishedError(
        `It is not known whether ${options.tenant} was changed: ${error.message}.`,
        `schema-gate repair ${request.run} --tenant ${shellWord(options.tenant)}${options.undo ? " --undo" : ""}   (shows what is there now)`,
      );
    if (error instanceof DatabaseError || error instanceof RegistryError)
      throw new UnfinishedError(`Nothing was changed in ${options.tenant}: ${error.message}.`, "schema-gate doctor");
    throw error;
  } finally {
    unlock();
  }
}

function portsOf(io: Io, { workspace, request }: FoundRun, hear: Listener): Promise<Ports> {
  return localPorts({
    run: request.run,
    workspace,
    config: request.config,
    configDirectory: dirname(workspace.root),
    environment: io.env,
    events: { emit: () => {} },
    renderer: reportFiles,
    stop: new AbortController().signal,
    hear,
  });
}

async function tenantOf({ artifacts, request }: FoundRun, id: string): Promise<Tenant> {
  const fleet = await artifacts.get<readonly Tenant[]>(artifact.fleet);
  if (fleet === null)
    throw new UsageError(
      `the run ${request.run} does not have its tenants any more: it was cleaned, or ended before it read them`,
      "schema-gate check   (starts a new run; rows of earlier repairs are in schema_gate.repaired_rows of their tenant)",
    );
  const tenant = fleet.find((one) => one.id === id);
  if (tenant === undefined)
    throw new UsageError(`the run ${request.run} has no tenant ${id}`, `schema-gate report ${request.run}`);
  if ((await artifacts.getText(artifact.clusters)) === null)
    throw new UsageError(`the run ${request.run} ended before it looked for rows in the way`, "schema-gate check");
  const progress = await artifacts.get<TenantProgress>(artifact.tenant(id));
  if (progress?.status === "migrated")
    throw new UsageError(
      `the run ${request.run} has migrated the tenant ${id}; its rows were in nobody's way`,
      `schema-gate rollback ${request.run} --tenant ${shellWord(id)}   (takes the release back)`,
    );
  return tenant;
}

async function repair(io: Io, ports: Ports, tenant: Tenant, { yes }: RepairOptions): Promise<ExitCode> {
  const { repairable, others, unknown } = await rowsInTheWay(ports, tenant);
  sayOthers(io, tenant, { repairable, others, unknown });
  if (repairable.length === 0) {
    io.stdout.write(`Nothing to repair in ${printable(tenant.id)}.\n`);
    return others.length + unknown.length > 0 ? 1 : 0;
  }
  for (const answer of repairable)
    io.stdout.write(`${printable(describe(answer))}\n\n${printable(answer.repair ?? "")};\n\n`);
  if (!(await confirmed(io, `Run this in ${printable(tenant.id)}?`, yes))) return 1;
  const id = `${ports.run} ${new Date(systemClock.now()).toISOString()}`;
  const sql = digest(repairable.map((answer) => answer.repair));
  await begin(io, ports, tenant, { action: "repair.started", details: { repair: id, sql } });
  await repairTenant(ports, tenant, repairable, id).catch(async (error: unknown) => {
    // If the connection was lost at COMMIT, nobody knows whether it failed.
    if (error instanceof DatabaseError)
      await begin(io, ports, tenant, { action: "repair.failed", details: { repair: id, reason: error.code } });
    throw error;
  });
  const again = `schema-gate repair ${ports.run} --tenant ${shellWord(tenant.id)} --undo`;
  io.stdout.write(`Repaired ${printable(tenant.id)}. Undo it with: ${again}\n`);
  const after = await afterwards(ports, tenant);
  await note(io, ports, tenant, {
    action: "tenant.repaired",
    details: {
      repair: id,
      repaired: repairable.map(({ code, subject, result }) => ({ code, subject, rows: countOf(result) })),
      sql,
      left: after.repairable.length + after.others.length,
      unknown: after.unknown.length,
    },
  });
  sayOthers(io, tenant, { ...after, others: [...after.repairable, ...after.others] });
  const clear = after.repairable.length + after.others.length + after.unknown.length === 0;
  if (clear) io.stdout.write("The probes find nothing in the way there any more. Next: schema-gate check\n");
  return clear ? 0 : 1;
}

/** What was done stays done even if the probes cannot be asked again. */
async function afterwards(ports: Ports, tenant: Tenant): Promise<RowsInTheWay> {
  try {
    return await rowsInTheWay(ports, tenant);
  } catch (error) {
    if (!(error instanceof DatabaseError || error instanceof RegistryError)) throw error;
    return { repairable: [], others: [], unknown: [`whether rows are still in the way: ${error.message}`] };
  }
}

async function undo(io: Io, ports: Ports, tenant: Tenant, { yes }: RepairOptions): Promise<ExitCode> {
  const id = await lastRepair(ports, tenant);
  if (id === null) {
    io.stdout.write(`The run ${ports.run} has repaired nothing in ${printable(tenant.id)} that could be undone.\n`);
    return 1;
  }
  if (!(await confirmed(io, `Restore what the repair of ${id.slice(ports.run.length + 1)} took away?`, yes))) return 1;
  await begin(io, ports, tenant, { action: "repair.started", details: { repair: id, undo: true } });
  const { rows, left, off, ran } = await undoRepair(ports, tenant, id);
  io.stdout.write(`Restored ${plural(rows, "row")} in ${printable(tenant.id)}.\n`);
  await note(io, ports, tenant, { action: "repair.undone", details: { repair: id, rows, left: left.length } });
  if (off.length > 0)
    io.stderr.write(
      `Triggers were off meanwhile: ${printable(off.join(", "))}. What they wrote elsewhere at the repair stays.\n`,
    );
  if (ran.length > 0)
    io.stderr.write(`Triggers ran, since this role does not own their tables: ${printable(ran.join(", "))}.\n`);
  if (left.length === 0) return 0;
  io.stderr.write(
    `Not restored, because changed since or another row has the key: ${plural(left.length, "row")}, ${printable(shortList(left, MOST_LEFT, "; "))}. What the repair kept of them stays in repaired_rows.\n`,
  );
  return 1;
}

/** Keys that a message names. */
const MOST_LEFT = 5;

function describe({ meaning, result }: ProbeAnswer): string {
  const keys = result.status === "hit" && result.keys.length > 0 ? `, such as ${result.keys.join("; ")}` : "";
  return `${counted(countOf(result), meaning)}${keys}`;
}

function countOf(result: ProbeAnswer["result"]): number {
  return result.status === "hit" ? result.count : 0;
}

function sayOthers(io: Io, { id }: Tenant, { others, unknown }: RowsInTheWay): void {
  for (const answer of others)
    io.stderr.write(
      `${printable(id)}: ${printable(describe(answer))}: only a person can decide what these should be\n`,
    );
  for (const reason of unknown) io.stderr.write(`${printable(id)}: could not be determined: ${printable(reason)}\n`);
}

async function confirmed(io: Io, question: string, yes: boolean): Promise<boolean> {
  if (yes) return true;
  if (!io.interactive)
    throw new UsageError("a repair is decided by a person, and there is no terminal to ask", "add --yes");
  const reader = createInterface({ input: io.stdin, output: io.stdout });
  try {
    return /^(y|yes)$/i.test((await reader.question(`${question} [yes / no] `)).trim());
  } finally {
    reader.close();
  }
}

type Note = Pick<Parameters<Ports["audit"]["append"]>[0], "action" | "details">;

/** The trail continues after its seal, and is sealed again. */
async function append(io: Io, { audit, signer }: Ports, { id }: Tenant, what: Note): Promise<void> {
  await audit.append({ actor: io.login, subject: { kind: "tenant", name: id }, digest: null, ...what });
  await audit.close(signer);
}

/** Before anything is changed: this is what remains of a process that is killed after its commit. */
async function begin(io: Io, ports: Ports, tenant: Tenant, what: Note): Promise<void> {
  try {
    await append(io, ports, tenant, what);
  } catch (error) {
    throw new UnfinishedError(
      `Nothing was changed in ${printable(tenant.id)}: the trail of ${ports.run} could not be written: ${printable((error as Error).message)}`,
      `schema-gate audit verify ${ports.run}`,
    );
  }
}

/** What was done stays done even if the trail cannot be written. */
async function note(io: Io, ports: Ports, tenant: Tenant, what: Note): Promise<void> {
  const { run } = ports;
  const { id } = tenant;
  try {
    await append(io, ports, tenant, what);
  } catch (error) {
    throw new UnfinishedError(
      `That is done in ${printable(id)}, but the trail of ${run} could not be written: ${printable((error as Error).message)}`,
      `schema-gate audit verify ${run}`,
    );
  }
}
