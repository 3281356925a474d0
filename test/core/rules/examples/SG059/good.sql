CREATE SCHEMA archive;
DROP SCHEMA archive;
