/** Commands whose name differs from the parser's tag. */
const COMMANDS: Readonly<Record<string, string>> = {
  AlterDatabaseRefreshCollStmt: "ALTER DATABASE … REFRESH COLLATION VERSION",
  AlterFdwStmt: "ALTER FOREIGN DATA WRAPPER",
  AlterTableMoveAllStmt: "ALTER … ALL IN TABLESPACE",
  AlterTableSpaceOptionsStmt: "ALTER TABLESPACE",
  ClosePortalStmt: "CLOSE",
  CreatePLangStmt: "CREATE LANGUAGE",
  CreateTableSpaceStmt: "CREATE TABLESPACE",
  DeclareCursorStmt: "DECLARE",
  DropTableSpaceStmt: "DROP TABLESPACE",
};

/** Forms of ALTER TABLE that have no reader, as they are written. */
const ALTER_TABLE: Readonly<Record<string, string>> = {
  AT_AlterColumnGenericOptions: "ALTER COLUMN … OPTIONS",
  AT_DropOids: "SET WITHOUT OIDS",
  AT_GenericOptions: "OPTIONS",
};

/** Kinds of objects that we have no word for. */
const OBJECTS: Readonly<Record<string, string>> = {
  OBJECT_AMOP: "operator of an operator family",
  OBJECT_AMPROC: "function of an operator family",
  OBJECT_DEFACL: "default privilege",
  OBJECT_LARGEOBJECT: "large object",
};

/** The command behind a tag of the parser: DROP OWNED for `DropOwnedStmt`. */
export function commandOf(tag: string): string {
  return COMMANDS[tag] ?? spaced(tag.replace(/Stmt$/, "")).toUpperCase();
}

/** A form of ALTER TABLE: SET WITHOUT OIDS for `AT_DropOids`. */
export function alterTableForm(subtype: string): string {
  return ALTER_TABLE[subtype] ?? spaced(subtype.replace(/^AT_/, "")).toUpperCase();
}

/** A kind of object: "large object" for `OBJECT_LARGEOBJECT`. */
export function objectWords(type: string): string {
  return (
    OBJECTS[type] ??
    type
      .replace(/^OBJECT_/, "")
      .toLowerCase()
      .replaceAll("_", " ")
  );
}

/** Splits a camel-case name into words. */
export function spaced(name: string): string {
  return name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, " ");
}
