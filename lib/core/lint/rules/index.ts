import type { Rule } from "./rule.js";
import { addNotNullColumn } from "./sg001-add-not-null-column.js";
import { volatileDefault } from "./sg002-volatile-default.js";
import { addSerialColumn } from "./sg004-add-serial-column.js";
import { addIdentityColumn } from "./sg005-add-identity-column.js";
import { addStoredGeneratedColumn } from "./sg006-add-stored-generated-column.js";
import { typeChangeRewrites } from "./sg007-type-change-rewrites.js";
import { typeChangeNarrows } from "./sg008-type-change-narrows.js";
import { collationChange } from "./sg009-collation-change.js";
import { setNotNull } from "./sg010-set-not-null.js";
import { setNotNullDropsItsProof } from "./sg011-set-not-null-drops-its-proof.js";
import { dropNotNull } from "./sg013-drop-not-null.js";
import { dropColumn } from "./sg014-drop-column.js";
import { changeUnderDependents } from "./sg015-change-under-dependents.js";
import { renameColumn } from "./sg016-rename-column.js";
import { jsonColumn } from "./sg017-json-column.js";
import { narrowKey } from "./sg018-narrow-key.js";
import { charColumn } from "./sg019-char-column.js";
import { timestampWithoutTimeZone } from "./sg020-timestamp-without-time-zone.js";
import { serialColumn } from "./sg021-serial-column.js";
import { concurrentlyOnFourteen } from "./sg024-concurrently-on-fourteen.js";
import { checkWithoutNotValid } from "./sg025-check-without-not-valid.js";
import { foreignKeyWithoutNotValid } from "./sg026-foreign-key-without-not-valid.js";
import { validateInSameTransaction } from "./sg027-validate-in-same-transaction.js";
import { neverValidated } from "./sg028-never-validated.js";
import { uniqueWithoutIndex } from "./sg029-unique-without-index.js";
import { primaryKeyWithoutIndex } from "./sg030-primary-key-without-index.js";
import { primaryKeyOnNullableColumns } from "./sg031-primary-key-on-nullable-columns.js";
import { exclusionConstraint } from "./sg032-exclusion-constraint.js";
import { dropConstraint } from "./sg033-drop-constraint.js";
import { dropLocksTheParent } from "./sg034-drop-locks-the-parent.js";
import { newTableLocksTheParent } from "./sg035-new-table-locks-the-parent.js";
import { foreignKeyWithoutIndex } from "./sg036-foreign-key-without-index.js";
import { unstableCheck } from "./sg039-unstable-check.js";
import { notEnforced } from "./sg040-not-enforced.js";
import { domainConstraint } from "./sg041-domain-constraint.js";
import { unnamed } from "./sg042-unnamed.js";
import { dropIndexOfConstraint } from "./sg043-drop-index-of-constraint.js";
import { tableWithoutPrimaryKey } from "./sg044-table-without-primary-key.js";
import { createIndex } from "./sg045-create-index.js";
import { dropIndex } from "./sg046-drop-index.js";
import { reindex } from "./sg047-reindex.js";
import { refusedInATransaction } from "./sg048-refused-in-a-transaction.js";
import { concurrentlyWithOthers } from "./sg049-concurrently-with-others.js";
import { concurrentlyIfNotExists } from "./sg050-concurrently-if-not-exists.js";
import { concurrentlyUnderLockTimeout } from "./sg051-concurrently-under-lock-timeout.js";
import { indexOnPartitionedTable } from "./sg052-index-on-partitioned-table.js";
import { redundantIndex } from "./sg053-redundant-index.js";
import { dropTable } from "./sg058-drop-table.js";
import { dropSchemaOrDatabase } from "./sg059-drop-schema-or-database.js";
import { cascade } from "./sg060-cascade.js";
import { truncate } from "./sg061-truncate.js";
import { renameTable } from "./sg062-rename-table.js";
import { setSchema } from "./sg063-set-schema.js";
import { setLogged } from "./sg064-set-logged.js";
import { setTablespace } from "./sg065-set-tablespace.js";
import { vacuumFull } from "./sg066-vacuum-full.js";
import { autovacuumOff } from "./sg067-autovacuum-off.js";
import { attachPartition } from "./sg068-attach-partition.js";
import { createPartitionOf } from "./sg069-create-partition-of.js";
import { detachPartition } from "./sg070-detach-partition.js";
import { keyWithoutPartitionColumn } from "./sg072-key-without-partition-column.js";
import { refreshMaterializedView } from "./sg073-refresh-materialized-view.js";
import { materializedViewWithData } from "./sg074-materialized-view-with-data.js";
import { enumValueUsedAtOnce } from "./sg075-enum-value-used-at-once.js";
import { enumValueInTransaction } from "./sg076-enum-value-in-transaction.js";
import { enumValueRenamed } from "./sg077-enum-value-renamed.js";
import { createTrigger } from "./sg079-create-trigger.js";
import { dropTrigger } from "./sg080-drop-trigger.js";
import { disableTrigger } from "./sg081-disable-trigger.js";
import { rowSecurityWithoutPolicy } from "./sg082-row-security-without-policy.js";
import { replicaIdentity } from "./sg083-replica-identity.js";
import { wideGrant } from "./sg084-wide-grant.js";
import { securityDefiner } from "./sg085-security-definer.js";
import { dynamicSql } from "./sg086-dynamic-sql.js";
import { createExtension } from "./sg087-create-extension.js";
import { noLockTimeout } from "./sg089-no-lock-timeout.js";
import { workUnderLock } from "./sg091-work-under-lock.js";
import { severalTablesLocked } from "./sg092-several-tables-locked.js";
import { transactionControl } from "./sg093-transaction-control.js";
import { lockTable } from "./sg094-lock-table.js";
import { backfillUnderLock } from "./sg095-backfill-under-lock.js";
import { unboundedWrite } from "./sg096-unbounded-write.js";
import { notRepeatable } from "./sg098-not-repeatable.js";
import { ifNotExistsHidesADifference } from "./sg099-if-not-exists-hides-a-difference.js";
import { opaqueBody } from "./sg100-opaque-body.js";
import { longIdentifier } from "./sg102-long-identifier.js";
import { hardCodedSchema } from "./sg103-hard-coded-schema.js";
import { newerServer } from "./sg107-newer-server.js";
import { replacementRefused } from "./sg108-replacement-refused.js";
import { concurrentDropRefused } from "./sg109-concurrent-drop-refused.js";
import { expressionNotImmutable } from "./sg110-expression-not-immutable.js";
import { foreignKeyRefused } from "./sg111-foreign-key-refused.js";
import { alreadyThere } from "./sg112-already-there.js";
import { namedTwice } from "./sg113-named-twice.js";
import { constrainedDomainColumn } from "./sg114-constrained-domain-column.js";
import { queryUnderLock } from "./sg115-query-under-lock.js";
import { cachedPlanResult } from "./sg116-cached-plan-result.js";
import { pendingTriggerEvents } from "./sg117-pending-trigger-events.js";
import { notThere } from "./sg118-not-there.js";
import { castNotAutomatic } from "./sg119-cast-not-automatic.js";
import { expressionRefused } from "./sg120-expression-refused.js";
import { dropRefused } from "./sg121-drop-refused.js";
import { writeRefused } from "./sg122-write-refused.js";

