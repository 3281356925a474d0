import { identifier } from "../../core/sql/quote.js";
import { triggerState } from "../../core/undo/trigger-state.js";
import type { Session } from "../../ports/database.js";

interface Trigger {
  readonly name: string;
  /** The quoted name of the table. */
  readonly relation: string;
  readonly enabled: string;
  /** Whether the session may switch it off. */
  readonly owned: boolean;
}

/** Enabled triggers for INSERT and UPDATE (bits 2 and 4 of `pg_trigger.tgtype`) of the tables, their partitions and their children. */
const TRIGGERS = `with recursive rel(oid) as (
  select r.oid from unnest($1::regclass[]) r(oid)
  union select i.inhrelid from pg_catalog.pg_inherits i join rel on i.inhparent = rel.oid)
select t.tgname as name, format('%I.%I', n.nspname, c.relname) as relation, t.tgenabled::text as enabled,
  pg_has_role(c.relowner, 'usage') as owned
from rel join pg_catalog.pg_trigger t on t.tgrelid = rel.oid join pg_catalog.pg_class c on c.oid = rel.oid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where not t.tgisinternal and t.tgenabled <> 'D' and t.tgtype & 20 <> 0 order by 2, 1`;

export interface TriggersAround<T> {
  readonly result: T;
  /** Triggers that did not run, and those that did because the session does not own their table. */
  readonly off: readonly string[];
  readonly ran: readonly string[];
}

/** Does work in the session's transaction with these tables' triggers off, where it may: rows come back without setting anything off again. */
export async function withoutOwnTriggers<T>(
  session: Session,
  relations: readonly string[],
  work: () => Promise<T>,
): Promise<TriggersAround<T>> {
  const triggers = await session.query<Trigger & Record<string, unknown>>(TRIGGERS, [relations]);
  const off = triggers.filter(({ owned }) => owned);
  const say = ({ name, relation }: Trigger) => `${name} on ${relation}`;
  for (const each of off) await session.query(alter(each, "DISABLE"));
  const result = await work();
  // A deferred foreign key still has pending events, and until they fire the table cannot be altered (55006).
  if (off.length > 0) await session.query("set constraints all immediate");
  for (const each of off) await session.query(alter(each, triggerState(each.enabled)));
  return { result, off: off.map(say), ran: triggers.filter(({ owned }) => !owned).map(say) };
}

function alter({ name, relation }: Trigger, state: string): string {
  return `alter table only ${relation} ${state} trigger ${identifier(name)}`;
}
