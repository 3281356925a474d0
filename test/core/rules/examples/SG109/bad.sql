SET lock_timeout = '2s';
DROP INDEX CONCURRENTLY users_by_email, users_by_fax;
