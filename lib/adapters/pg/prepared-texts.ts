import type pg from "pg";
import { digest } from "../../core/json.js";

/** What the library keeps of a connection: the texts that it has prepared, by their names. */
interface Connection {
  readonly parsedStatements: Record<string, string>;
  close(of: { readonly type: "S"; readonly name: string }): void;
}

const READS =
  /^\s*(?:$|(?:begin|commit|rollback|savepoint|release|set|select)\b|with\b(?![\s\S]*\b(?:insert|update|delete|merge)\b))/i;

/** False for what may run others' code, such as a trigger, which can DEALLOCATE and PREPARE, and for what does so itself. */
function keepsPrepared(text: string): boolean {
  return text.split(";").every((part) => READS.test(part));
}

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

  /** The name under which the library prepares a text, or finds it prepared. Used at once. */
  nameOf(text: string): string {
    if (this.doubtful) this.forget();
    const name = `schema_gate_${digest(text).slice(0, 32)}`;
    this.names.add(name);
    return name;
  }

  /** By the protocol: unlike DEALLOCATE, it may name what is not there, also in a failed transaction. */
  private forget(): void {
    const { connection } = this.client as unknown as { readonly connection: Connection };
    for (const name of this.names) {
      connection.close({ type: "S", name });
      delete connection.parsedStatements[name];
    }
    this.names.clear();
    this.doubtful = false;
  }
}
