import type pg from "pg";
import { RELEASE, ROWS } from "./fault-release.js";

/** What a tenant looks like from outside the product: its catalog, its ledger, its rows. */
export interface Seen {
  readonly kind: "old" | "new" | "between" | "wrong";
  /** Why it is wrong, or what of the release is in it. */
  readonly reason: string;
  readonly twice: boolean;
  readonly lost: boolean;
}

const QUERY = `select
  (select count(*)::int from app.items) as rows,
  (select md5(string_agg(id || note, ',' order by id)) from app.items) as content,
  (select md5(string_agg(i || 'note ' || i, ',' order by i)) from generate_series(1, ${ROWS}) i) as expected,
  (select coalesce(json_agg(version order by id), '[]') from app.marks) as marks,
  (select coalesce(json_agg(distinct n), '[]') from app.items) as sums,
  (select coalesce(json_agg(version order by version), '[]') from schema_gate.ledger where version <> '20240101') as ledger,
  (select count(*)::int from pg_attribute where attrelid = 'app.items'::regclass and attname = 'extra') as extra,
  (select count(*)::int from pg_index x join pg_class c on c.oid = x.indexrelid
     where x.indrelid = 'app.items'::regclass and c.relname = 'items_n' and x.indisvalid) as items_n,
  (select coalesce(json_agg(x.indisvalid), '[]') from pg_index x join pg_class c on c.oid = x.indexrelid
     where x.indrelid = 'app.items'::regclass and c.relname like 'items_note%') as items_note`;

interface Facts {
  readonly rows: number;
  readonly content: string;
  readonly expected: string;
  readonly marks: readonly string[];
  readonly sums: readonly number[];
  readonly ledger: readonly string[];
  readonly extra: number;
  readonly items_n: number;
  readonly items_note: readonly boolean[];
}

/** Reads a tenant with SQL of its own, and judges whether ledger, catalog and rows agree. */
export async function lookAt(client: pg.Client): Promise<Seen> {
  const facts = (await client.query<Facts>(QUERY)).rows[0];
  if (!facts) throw new Error("the tenant answered with no row");
  const twice = new Set(facts.marks).size !== facts.marks.length || facts.sums.some((sum) => ![0, 1, 11].includes(sum));
  const lost = facts.rows !== ROWS || facts.content !== facts.expected || facts.sums.length > 1;
  return { ...kindOf(facts), twice, lost };
}

function kindOf(facts: Facts): Pick<Seen, "kind" | "reason"> {
  const { marks, ledger, extra, items_n, items_note, sums } = facts;
  const sum = sums[0] ?? -1;
  const shown = JSON.stringify({ marks, ledger, extra, items_n, items_note, sum });
  const whole = marks.includes("whole");
  const wholeAgrees = [ledger.includes(RELEASE[0]), extra === 1, items_n === 1].every((each) => each === whole);
  if (!wholeAgrees) return { kind: "wrong", reason: shown };
  if (ledger.includes(RELEASE[1])) {
    const agrees = whole && marks.includes("parts") && sum === 11 && items_note.length === 1 && items_note[0] === true;
    return { kind: agrees ? "new" : "wrong", reason: shown };
  }
  if (!whole) {
    const agrees = marks.length === 0 && sum === 0 && items_note.length === 0;
    return { kind: agrees ? "old" : "wrong", reason: shown };
  }
  return { kind: sum === 1 || marks.includes("parts") ? "between" : "wrong", reason: shown };
}
