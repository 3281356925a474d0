import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { Fleet } from "../../adapters/local/fleet.js";
import { localSecrets } from "../../adapters/local/secrets.js";
import { type Endpoint, openSession } from "../../adapters/pg/connection.js";
import { EndpointError, endpointOf } from "../../adapters/pg/endpoint.js";
import { readConfig } from "../../api/read-config.js";
import { UsageError } from "../../api/usage-error.js";
import { CANONICAL_VERSION, type Catalog } from "../../core/catalog/catalog.js";
import { isSecretReference } from "../../core/config/secret-reference.js";
import { DatabaseError } from "../../ports/database.js";
import { RegistryError } from "../../ports/registry.js";
import { SecretError } from "../../ports/secrets.js";
import { readCatalog } from "../../steps/catalog/read-catalog.js";
import { UnfinishedError } from "../command.js";
import type { Io } from "../io.js";

const TIMEOUT_MS = 60_000;

/** The catalog that a command-line word names: a URL, a reference to one (`env:NAME`), a file, or a tenant of a config's registry. */
export async function loadCatalog(
  io: Io,
  word: string,
  tenantSchema: string | null,
  config = "schema-gate.yaml",
): Promise<Catalog> {
  if (isSecretReference(word)) return fromDatabase(io, await resolveSecret(io, word), word, tenantSchema);
  if (/^postgres(ql)?:/.test(word)) return fromDatabase(io, word, "the database", tenantSchema);
  if (!existsSync(resolve(io.cwd, word)) && existsSync(resolve(io.cwd, config))) {
    const known = await fromTenant(io, word, config);
    if (known !== null) return known;
  }
  return fromFile(io, word);
}

/** Null if the registry lists no such tenant. */
async function fromTenant(io: Io, id: string, path: string): Promise<Catalog | null> {
  const { config, directory } = readConfig(io.cwd, path);
  const fleet = new Fleet(config, localSecrets(io.env, directory), directory);
  try {
    const tenant = (await fleet.tenants()).find((one) => one.id === id);
    if (tenant === undefined) return null;
    const { endpoint } = await fleet.entry(id);
    return await fromEndpoint(endpoint, `tenant ${id}`, tenant.schema);
  } catch (error) {
    if (error instanceof RegistryError || error instanceof SecretError) throw new UsageError(error.message);
    throw error;
  }
}

async function resolveSecret(io: Io, reference: string): Promise<string> {
  try {
    return await localSecrets(io.env, io.cwd).resolve(reference);
  } catch (error) {
    if (error instanceof SecretError) throw new UsageError(error.message);
    throw error;
  }
}

async function fromDatabase(io: Io, url: string, called: string, tenantSchema: string | null): Promise<Catalog> {
  try {
    return await fromEndpoint(
      endpointOf(url, { password: io.agent ? undefined : io.env.PGPASSWORD }),
      called,
      tenantSchema,
    );
  } catch (error) {
    if (error instanceof EndpointError) throw new UsageError(`${error.message}`);
    throw error;
  }
}

async function fromEndpoint(endpoint: Endpoint, called: string, tenantSchema: string | null): Promise<Catalog> {
  try {
    const options = { purpose: "read", statementTimeout: TIMEOUT_MS, lockTimeout: 1000 } as const;
    const session = await openSession(endpoint, options);
    try {
      return await readCatalog(session, tenantSchema);
    } finally {
      await session.close();
    }
  } catch (error) {
    if (error instanceof DatabaseError)
      throw new UnfinishedError(`${called} could not be read: ${error.message} [${error.code}]`);
    throw error;
  }
}

async function fromFile(io: Io, path: string): Promise<Catalog> {
  let text: string;
  try {
    text = await readFile(resolve(io.cwd, path), "utf8");
  } catch (error) {
    throw new UsageError(
      `${path} is neither a URL, nor a tenant of the registry, nor a file that can be read: ${(error as NodeJS.ErrnoException).code}`,
      "schema-gate diff postgres://user@host/a postgres://user@host/b",
    );
  }
  const catalog = parsed(text);
  if (catalog === null) throw new UsageError(`${path} is not a saved catalog`, "schema-gate diff URL --save FILE");
  if (catalog.canonical !== CANONICAL_VERSION)
    throw new UsageError(
      `${path} was saved in the canonical form ${catalog.canonical}; this version writes ${CANONICAL_VERSION}`,
    );
  return catalog;
}

function parsed(text: string): Catalog | null {
  try {
    const value = JSON.parse(text) as Partial<Catalog> | null;
    const whole = typeof value?.canonical === "number" && typeof value.serverVersion === "number";
    return whole && Array.isArray(value.objects) && Array.isArray(value.unseen) ? (value as Catalog) : null;
  } catch {
    return null;
  }
}
