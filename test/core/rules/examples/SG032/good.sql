CREATE TABLE bookings_apart (
  id bigint PRIMARY KEY,
  during tstzrange,
  CONSTRAINT bookings_apart_excl EXCLUDE USING gist (during WITH &&)
);
