-- A sensor writes ten measurements in one transaction. Beside it, a report may read for long.
\set sensor random(1, 100)
BEGIN;
INSERT INTO measurements (sensor, value)
  WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 10)
  SELECT :sensor, i FROM c;
UPDATE sensors SET newest = CURRENT_TIMESTAMP, seen = seen + 10 WHERE id = :sensor;
END;
