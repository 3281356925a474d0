CREATE VIEW app.users AS SELECT id FROM users;
