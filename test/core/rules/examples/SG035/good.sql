CREATE TABLE carts (id bigint PRIMARY KEY);
CREATE TABLE cart_items (id bigint PRIMARY KEY, cart_id bigint NOT NULL REFERENCES carts (id));
CREATE INDEX cart_items_cart_id_idx ON cart_items (cart_id);
