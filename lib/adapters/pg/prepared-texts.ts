import type pg from "pg";
import { digest } from "../../core/json.js";

/** What the library keeps of a connection: the texts that it has prepared, by their names. */
interface Connection {
  readonly parsedStatements: Record<string, string>;
  close(of: { readonly type: "S"; readonly name: string }): void;
}

/** Begins and ends transactions, without a commit, which fires deferred triggers; and sets what we set. */
const CONTROL =
  /^\s*(?:$|(?:begin|rollback|savepoint|release)\b|select pg_catalog\.(?:set_config|current_setting)\((?![\s\S]*\bfrom\b))/i;

/**
 * False for what may run others' code: a trigger, or a column that is computed when it is read. Such code can DEALLOCATE what we prepared and PREPARE
 * another text under its name.
 */
function keepsPrepared(text: string): boolean {
  return text.split(";").every((part) => CONTROL.test(part));
}

/** What is prepared as we do it. SQL's PREPARE, all that others' code can use, does not pass for it. */
const OURS = "select name from pg_catalog.pg_prepared_statements where not from_sql";

/** The texts of ours that the server holds prepared for one connection. */
export class PreparedTexts {
  private readonly names = new Set<string>();
  private doubtful = false;

  constructor(private readonly client: pg.Client) {}

  /** Something ran that can have dropped them, or put others in their place. */
  doubt(): void {
    this.doubtful = true;
  }

  /** A text is about to be sent. */
  noteSending(text: string): void {
    if (!keepsPrepared(text)) this.doubt();
  }

  /** The name under which the library prepares a text, or finds it prepared. Used at once. Throws what the driver throws. */
  async nameOf(text: string): Promise<string> {
    if (this.doubtful && this.names.size > 0) await this.forgetReplaced();
    this.doubtful = false;
    const name = `schema_gate_${digest(text).slice(0, 32)}`;
    this.names.add(name);
    return name;
  }

  /** Closes by the protocol, which unlike DEALLOCATE may name what is not there. */
  private async forgetReplaced(): Promise<void> {
    const { connection } = this.client as unknown as { readonly connection: Connection };
    const { rows } = await this.client.query<{ name: string }>(OURS);
    const left = new Set(rows.map(({ name }) => name));
    for (const name of this.names) {
      if (left.has(name)) continue;
      connection.close({ type: "S", name });
      delete connection.parsedStatements[name];
      this.names.delete(name);
    }
  }
}
