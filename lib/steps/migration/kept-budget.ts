import { bindSchemas } from "../../core/catalog/own-schema.js";
import { sizeText } from "../../core/size.js";
import type { KeepAside } from "../../core/undo/keep/aside.js";
import { DatabaseError, type Session } from "../../ports/database.js";

/** SQLSTATE program_limit_exceeded; here only the config's limit raises it. */
const LIMIT_EXCEEDED = "54000";

/** The rows to keep aside are larger than the config allows. Nothing was copied. */
export class KeptTooLarge extends DatabaseError {
  constructor(
    readonly version: string,
    /** A lower bound: what comes after the first that was too much is not counted. */
    readonly bytes: number,
    readonly limit: number,
  ) {
    super(
      `to undo ${version}, ${sizeText(bytes)} would have to be kept aside, above rollback.keepLimit of ${sizeText(limit)}`,
      LIMIT_EXCEEDED,
    );
  }
}

/** What one migration may still keep aside in one tenant. */
export class KeptBudget {
  private spent = 0;

  constructor(
    private readonly version: string,
    private readonly limit = Number.POSITIVE_INFINITY,
  ) {}

  get taken(): number {
    return this.spent;
  }

  /** Throws `KeptTooLarge` if this many more bytes would exceed the limit; counts nothing. */
  weigh(bytes: number): void {
    const sum = this.spent + bytes;
    if (sum > this.limit) throw new KeptTooLarge(this.version, sum, this.limit);
  }

  /** The total so far of copies that grow over several transactions. Throws `KeptTooLarge`. */
  stands(bytes: number): void {
    this.spent = 0;
    this.weigh(bytes);
    this.spent = bytes;
  }

  /** Weighs the copies before they are made. Throws `KeptTooLarge`. */
  async take(session: Session, keep: KeepAside, schema: string | null): Promise<void> {
    for (const query of keep.sizes) {
      const [row] = await session.query<{ bytes: string }>(bindSchemas(query, schema));
      this.spent += Number(row?.bytes ?? Number.POSITIVE_INFINITY);
      if (this.spent > this.limit) throw new KeptTooLarge(this.version, this.spent, this.limit);
    }
  }
}
