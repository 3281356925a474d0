import type { QualifiedName } from "../sql/qualified-name.js";

/** What a statement does to names that others use: the same object gets another name, or the object is gone. */
export type NameChange =
  /** RENAME TO, and SET SCHEMA with `schema`. */
  | { readonly change: "table moved"; readonly table: QualifiedName; readonly to: string; readonly schema?: string }
  | { readonly change: "table gone"; readonly table: QualifiedName; readonly cascade: boolean }
  /** A table of the session only: no catalog shows it afterwards. */
  | { readonly change: "table temporary"; readonly table: QualifiedName }
  | { readonly change: "schema renamed"; readonly schema: string; readonly to: string }
  | { readonly change: "schema gone"; readonly schema: string }
  | { readonly change: "column renamed"; readonly table: QualifiedName; readonly column: string; readonly to: string }
  | { readonly change: "column gone"; readonly table: QualifiedName; readonly column: string }
  | { readonly change: "constraint renamed"; readonly table: QualifiedName; readonly name: string; readonly to: string }
  | {
      readonly change: "constraint gone";
      readonly table: QualifiedName;
      readonly name: string;
      readonly cascade: boolean;
    }
  /** Also an index that becomes a constraint's and gets the constraint's name. */
  | { readonly change: "index renamed"; readonly name: string; readonly to: string }
  /** A type that was renamed or moved to another schema: its columns have a type that the text no longer names. */
  | { readonly change: "type changed"; readonly name: string }
  /** With CASCADE its columns go too. */
  | { readonly change: "type gone"; readonly name: string }
  /** A key over an existing index: the columns that become NOT NULL are the index's. */
  | { readonly change: "key over index"; readonly table: QualifiedName };

/** One step of a release: a change of names, and whether it is certain to take place. */
export interface Happening {
  readonly kind: "happening";
  readonly change: NameChange;
  readonly certain: boolean;
}
