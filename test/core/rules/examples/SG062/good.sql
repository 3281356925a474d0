CREATE VIEW accounts AS SELECT id FROM users;
