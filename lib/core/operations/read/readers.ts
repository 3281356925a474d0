import { altered, alteredNode, readAlterOwner, readDepends } from "./alter-object.js";
import { readAlterTable } from "./alter-table.js";
import { readComment } from "./comment.js";
import { created, readDefine, readFunction, readTrigger, readView } from "./create-object.js";
import { readCreateTable, readCreateTableAs } from "./create-table.js";
import { readDrop } from "./drop.js";
import { readCreateIndex, readReindex } from "./indexes.js";
import { dottedName, relationName } from "./names.js";
import { readDefaultPrivileges, readGrant, readGrantRole } from "./privileges.js";
import type { Readers } from "./reader.js";
import { readRename, readSetSchema } from "./rename.js";
import { readCopy, readDelete, readInsert, readMerge, readSelect, readTruncate, readUpdate } from "./rows.js";
import {
  readCluster,
  readDiscard,
  readLock,
  readRefresh,
  readSetConstraints,
  readTransaction,
  readVacuum,
  readVariableSet,
} from "./session.js";
import { readAlterDomain, readAlterEnum } from "./types.js";

const bare = (name: string | undefined) => ({ schema: null, name: name ?? "" });

/** The reader for each kind of statement. A kind that is not listed is opaque. */
export const READERS: Readers = {
  CreateStmt: readCreateTable,
  CreateForeignTableStmt: (tree) =>
    created("foreign table", relationName(tree.base?.relation), { ifNotExists: tree.base?.if_not_exists ?? false }),
  CreateTableAsStmt: readCreateTableAs,
  AlterTableStmt: readAlterTable,
  IndexStmt: readCreateIndex,
  ReindexStmt: readReindex,
  DropStmt: readDrop,
  RenameStmt: readRename,
  AlterObjectSchemaStmt: readSetSchema,
  AlterOwnerStmt: readAlterOwner,
  AlterObjectDependsStmt: readDepends,
  CommentStmt: readComment,
  SecLabelStmt: readComment,
  InsertStmt: readInsert,
  UpdateStmt: readUpdate,
  DeleteStmt: readDelete,
  MergeStmt: readMerge,
  CopyStmt: readCopy,
  TruncateStmt: readTruncate,
  SelectStmt: readSelect,
  VariableShowStmt: () => [{ kind: "query", reads: [], functions: [] }],
  RefreshMatViewStmt: readRefresh,
  LockStmt: readLock,
  VacuumStmt: readVacuum,
  ClusterStmt: readCluster,
  CheckPointStmt: () => [{ kind: "maintain", command: "checkpoint", table: null }],
  VariableSetStmt: readVariableSet,
  DiscardStmt: readDiscard,
  TransactionStmt: readTransaction,
  ConstraintsSetStmt: readSetConstraints,
  GrantStmt: readGrant,
  GrantRoleStmt: readGrantRole,
  AlterDefaultPrivilegesStmt: readDefaultPrivileges,
  ViewStmt: readView,
  CreateFunctionStmt: readFunction,
  AlterFunctionStmt: (tree) =>
    alteredNode(tree.objtype, tree.func ? { ObjectWithArgs: tree.func } : undefined, "options"),
  CreateTrigStmt: readTrigger,
  CreateEventTrigStmt: (tree) => created("event trigger", bare(tree.trigname)),
  AlterEventTrigStmt: (tree) => altered("event trigger", bare(tree.trigname), "state"),
  CreatePolicyStmt: (tree) => {
    const table = relationName(tree.table);
    return created("policy", bare(tree.policy_name), { table, reads: [table] });
  },
  AlterPolicyStmt: (tree) =>
    altered("policy", bare(tree.policy_name), "definition", { table: relationName(tree.table) }),
  RuleStmt: (tree) => {
    const table = relationName(tree.relation);
    return created("rule", bare(tree.rulename), { table, reads: [table], replace: tree.replace ?? false });
  },
  CreateSeqStmt: (tree) =>
    created("sequence", relationName(tree.sequence), { ifNotExists: tree.if_not_exists ?? false }),
  AlterSeqStmt: (tree) => altered("sequence", relationName(tree.sequence), "parameters"),
  CreateEnumStmt: (tree) => created("type", dottedName(tree.typeName)),
  CreateRangeStmt: (tree) => created("type", dottedName(tree.typeName)),
  CompositeTypeStmt: (tree) => created("type", relationName(tree.typevar)),
  AlterTypeStmt: (tree) => altered("type", dottedName(tree.typeName), "options"),
  AlterEnumStmt: readAlterEnum,
  CreateDomainStmt: (tree) => created("domain", dottedName(tree.domainname)),
  AlterDomainStmt: readAlterDomain,
  DefineStmt: readDefine,
  CreateSchemaStmt: (tree) => created("schema", bare(tree.schemaname), { ifNotExists: tree.if_not_exists ?? false }),
  CreateExtensionStmt: (tree) => created("extension", bare(tree.extname), { ifNotExists: tree.if_not_exists ?? false }),
  AlterExtensionStmt: (tree) => altered("extension", bare(tree.extname), "version"),
  AlterExtensionContentsStmt: (tree) => altered("extension", bare(tree.extname), "members"),
  CreateStatsStmt: (tree) =>
    created("statistics", dottedName(tree.defnames), { ifNotExists: tree.if_not_exists ?? false }),
  AlterStatsStmt: (tree) => altered("statistics", dottedName(tree.defnames), "target"),
  CreateCastStmt: () => created("cast", bare("")),
  CreateConversionStmt: (tree) => created("conversion", dottedName(tree.conversion_name)),
  CreateOpClassStmt: (tree) => created("operator class", dottedName(tree.opclassname)),
  CreateOpFamilyStmt: (tree) => created("operator family", dottedName(tree.opfamilyname)),
  AlterOpFamilyStmt: (tree) => altered("operator family", dottedName(tree.opfamilyname), "members"),
  AlterOperatorStmt: (tree) => altered("operator", dottedName(tree.opername?.objname), "options"),
  AlterTSConfigurationStmt: (tree) => altered("text search", dottedName(tree.cfgname), "mapping"),
  AlterTSDictionaryStmt: (tree) => altered("text search", dottedName(tree.dictname), "options"),
  CreatePublicationStmt: (tree) => created("publication", bare(tree.pubname)),
  AlterPublicationStmt: (tree) => altered("publication", bare(tree.pubname), "definition"),
  CreateSubscriptionStmt: (tree) => created("subscription", bare(tree.subname)),
  AlterSubscriptionStmt: (tree) => altered("subscription", bare(tree.subname), "definition"),
  DropSubscriptionStmt: (tree) => [
    {
      kind: "drop-object",
      objectKind: "subscription",
      name: bare(tree.subname),
      table: null,
      signature: null,
      cascade: false,
      ifExists: tree.missing_ok ?? false,
    },
  ],
  CreateFdwStmt: (tree) => created("foreign data wrapper", bare(tree.fdwname)),
  CreateForeignServerStmt: (tree) =>
    created("server", bare(tree.servername), { ifNotExists: tree.if_not_exists ?? false }),
  AlterForeignServerStmt: (tree) => altered("server", bare(tree.servername), "options"),
  CreateUserMappingStmt: (tree) => created("user mapping", bare(tree.servername)),
  CreateAmStmt: (tree) => created("access method", bare(tree.amname)),
  CreateRoleStmt: (tree) => created("role", bare(tree.role)),
  AlterRoleStmt: (tree) => altered("role", bare(tree.role?.rolename), "options"),
  AlterRoleSetStmt: (tree) => altered("role", bare(tree.role?.rolename), "setting"),
  DropRoleStmt: (tree) =>
    (tree.roles ?? []).map((node) => ({
      kind: "drop-object",
      objectKind: "role",
      name: bare("RoleSpec" in node ? node.RoleSpec.rolename : ""),
      table: null,
      signature: null,
      cascade: false,
      ifExists: tree.missing_ok ?? false,
    })),
  CreatedbStmt: (tree) => created("database", bare(tree.dbname)),
  DropdbStmt: (tree) => [
    {
      kind: "drop-object",
      objectKind: "database",
      name: bare(tree.dbname),
      table: null,
      signature: null,
      cascade: false,
      ifExists: tree.missing_ok ?? false,
    },
  ],
  AlterDatabaseStmt: (tree) => altered("database", bare(tree.dbname), "options"),
  AlterDatabaseSetStmt: (tree) => altered("database", bare(tree.dbname), "setting"),
  AlterSystemStmt: (tree) => altered("other", bare(tree.setstmt?.name), "system setting"),
};
