//! Quotas become binding. The SQL is in the file next to this one; the gates below say what the service relies on.

use schema_gate::{
    deploy_schema_migration, execute_migration_with_rollback, validate_column_compatibility,
    validate_schema_divergence, verify_index_cardinality, ColumnType, MigrationError, ISOLATION_LEVEL,
};
use sqlx::PgPool;

#[deploy_schema_migration]
pub async fn add_tenant_quota(pool: &PgPool) -> Result<(), MigrationError> {
    // No tenant may differ from the others in a way that the release does not heal.
    validate_schema_divergence(pool).await?;
    // The limit has been there since the first day; the service reads it as a 32-bit integer.
    validate_column_compatibility("users", "quota_limit", ColumnType::Int).await?;

    execute_migration_with_rollback(pool, "add_tenant_quota", ISOLATION_LEVEL::Serializable).await?;

    // The quota check runs on every request; without the index it would scan.
    verify_index_cardinality(pool, "idx_tenant_quota").await?;
    Ok(())
}
