-- A worker takes the oldest job that is free and marks it as done; every second time it adds one.
\set add random(0, 1)
\if :add
INSERT INTO jobs (id, state) SELECT max(id) + 1, 'ready' FROM jobs;
\endif
BEGIN;
UPDATE jobs SET state = 'running', worker = :client_id
  WHERE id = (SELECT id FROM jobs WHERE state = 'ready' ORDER BY id LIMIT 1);
UPDATE jobs SET state = 'done' WHERE state = 'running' AND worker = :client_id;
END;
