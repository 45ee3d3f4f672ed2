CREATE TABLE sensors (id INTEGER PRIMARY KEY, newest TEXT, seen INT NOT NULL);
CREATE TABLE measurements (sensor INT NOT NULL, value INT NOT NULL);
INSERT INTO sensors
  WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 100)
  SELECT i, NULL, 0 FROM c;
-- walbench: check SELECT (SELECT sum(seen) FROM sensors) = (SELECT count(*) FROM measurements)
