CREATE TABLE bookings (id bigint PRIMARY KEY, during tstzrange);
INSERT INTO bookings VALUES (1, 'empty');
