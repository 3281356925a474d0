import type { Catalog } from "../../core/catalog/catalog.js";
import { type Comparison, compareCatalogs, type Difference } from "../../core/catalog/compare.js";
import { CatalogIndex } from "../../core/catalog/lookup.js";
import { bindSchemas, OWN_SCHEMA } from "../../core/catalog/own-schema.js";
import { names } from "../../core/catalog/tables.js";
import type { Json } from "../../core/json.js";
import type { Inverses } from "../../core/rollback/inverse-candidate.js";
import type { RollbackCandidate } from "../../core/rollback/plan.js";
import { identifier, qualified } from "../../core/sql/quote.js";
import { commandsOf } from "../../core/sql/split.js";
import { DatabaseError, type Session } from "../../ports/database.js";
import type { CapturedSchema, SchemaDifference } from "../../ports/schema-difference.js";
import { readCatalog } from "../catalog/read-catalog.js";
import { prepareSession, type SessionScope } from "../migration/prepare-session.js";
import { WAY_BACK } from "../migration/run-kept.js";
import { inTransaction } from "../migration/transaction.js";
import { up } from "./apply-on-clone.js";
import type { Clones } from "./clones.js";
import type { ProveOnClone } from "./input.js";

/**
 * Runs the inverses as far as possible (they know about renames and rows), then our own repairs of what still differs from the schema
 * before. Null if a difference has no repair. Leaves the database with the inverses run.
 */
export async function repairCandidate(
  session: Session,
  before: Catalog,
  inverses: Inverses,
  scope: SessionScope,
): Promise<RollbackCandidate | null> {
  const own = await runInverses(session, inverses, scope);
  const { differences, repairs } = await remaining(session, before, scope);
  if (differences.some(({ repair }) => repair === null)) return null;
  return candidate(inverses, own, repairs.flatMap(commandsOf));
}

/** The same with a generator of differences before our repairs: it knows dependencies, but does not see everything. */
export async function differenceCandidate(
  session: Session,
  difference: SchemaDifference,
  before: { readonly catalog: Catalog; readonly captured: CapturedSchema },
  inverses: Inverses,
  scope: SessionScope,
): Promise<RollbackCandidate> {
  const own = await runInverses(session, inverses, scope);
  const aside = triggersInTheWay((await remaining(session, before.catalog, scope)).differences, before.catalog);
  for (const sql of aside) await session.execute(bindSchemas(sql, scope.schema));
  await forgetOwnSchema(session, scope.schema);
  const now = await difference.capture(session);
  const generated = difference.statements(now, before.captured);
  const unseen = await repairsAfter(session, generated, before.catalog, scope);
  return candidate(inverses, own, [...aside, ...generated, ...unseen]);
}

/** The schema before a migration, on a clone of its own. */
export async function captureBefore(
  clones: Clones,
  input: ProveOnClone,
  difference: SchemaDifference,
  at: number,
): Promise<CapturedSchema> {
  const working = await clones.make("before");
  try {
    for (const migration of input.migrations.slice(0, at)) await up(working.session, input, migration, []);
    await forgetOwnSchema(working.session, input.schema);
    return await difference.capture(working.session);
  } finally {
    await clones.drop(working);
  }
}

/** Repairs of what the generator leaves; none if its statements do not run, or leave something that has no repair. */
async function repairsAfter(
  session: Session,
  generated: readonly string[],
  before: Catalog,
  scope: SessionScope,
): Promise<readonly string[]> {
  try {
    await session.script("set check_function_bodies = off");
    for (const sql of generated) await session.execute(bindSchemas(sql, scope.schema));
    const { differences, repairs } = compareCatalogs(await readCatalog(session, scope.schema), before);
    return differences.every(({ repair }) => repair !== null) ? repairs.flatMap(commandsOf) : [];
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return [];
  }
}

/**
 * An enum with fewer values is recreated under its columns, which fails if a trigger names one of them. The generator does not see that,
 * but it creates missing triggers.
 */
