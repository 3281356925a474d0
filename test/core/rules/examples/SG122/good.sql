INSERT INTO orders (code, net) VALUES ('a', 10) ON CONFLICT (code) DO NOTHING;
