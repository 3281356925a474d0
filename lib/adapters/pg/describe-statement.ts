import type pg from "pg";
import type { Described, Preparation, Refusal } from "../../core/queries/description.js";
import { literal } from "../../core/sql/quote.js";
import type { Session } from "../../ports/database.js";

/** What a server says about a statement that it has parsed. */
export interface StatementDescription {
  /** Oids. */
  readonly parameters: readonly number[];
  readonly columns: readonly { readonly name: string; readonly type: number; readonly modifier: number }[];
}

/** With declared types that are not there, and with the requested plan, or why there is none. */
export type PlannedDescription = StatementDescription &
  Pick<Extract<Described, { columns: unknown }>, "plan" | "missing">;

interface Connection extends NodeJS.EventEmitter {
  parse(statement: { readonly name: string; readonly text: string; readonly types: readonly number[] }): void;
  describe(of: { readonly type: "S"; readonly name: string }): void;
  bind(to: { readonly statement: string }): void;
  execute(portal: { readonly portal: string; readonly rows: number }): void;
  close(of: { readonly type: "S"; readonly name: string }): void;
  sync(): void;
}

interface Field {
  readonly name: string;
  readonly dataTypeID: number;
  readonly dataTypeModifier: number;
}

/** Parse and Describe of the extended protocol in one round trip; nothing is planned or executed. */
class Description {
  private parameters: readonly number[] = [];
  private columns: StatementDescription["columns"] = [];

  constructor(
    private readonly text: string,
    private readonly types: readonly number[],
    private readonly done: (answer: StatementDescription) => void,
    private readonly failed: (error: unknown) => void,
  ) {}

  submit(connection: Connection): void {
    connection.once("parameterDescription", this.onParameters);
    connection.parse({ name: "", text: this.text, types: this.types });
    connection.describe({ type: "S", name: "" });
    connection.sync();
  }

  handleRowDescription({ fields }: { readonly fields: readonly Field[] }): void {
    this.columns = fields.map(({ name, dataTypeID, dataTypeModifier }) => ({
      name,
      type: dataTypeID,
      modifier: dataTypeModifier,
    }));
  }

  handleReadyForQuery(connection: Connection): void {
    connection.off("parameterDescription", this.onParameters);
    this.done({ parameters: this.parameters, columns: this.columns });
  }

  handleError(error: unknown, connection?: Connection): void {
    connection?.off("parameterDescription", this.onParameters);
    this.failed(error);
  }

  private readonly onParameters = (message: { readonly dataTypeIDs: readonly number[] }): void => {
    this.parameters = message.dataTypeIDs;
  };
}

/** The name of a statement while it is planned. */
const PLANNED = "schema_gate_planned";

/** The plan of a statement for any value, in one round trip; nothing is executed. */
class Planning {
  private plan = "";

  constructor(
    private readonly text: string,
    private readonly types: readonly number[],
    private readonly done: (plan: string) => void,
    private readonly failed: (error: unknown) => void,
  ) {}

  submit(connection: Connection): void {
    const values = this.types.length === 0 ? "" : `(${this.types.map(() => "null").join(", ")})`;
    // A statement that could not be planned still holds the name.
    connection.close({ type: "S", name: PLANNED });
    connection.parse({ name: PLANNED, text: this.text, types: this.types });
    connection.parse({ name: "", text: `explain (verbose, format json) execute ${PLANNED}${values}`, types: [] });
    connection.bind({ statement: "" });
    connection.execute({ portal: "", rows: 0 });
    connection.close({ type: "S", name: PLANNED });
    connection.sync();
  }

  handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }): void {
    this.plan += fields[0] ?? "";
  }

  handleCommandComplete(): void {}

  handleReadyForQuery(): void {
    this.done(this.plan);
  }

  handleError(error: unknown): void {
    this.failed(error);
  }
}

/** `types` are the oids of all parameters. Throws the driver's errors. */
export function planStatement(client: pg.Client, text: string, types: readonly number[]): Promise<string> {
  return new Promise((resolve, reject) => {
    client.query(new Planning(text, types, resolve, reject) as unknown as pg.Submittable);
  });
}