function triggersInTheWay(differences: readonly Difference[], { objects }: Catalog): readonly string[] {
  const enums = differences
    .filter(({ kind, attribute }) => kind === "type" && attribute === "labels")
    .map(({ id }) => ({ schema: id.schema ?? "", name: id.name }));
  const uses = (type: string) => enums.some((each) => names(type.replace(/(\[\])+$/, ""), each));
  const concerned = objects.filter((object) => object.kind === "column" && uses(object.attributes.type));
  return objects
    .filter(({ kind, id, attributes }) => {
      const stands = concerned.some((column) => column.id.schema === id.schema && column.id.table === id.table);
      return kind === "trigger" && typeof attributes.parentEnabled !== "string" && stands;
    })
    .map(({ id }) => `DROP TRIGGER IF EXISTS ${identifier(id.name)} ON ${qualified(id.schema, id.table ?? "")}`);
}

/** What still differs after the inverses ran. Throws an `Error` if rows depend on it: no schema says what was in them. */
async function remaining(session: Session, before: Catalog, scope: SessionScope): Promise<Comparison> {
  const comparison = compareCatalogs(await readCatalog(session, scope.schema), before);
  const index = new CatalogIndex(before);
  const lost = comparison.differences.find((each) => holdsRows(each, index));
  if (lost)
    throw new Error(
      `${lost.subject}: a difference of schemas does not tell what was in it; that this clone had nothing there says nothing of other tenants`,
    );
  return comparison;
}

function holdsRows({ change, kind, id, attribute, declared }: Difference, before: CatalogIndex): boolean {
  const name = kind === "table" ? id.name : kind === "column" ? id.table : undefined;
  const table = name === undefined ? undefined : before.table({ schema: id.schema ?? "", name });
  if (!table || table.attributes.relkind === "f") return false;
  if (kind === "table") return change === "missing";
  const computed = (declared as { readonly generated?: Json } | null)?.generated;
  return change === "missing" ? computed === "" : change === "changed" && attribute === "type";
}

/** A difference of schemas never brings rows back: if it would lose rows, it is trusted only with the inverses that kept them. */
function candidate(inverses: Inverses, own: readonly string[] | null, rest: readonly string[]): RollbackCandidate {
  if (!own && inverses.losses.length > 0)
    throw new Error(`${inverses.losses[0]?.name ?? ""}: the statements that put its rows back do not run here`);
  return {
    source: "difference",
    class: inverses.losses.length > 0 ? "lossy" : "exact",
    keep: own ? inverses.keep : [],
    aside: [],
    since: [],
    statements: [...(own ?? []), ...rest],
    outside: [],
    losses: inverses.losses,
    reason: null,
  };
}

/**
 * Runs the inverses and returns those that ran: one that does not run is left out, and what it leaves is repaired afterwards. Null if one
 * of the failed ones moves rows: without it they would not come back.
 */
async function runInverses(
  session: Session,
  inverses: Inverses,
  scope: SessionScope,
): Promise<readonly string[] | null> {
  const ran: string[] = [];
  try {
    await inTransaction(session, "read committed", async () => {
      await prepareSession(session, scope, "inside");
      await session.script("set constraints all immediate");
      await session.script(WAY_BACK);
      for (const sql of inverses.statements) if (await attempted(session, sql, scope.schema)) ran.push(sql);
    });
    return ran;
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return null;
  }
}

async function attempted(session: Session, sql: string, schema: string | null): Promise<boolean> {
  await session.script("savepoint inverse");
  try {
    await session.execute(bindSchemas(sql, schema));
    await session.script("release savepoint inverse");
    return true;
  } catch (error) {
    if (!(error instanceof DatabaseError) || sql.includes(OWN_SCHEMA)) throw error;
    await session.script("rollback to savepoint inverse");
    return false;
  }
}

/** The generator knows nothing about the copies that we keep, and must neither create nor drop them on a tenant. */
async function forgetOwnSchema(session: Session, schema: string | null): Promise<void> {
  await session.script(bindSchemas(`drop schema if exists ${identifier(OWN_SCHEMA)} cascade`, schema));
}
