-- Reads a row, thinks, and writes it back if nobody else has meanwhile (optimistic locking).
\set id random(1, 20)
SELECT n, version FROM counters WHERE id = :id \gset
\sleep 200 us
-- walbench: expect 1 else retry
UPDATE counters SET n = :n + 1, version = version + 1 WHERE id = :id AND version = :version;
