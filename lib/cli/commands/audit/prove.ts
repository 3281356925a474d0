import { readRunRecord } from "../../../adapters/local/run-record.js";
import { UsageError } from "../../../api/usage-error.js";
import { AUDIT_FILE, type AuditEvent } from "../../../core/audit/chain.js";
import { type InclusionProof, proveTenant } from "../../../core/audit/leaves.js";
import { verifyInclusion } from "../../../core/audit/merkle.js";
import { readTrail } from "../../../core/audit/trail.js";
import { leafClaims, type RunRecord, runOf } from "../../../core/audit/verify.js";
import { canonicalJson } from "../../../core/json.js";
import { plural } from "../../../core/plural.js";
import { type ExitCode, UnfinishedError } from "../../command.js";
import type { Io } from "../../io.js";
import { printable } from "../../terminal/printable.js";

interface Proved extends InclusionProof {
  /** `seq` of the event that holds the root. */
  readonly event: number;
}

/** Prints the proof that a tenant's records belong to the run, phase by phase. 1 if one of them does not. */
export async function proveInRun(io: Io, folder: string, tenant: string, json: boolean): Promise<ExitCode> {
  const record = await readRunRecord(folder);
  const { events } = readTrail(record.read(AUDIT_FILE) ?? new Uint8Array());
  const proofs = proofsOf(record, events, tenant);
  if (proofs.length === 0)
    throw new UsageError(
      `No phase of run ${runOf(events)} recorded a tenant ${printable(tenant)}.`,
      `schema-gate audit show ${runOf(events)}`,
    );
  const holds = proofs.every((one) => verifyInclusion({ ...one, leaf: canonicalJson(one.leaf) }));
  if (json) io.stdout.write(`${JSON.stringify({ run: runOf(events), tenant, proofs }, null, 2)}\n`);
  else io.stdout.write(proofs.map(asText).join("\n"));
  if (!holds && !json)
    io.stdout.write(
      `\nA proof does not lead to its root: the record was changed.\nnext: schema-gate audit verify ${folder}\n`,
    );
  return holds ? 0 : 1;
}

function proofsOf(record: RunRecord, events: readonly AuditEvent[], tenant: string): readonly Proved[] {
  return leafClaims(events).flatMap((claim) => {
    const bytes = record.read(claim.file);
    if (bytes === null) throw new UnfinishedError(`${claim.file} is missing, so ${tenant} cannot be proved.`);
    const proof = proveTenant(Buffer.from(bytes).toString("utf8"), claim, tenant);
    return proof ? [{ event: claim.event, ...proof }] : [];
  });
}

function asText({ event, leaf, index, size, proof, root }: Proved): string {
  const lines = [
    `${leaf.phase}: ${printable(leaf.tenant)} is ${leaf.status}`,
    `  leaf ${index} of ${plural(size, "leaf", "leaves")}; root ${root} (event ${event})`,
    `  data   ${printable(canonicalJson(leaf))}`,
    ...proof.map((hash, level) => `  ${level === 0 ? "path " : "     "}  ${hash}`),
  ];
  return `${lines.join("\n")}\n`;
}
