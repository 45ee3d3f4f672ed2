CREATE TABLE jobs (id INTEGER PRIMARY KEY, state TEXT NOT NULL, worker INT);
CREATE INDEX jobs_by_state ON jobs (state, id);
INSERT INTO jobs (id, state)
  WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 10000)
  SELECT i, 'ready' FROM c;
-- walbench: check SELECT NOT EXISTS (SELECT 1 FROM jobs WHERE state = 'running')
