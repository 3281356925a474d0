import { join } from "node:path";
import { openAuditFile } from "../../../adapters/local/audit-file.js";
import { recordOfRun } from "../../../adapters/local/open-run.js";
import { loadSigningKey } from "../../../adapters/local/signing-key.js";
import { systemClock } from "../../../adapters/local/system-clock.js";
import type { Workspace } from "../../../adapters/local/workspace.js";
import { groupBy } from "../../../core/group-by.js";
import { digest } from "../../../core/json.js";
import type { Migration, Release } from "../../../core/migration/release.js";
import type { AuditTrail } from "../../../ports/audit.js";
import type { Tenant } from "../../../ports/registry.js";
import type { Adoption } from "../../../steps/adopt/adopt-tenant.js";

interface Adopting {
  readonly release: Release;
  readonly migrations: readonly Migration[];
  readonly chosen: readonly Tenant[];
}

/** The audit trail of one adoption, sealed at its end: `.schema-gate/adoptions/ID`, which is no run. */
export class AdoptionTrail {
  private constructor(
    readonly directory: string,
    private readonly workspace: Workspace,
    private readonly id: string,
    private readonly actor: string,
    private readonly audit: AuditTrail,
  ) {}

  /** Before anything is written to a tenant: this is what remains of a process that is killed. */
  static async open(
    workspace: Workspace,
    id: string,
    actor: string,
    { release, migrations, chosen }: Adopting,
  ): Promise<AdoptionTrail> {
    const { access } = workspace;
    const directory = join(workspace.root, "adoptions", id);
    const record = recordOfRun(workspace, id);
    const audit = await openAuditFile({ directory, run: id, clock: systemClock, access, record });
    const files = migrations.map(({ version, up }) => [version, up.checksum]);
    await audit.append({
      actor,
      action: "adoption.started",
      subject: { kind: "run", name: id },
      digest: digest(files),
      details: { convention: release.convention, migrations: files, tenants: chosen.map((tenant) => tenant.id) },
    });
    return new AdoptionTrail(directory, workspace, id, actor, audit);
  }

  async adopted(tenant: string, fingerprint: string): Promise<void> {
    const { actor } = this;
    const subject = { kind: "tenant", name: tenant } as const;
    await this.audit.append({ actor, action: "ledger.adopted", subject, digest: fingerprint, details: {} });
  }

  async close(outcomes: ReadonlyMap<string, Adoption>): Promise<void> {
    const counts = groupBy(outcomes.values(), ({ outcome }) => outcome);
    const details = Object.fromEntries([...counts].map(([outcome, tenants]) => [outcome, tenants.length]));
    const subject = { kind: "run", name: this.id } as const;
    await this.audit.append({ actor: this.actor, action: "adoption.finished", subject, digest: null, details });
    await this.audit.close(await loadSigningKey(this.workspace.keys, this.workspace.access));
  }
}
