import type { CatalogIndex, TableRef } from "../catalog/lookup.js";
import type { SourceSpan, Subject } from "../finding.js";
import type { QualifiedName } from "./contract.js";

/** One requirement that does not hold. `message` goes on after "Before the release ". */
export interface Failure {
  readonly code: string;
  readonly subject: Subject;
  readonly message: string;
  readonly source: SourceSpan;
}

/** Finds what the code names in one tenant's catalog. */
export class Lookup {
  constructor(
    readonly index: CatalogIndex,
    private readonly searchPath: readonly string[],
  ) {}

  /** The table, or null when there is none of that name. */
  table(name: QualifiedName): TableRef | null {
    const schemas = name.schema === null ? this.searchPath : [name.schema];
    for (const schema of schemas) {
      const ref = { schema, name: name.name };
      if (this.index.table(ref)) return ref;
    }
    return null;
  }
}

export function shown(name: QualifiedName): string {
  return name.schema === null ? name.name : `${name.schema}.${name.name}`;
}
