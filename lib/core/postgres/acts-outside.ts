/**
 * Functions that act on the server's files, on other sessions or on the whole server (manual, "System Administration Functions"), and those of dblink
 * and adminpack. test/core/postgres/functions.test.ts asks for every volatile function of pg_catalog whether it is one.
 */
const OUTSIDE: ReadonlySet<string> = new Set([
  ...["lo_import", "lo_export", "pg_read_file", "pg_read_file_old", "pg_read_binary_file", "pg_stat_file", "pg_ls_dir"],
  ...["pg_ls_logdir", "pg_ls_waldir", "pg_ls_tmpdir", "pg_ls_archive_statusdir", "pg_ls_logicalmapdir"],
  ...["pg_ls_logicalsnapdir", "pg_ls_replslotdir", "pg_ls_summariesdir"],
  ...["pg_file_write", "pg_file_rename", "pg_file_unlink", "pg_file_sync", "pg_logdir_ls"],
  ...["pg_terminate_backend", "pg_cancel_backend", "pg_log_backend_memory_contexts"],
  ...["pg_reload_conf", "pg_rotate_logfile", "pg_rotate_logfile_old", "pg_switch_wal", "pg_promote"],
  ...["pg_create_restore_point", "pg_backup_start", "pg_backup_stop", "pg_start_backup", "pg_stop_backup"],
  ...["pg_wal_replay_pause", "pg_wal_replay_resume", "pg_log_standby_snapshot", "pg_import_system_collations"],
  ...["pg_create_physical_replication_slot", "pg_create_logical_replication_slot", "pg_drop_replication_slot"],
  ...["pg_copy_physical_replication_slot", "pg_copy_logical_replication_slot", "pg_replication_slot_advance"],
  ...["pg_sync_replication_slots", "pg_logical_slot_get_changes", "pg_logical_slot_get_binary_changes"],
  ...["pg_logical_emit_message"],
  ...["pg_replication_origin_create", "pg_replication_origin_drop", "pg_replication_origin_advance"],
  ...["pg_replication_origin_session_setup", "pg_replication_origin_session_reset"],
  ...["pg_replication_origin_xact_setup", "pg_replication_origin_xact_reset"],
  ...["pg_stat_reset_shared", "pg_stat_reset_slru", "pg_stat_reset_replication_slot"],
  ...["pg_stat_reset_subscription_stats", "pg_stat_reset_backend_stats", "pg_stop_making_pinned_objects", "pg_nextoid"],
]);

/** Whether a call of a function of this name reaches beyond the database, where no clone can stand in. */
export function actsOutside(name: string): boolean {
  return OUTSIDE.has(name) || /^dblink(_|$)|^binary_upgrade_/.test(name);
}
