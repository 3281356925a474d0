CREATE TABLE carts (id bigint PRIMARY KEY);
CREATE TABLE cart_items (id bigint PRIMARY KEY, cart_id bigint NOT NULL REFERENCES carts (id));