/** Every built-in rule, by id. Written by scripts/rule-index.mjs. */
export const RULES: readonly Rule[] = [
  addNotNullColumn,
  volatileDefault,
  addSerialColumn,
  addIdentityColumn,
  addStoredGeneratedColumn,
  typeChangeRewrites,
  typeChangeNarrows,
  collationChange,
  setNotNull,
  setNotNullDropsItsProof,
  dropNotNull,
  dropColumn,
  changeUnderDependents,
  renameColumn,
  jsonColumn,
  narrowKey,
  charColumn,
  timestampWithoutTimeZone,
  serialColumn,
  concurrentlyOnFourteen,
  checkWithoutNotValid,
  foreignKeyWithoutNotValid,
  validateInSameTransaction,
  neverValidated,
  uniqueWithoutIndex,
  primaryKeyWithoutIndex,
  primaryKeyOnNullableColumns,
  exclusionConstraint,
  dropConstraint,
  dropLocksTheParent,
  newTableLocksTheParent,
  foreignKeyWithoutIndex,
  unstableCheck,
  notEnforced,
  domainConstraint,
  unnamed,
  dropIndexOfConstraint,
  tableWithoutPrimaryKey,
  createIndex,
  dropIndex,
  reindex,
  refusedInATransaction,
  concurrentlyWithOthers,
  concurrentlyIfNotExists,
  concurrentlyUnderLockTimeout,
  indexOnPartitionedTable,
  redundantIndex,
  dropTable,
  dropSchemaOrDatabase,
  cascade,
  truncate,
  renameTable,
  setSchema,
  setLogged,
  setTablespace,
  vacuumFull,
  autovacuumOff,
  attachPartition,
  createPartitionOf,
  detachPartition,
  keyWithoutPartitionColumn,
  refreshMaterializedView,
  materializedViewWithData,
  enumValueUsedAtOnce,
  enumValueInTransaction,
  enumValueRenamed,
  createTrigger,
  dropTrigger,
  disableTrigger,
  rowSecurityWithoutPolicy,
  replicaIdentity,
  wideGrant,
  securityDefiner,
  dynamicSql,
  createExtension,
  noLockTimeout,
  workUnderLock,
  severalTablesLocked,
  transactionControl,
  lockTable,
  backfillUnderLock,
  unboundedWrite,
  notRepeatable,
  ifNotExistsHidesADifference,
  opaqueBody,
  longIdentifier,
  hardCodedSchema,
  newerServer,
  replacementRefused,
  concurrentDropRefused,
  expressionNotImmutable,
  foreignKeyRefused,
  alreadyThere,
  namedTwice,
  constrainedDomainColumn,
  queryUnderLock,
  cachedPlanResult,
  pendingTriggerEvents,
  notThere,
  castNotAutomatic,
  expressionRefused,
  dropRefused,
  writeRefused,
];
