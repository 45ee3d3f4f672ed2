-- A web application: nine requests of ten read a session, one writes it.
\set id random_zipfian(1, 10000, 1.1)
\set writes random(1, 10)
\if :writes = 1
INSERT INTO sessions (id, data, used) VALUES (:id, 'a basket and a name', CURRENT_TIMESTAMP)
  ON CONFLICT (id) DO UPDATE SET data = excluded.data, used = excluded.used;
\else
SELECT data FROM sessions WHERE id = :id;
\endif
