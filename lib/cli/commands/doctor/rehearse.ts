import { randomBytes } from "node:crypto";
import type { Fleet } from "../../../adapters/local/fleet.js";
import type { Endpoint } from "../../../adapters/pg/connection.js";
import { pgDatabase } from "../../../adapters/pg/database.js";
import { allowedExtensions } from "../../../core/config/allowed-extensions.js";
import type { Config } from "../../../core/config/config.js";
import { type Check, lacking, ok } from "../../../core/doctor/check.js";
import { identifier } from "../../../core/sql/quote.js";
import {
  type Clone,
  type Database,
  DatabaseError,
  NotDropped,
  type SessionOptions,
  type Uncontained,
} from "../../../ports/database.js";
import type { Tenant } from "../../../ports/registry.js";

const WRITE: SessionOptions = { purpose: "write", statementTimeout: 10_000, lockTimeout: 2000 };

/** What a release does to a tenant, on an empty database created just for this. */
const WORK = `create schema schema_gate_doctor; create table schema_gate_doctor.t (id int primary key, v text);
  insert into schema_gate_doctor.t select n, 'v' from generate_series(1, 10) n; alter table schema_gate_doctor.t add w int not null default 1;
  create index on schema_gate_doctor.t (v)`;
/** Checks by doing: creates an empty database, fills it, copies it, changes the copy and drops both, as a run would on this server. */
export async function rehearsed(
  fleet: Fleet,
  config: Config,
  tenant: Tenant,
  staging: Endpoint | null,
): Promise<readonly Check[]> {
  const database = pgDatabase({
    tenant: async (of) => {
      const { endpoint } = await fleet.entry(of.id);
      return { endpoint: { ...endpoint, database: of.database }, replica: null };
    },
    uncontained: config.staging.uncontained !== undefined,
    extensions: allowedExtensions(config),
    staging: staging === null ? null : async () => staging,
  });
  const name = `schema_gate_doctor_${randomBytes(6).toString("hex")}`;
  const login = staging?.user ?? (await fleet.entry(tenant.id)).endpoint.user;
  const trial = new Trial(database, tenant, login);
  return trial.run(name);
}

class Trial {
  private readonly checks: Check[] = [];

  constructor(
    private readonly database: Database,
    private readonly tenant: Tenant,
    private readonly login: string,
  ) {}

  async run(name: string): Promise<readonly Check[]> {
    const scratch = await this.step("empty databases", () => this.database.scratch(this.tenant, name));
    if (scratch === null) return this.checks;
    if (scratch.uncontained) this.checks.push(this.notContained(scratch.uncontained));
    const filled = await this.step("empty databases", () => worked(scratch, WORK));
    if (filled !== null) await this.copy(name);
    await this.drop(scratch);
    if (this.checks.length > 0) return this.checks;
    return [ok(this.nameOf("clones"), `${this.login} made, filled, copied and dropped a database${this.asRole()}`)];
  }

  /** The empty database is what gets copied: a tenant's own may be large, and in use. */
  private async copy(name: string): Promise<void> {
    const of = { ...this.tenant, database: name };
    const clone = await this.step("clones", () => this.database.clone(of, `${name}_copy`));
    if (clone === null) return;
    await this.step("clones", () =>
      worked(clone, "alter table schema_gate_doctor.t drop column v; drop schema schema_gate_doctor cascade"),
    );
    await this.drop(clone);
  }

  private async drop(clone: Clone): Promise<void> {
    await this.step("clean-up", () => clone.drop().then(() => true));
  }

  /** Null if it failed, with a check that says so. */
  private async step<T>(what: string, work: () => Promise<T>): Promise<T | null> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      this.checks.push(this.failed(what, error));
      return null;
    }
  }

  private failed(what: string, error: DatabaseError): Check {
    if (error instanceof NotDropped)
      return lacking(this.nameOf(what), "warning", {
        message: `${error.message}.`,
        cost: "It stays on the server until the next run drops it.",
        remedy: error.remedy,
      });
    return lacking(this.nameOf(what), "error", {
      message: `${error.message} [${error.code}].`,
      cost: "Without clones there is no dry run and no proof of the way back: every release is blocked.",
      remedy: this.remedyFor(error),
    });
  }

  private notContained({ reason, remedy }: Uncontained): Check {
    return lacking(this.nameOf("containment"), "warning", {
      message: `${reason}, and what a release does on a clone would be done with those rights.`,
      cost: "A release that is more than plain statements (a function, a trigger, a DO block, an extension) is not executed, and so blocked.",
      remedy,
    });
  }

  private remedyFor({ code, message }: DatabaseError): string | null {
    const { role } = this.tenant;
    if (code === "ROLE") return message;
    if (code !== "42501") return "Remove the cause, or name a staging server in the config.";
    const joined = role === undefined ? "" : `GRANT ${identifier(role)} TO ${identifier(this.login)}; `;
    return `${joined}ALTER ROLE ${identifier(this.login)} CREATEDB;   -- or name a staging server in the config`;
  }

  private nameOf(what: string): string {
    return `${this.tenant.host} ${what}`;
  }

  private asRole(): string {
    return this.tenant.role === undefined ? "" : ` as ${this.tenant.role}`;
  }
}

async function worked(clone: Clone, sql: string): Promise<true> {
  const session = await clone.open(WRITE);
  try {
    await session.script(sql);
    return true;
  } finally {
    await session.close();
  }
}
