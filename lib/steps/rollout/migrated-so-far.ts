import type { Ports } from "../../ports/ports.js";
import type { TenantProgress } from "../run/records.js";

/** How many tenants the run has migrated so far. */
export async function migratedSoFar(ports: Pick<Ports, "artifacts">): Promise<number> {
  const keys = await ports.artifacts.list("tenants");
  const said = await Promise.all(keys.map((key) => ports.artifacts.get<TenantProgress>(key)));
  return said.filter((progress) => progress?.status === "migrated").length;
}
