SET lock_timeout = '2s';
DROP VIEW some_ids, user_ids;
