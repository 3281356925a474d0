CREATE TABLE users (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint CONSTRAINT orders_user_fkey REFERENCES users (id));
CREATE TABLE notes (id bigint PRIMARY KEY, body text CONSTRAINT notes_body_short CHECK (length(body) < 100));
