import { parse as parseCsv } from "csv-parse/sync";
import { parse as parseYaml } from "yaml";
import { z } from "zod";
import { RegistryError } from "../../ports/registry.js";

const blank = (value: unknown) => (value === "" || value === null ? undefined : value);
const text = z.preprocess(blank, z.coerce.string().optional());

const rowSchema = z
  .strictObject({
    id: text,
    group: text,
    url: text,
    schema: text,
    /** The owner of its objects, instead of the config's `connection.role`. */
    role: text,
    replica: text,
    /** A logical replica: the database that subscribes to the tenant's publications. */
    subscriber: text,
    /** On AWS: name of the secret with the tenant's `username` and `password`. */
    secret: text,
    /** On AWS: ARN of the cluster that is reached through the RDS Data API, with `database` and `secret`. */
    resource: text,
    database: text,
    /** On AWS: ARN of the role, in the tenant's account, that reads its secret, makes its IAM token or calls its Data API. */
    account: text,
  })
  .refine((row) => row.id !== undefined, { path: ["id"], error: "a tenant needs an id" })
  .refine((row) => row.url !== undefined || row.resource !== undefined, {
    path: ["url"],
    error: "a tenant needs a url",
  });

/** What a registry says about one tenant. */
export interface TenantRow extends z.infer<typeof rowSchema> {
  readonly id: string;
}

const COLUMNS = Object.keys(rowSchema.shape);

/** Parses a registry's text. `name` shows the format: `.csv`, else YAML (JSON is a subset of it). Throws `RegistryError`. */
export function rowsOfText(content: string, name: string, origin: string): readonly unknown[] {
  try {
    const parsed: unknown = name.endsWith(".csv")
      ? parseCsv(content, { columns: true, skip_empty_lines: true, trim: true, bom: true })
      : parseYaml(content);
    const rows = Array.isArray(parsed) ? parsed : (parsed as { tenants?: unknown } | null)?.tenants;
    if (!Array.isArray(rows)) throw new Error("expected a list of tenants");
    return rows;
  } catch (error) {
    throw new RegistryError(`${origin} is not valid: ${(error as Error).message.split("\n")[0]}`);
  }
}

/** Throws `RegistryError` that names the place. */
export function tenantRow(row: unknown, place: string): TenantRow {
  const parsed = rowSchema.safeParse(row);
  if (parsed.success) return { ...parsed.data, id: parsed.data.id ?? "" };
  const issue = parsed.error.issues[0];
  const column = String(issue?.path[0] ?? "");
  if (issue?.code === "unrecognized_keys")
    throw new RegistryError(
      `${place}: there is no column ${issue.keys.join(", ")}; the columns are ${COLUMNS.join(", ")}`,
    );
  if (typeof row === "object" && row !== null && COLUMNS.includes(column) && !(column in row))
    throw new RegistryError(`${place}: the column ${column} is missing: ${issue?.message}`);
  throw new RegistryError(`${place}: ${[issue?.path.join("."), issue?.message].filter(Boolean).join(": ")}`);
}

/** Entries by tenant, in the order of their ids. Throws `RegistryError` for a tenant listed twice, and for an empty registry. */
export function byTenant<T extends { readonly tenant: { readonly id: string } }>(
  entries: readonly T[],
  origin: string,
): ReadonlyMap<string, T> {
  const found = new Map<string, T>();
  for (const entry of entries) {
    if (found.has(entry.tenant.id)) throw new RegistryError(`${origin} lists the tenant ${entry.tenant.id} twice`);
    found.set(entry.tenant.id, entry);
  }
  if (found.size === 0) throw new RegistryError(`${origin} lists no tenant; a gate over nothing would prove nothing`);
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}