/** Oids of the types that clients declare, by their names along the path of others' statements; unknown names are left out. */
export async function readTypes(
  session: Session,
  statements: readonly Preparation[],
): Promise<ReadonlyMap<string, number>> {
  const names = [...new Set(statements.flatMap(({ parameters }) => parameters ?? []))];
  if (names.length === 0) return new Map();
  const list = names.map((name) => `(${literal(name)})`).join(", ");
  const rows = await session.execute<{ name: string; type: number | null }>(
    `select n.name, pg_catalog.to_regtype(n.name)::pg_catalog.oid as type from (values ${list}) n(name)`,
  );
  return new Map(rows.flatMap(({ name, type }) => (type === null ? [] : [[name, Number(type)] as const])));
}

/** Adds the declared types that the server does not have. */
export function withMissing(
  answer: StatementDescription,
  declared: readonly string[] | null,
  types: ReadonlyMap<string, number>,
): PlannedDescription {
  const missing = (declared ?? []).filter((name) => !types.has(name));
  return missing.length === 0 ? answer : { ...answer, missing };
}

/** The descriptions with names instead of oids. */
export async function namedTypes(
  session: Session,
  answers: readonly (PlannedDescription | Refusal)[],
): Promise<readonly Described[]> {
  const key = (type: number, modifier: number) => `${type} ${modifier}`;
  const used = new Map<string, readonly [number, number]>();
  for (const answer of answers) {
    if ("code" in answer) continue;
    for (const type of answer.parameters) used.set(key(type, -1), [type, -1]);
    for (const { type, modifier } of answer.columns) used.set(key(type, modifier), [type, modifier]);
  }
  const rows = await session.query<{
    type: string;
    modifier: number;
    name: string;
    base: string;
    fields: string | null;
  }>(NAMES, [[...used.values()].map(([type]) => type), [...used.values()].map(([, modifier]) => modifier)]);
  const named = new Map(rows.map((row) => [key(Number(row.type), row.modifier), row]));
  const name = (type: number, modifier: number) => named.get(key(type, modifier))?.name ?? String(type);
  // A client may send what a domain is made of.
  const base = (type: number) => named.get(key(type, -1))?.base ?? String(type);
  return answers.map((answer) =>
    "code" in answer
      ? answer
      : {
          parameters: answer.parameters.map(base),
          columns: answer.columns.map(({ name: column, type, modifier }) => {
            const fields = named.get(key(type, modifier))?.fields ?? null;
            return { name: column, type: name(type, modifier), ...(fields === null ? {} : { fields }) };
          }),
          ...(answer.missing === undefined ? {} : { missing: answer.missing }),
          ...(answer.plan === undefined ? {} : { plan: answer.plan }),
        },
  );
}

const NAMES = `
select n.type::text as type, n.modifier, format_type(n.type, n.modifier) as name,
       (with recursive made(type) as (select n.type union all select t.typbasetype from made m join pg_type t on t.oid = m.type where t.typtype = 'd')
        select format_type(t.oid, -1) from made m join pg_type t on t.oid = m.type where t.typtype <> 'd') as base,
       (select string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod), ', ' order by a.attnum)
          from pg_type t left join pg_type e on e.oid = t.typelem
          join pg_attribute a on a.attrelid = case when t.typrelid <> 0 then t.typrelid else e.typrelid end
         where t.oid = n.type and a.attnum > 0 and not a.attisdropped) as fields
  from unnest($1::oid[], $2::int4[]) as n(type, modifier)`;

/** `types` are the oids that the client declares; 0, or none, leaves a parameter to the server. Throws the driver's errors. */
export function describeStatement(
  client: pg.Client,
  text: string,
  types: readonly number[],
): Promise<StatementDescription> {
  return new Promise((resolve, reject) => {
    client.query(new Description(text, types, resolve, reject) as unknown as pg.Submittable);
  });
}
