import type pg from "pg";
import type { Described, Preparation, Refusal } from "../../core/queries/description.js";
import type { Session } from "../../ports/database.js";

/** What a server says of a statement that it has parsed. */
export interface StatementDescription {
  /** Oids. */
  readonly parameters: readonly number[];
  readonly columns: readonly { readonly name: string; readonly type: number; readonly modifier: number }[];
}

interface Connection extends NodeJS.EventEmitter {
  parse(statement: { readonly name: string; readonly text: string; readonly types: readonly number[] }): void;
  describe(of: { readonly type: "S"; readonly name: string }): void;
  sync(): void;
}

interface Field {
  readonly name: string;
  readonly dataTypeID: number;
  readonly dataTypeModifier: number;
}

/** Parse and Describe of the extended protocol in one round trip; nothing is planned and nothing is executed. */
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

/** Oids of the types that clients declare, by their names; what is not there is left out. */
export async function readTypes(
  session: Session,
  statements: readonly Preparation[],
): Promise<ReadonlyMap<string, number>> {
  const names = [...new Set(statements.flatMap(({ parameters }) => parameters ?? []))];
  if (names.length === 0) return new Map();
  const rows = await session.query<{ name: string; type: number }>(
    "select name, to_regtype(name)::oid as type from unnest($1::text[]) name where to_regtype(name) is not null",
    [names],
  );
  return new Map(rows.map(({ name, type }) => [name, Number(type)]));
}

/** The descriptions with names in place of oids. */
export async function namedTypes(
  session: Session,
  answers: readonly (StatementDescription | Refusal)[],
): Promise<readonly Described[]> {
  const key = (type: number, modifier: number) => `${type} ${modifier}`;
  const used = new Map<string, readonly [number, number]>();
  for (const answer of answers) {
    if ("code" in answer) continue;
    for (const type of answer.parameters) used.set(key(type, -1), [type, -1]);
    for (const { type, modifier } of answer.columns) used.set(key(type, modifier), [type, modifier]);
  }
  const rows = await session.query<{ type: string; modifier: number; name: string }>(
    "select type::text as type, modifier, format_type(type, modifier) as name from unnest($1::oid[], $2::int4[]) as t(type, modifier)",
    [[...used.values()].map(([type]) => type), [...used.values()].map(([, modifier]) => modifier)],
  );
  const names = new Map(rows.map(({ type, modifier, name }) => [key(Number(type), modifier), name]));
  const name = (type: number, modifier: number) => names.get(key(type, modifier)) ?? String(type);
  return answers.map((answer) =>
    "code" in answer
      ? answer
      : {
          parameters: answer.parameters.map((type) => name(type, -1)),
          columns: answer.columns.map((column) => ({ name: column.name, type: name(column.type, column.modifier) })),
        },
  );
}

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
