CREATE TABLE counters (id INTEGER PRIMARY KEY, n INT NOT NULL, version INT NOT NULL);
INSERT INTO counters
  WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 20)
  SELECT i, 0, 0 FROM c;
-- walbench: check SELECT sum(n) = sum(version) FROM counters
