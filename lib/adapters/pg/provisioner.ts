import { identifier } from "../../core/sql/quote.js";
import type { Clone, Session, SessionOptions } from "../../ports/database.js";
import type { NewPlace, Provisioner, Template } from "../../ports/provisioner.js";
import type { Tenant } from "../../ports/registry.js";
import { asRole } from "./as-executor.js";
import { type CloneServer, EMPTY, makeClone } from "./clone-server.js";
import { type Endpoint, openSession } from "./connection.js";
import { localeLike, rightsLike } from "./database-form.js";
import { makeSchema } from "./new-schema.js";
import { isWarm, keepWarm } from "./warm-template.js";

const ADMINISTRATION: SessionOptions = { purpose: "write", statementTimeout: 0, lockTimeout: 5000, asLogin: true };

/** New databases and schemas over the `pg` driver. */
export function pgProvisioner(endpointOf: (tenant: Tenant) => Promise<Endpoint>): Provisioner {
  const on = async (tenant: Tenant, database: string, options: SessionOptions) =>
    openSession(asRole(tenant, { ...(await endpointOf(tenant)), database }), options);
  return {
    async isTaken(tenant) {
      if (tenant.schema !== null) return false;
      const session = await on(tenant, "postgres", ADMINISTRATION);
      try {
        return (await session.query("select 1 from pg_database where datname = $1", [tenant.database])).length > 0;
      } finally {
        await session.close();
      }
    },
    async make(tenant, name, like, template) {
      const open = (database: string, options: SessionOptions) => on(tenant, database, options);
      const { schema } = tenant;
      if (schema !== null) return makeSchema(tenant, (options) => open(tenant.database, options));
      return new Databases(tenant, like, open).make(name, template);
    },
  };
}

/** Databases that are created for one tenant. */
class Databases {
  private readonly server: CloneServer;

  constructor(
    private readonly tenant: Tenant,
    private readonly like: readonly string[],
    private readonly open: CloneServer["open"],
  ) {
    // What is created here belongs to the tenant for good, so its own role creates it, or else the login: never the owner of another tenant's.
    this.server = { database: tenant.database, role: tenant.role ?? null, open, executors: null };
  }

  async make(name: string, template: Template | null): Promise<NewPlace> {
    const filled =
      template !== null && (await this.administer((session) => isWarm(session, template, this.server.role)));
    const clone = filled ? await makeClone(this.server, name, template.name) : await this.empty(name);
    return {
      filled,
      open: clone.open,
      finish: () => this.finish(name),
      keep: async (next) => {
        const copy = async () => {
          const made = `${name}_copy`;
          const copied = await makeClone(this.server, made, name);
          return { name: made, release: copied.drop };
        };
        await this.administer((session) => keepWarm(session, next, this.server.role, copy));
      },
      drop: clone.drop,
    };
  }

  private empty(name: string): Promise<Clone> {
    const [first] = this.like;
    return makeClone(this.server, name, EMPTY, async (guard) => (first ? localeLike(guard, first) : ""));
  }

  private async finish(name: string): Promise<void> {
    await this.administer(async (session) => {
      await rightsLike(session, name, this.like);
      // In one transaction: what has the tenant's name is no longer ours to sweep.
      await session.script(
        `begin; comment on database ${identifier(name)} is null;
         alter database ${identifier(name)} rename to ${identifier(this.tenant.database)}; commit`,
      );
    });
  }

  private async administer<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const session = await this.open("postgres", ADMINISTRATION);
    try {
      return await work(session);
    } finally {
      await session.close();
    }
  }
}
