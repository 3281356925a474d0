import type { CatalogIndex, TableRef } from "../catalog/lookup.js";
import type { SourceSpan, Subject } from "../finding.js";
import type { QualifiedName } from "../sql/qualified-name.js";

/** One requirement that does not hold. `message` continues "Before the release ". */
export interface Failure {
  readonly code: string;
  readonly subject: Subject;
  readonly message: string;
  readonly source: SourceSpan;
}

/** Where names are looked up, as the catalog names its schemas. */
export interface NamePlace {
  /** For a name without a schema. */
  readonly searchPath: readonly string[];
  /** The real name of a tenant that is a schema: a release may write that name; in the catalog it is the first schema. */
  readonly tenantSchema?: string | null;
}

/** Finds what the code names in one tenant's catalog. */
export class Lookup {
  constructor(
    readonly index: CatalogIndex,
    private readonly place: NamePlace,
  ) {}

  /** The table, or null when there is none of that name. */
  table(name: QualifiedName): TableRef | null {
    return this.first(name, (ref) => this.index.table(ref) !== undefined);
  }

  /** The table or the view, or null when there is none of that name. */
  relation(name: QualifiedName): TableRef | null {
    return this.first(name, (ref) => this.index.table(ref) !== undefined || this.index.columns(ref).length > 0);
  }

  private first(name: QualifiedName, there: (ref: TableRef) => boolean): TableRef | null {
    const { searchPath, tenantSchema = null } = this.place;
    const named = name.schema === tenantSchema ? searchPath.slice(0, 1) : [name.schema ?? ""];
    const schemas = name.schema === null ? searchPath : named;
    return schemas.map((schema) => ({ schema, name: name.name })).find(there) ?? null;
  }
}

export function shown(name: QualifiedName): string {
  return name.schema === null ? name.name : `${name.schema}.${name.name}`;
}
