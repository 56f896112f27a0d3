-- Yardstick results, schema 1; docs/results-schema.md explains it. Rows are only ever added.

CREATE TABLE schema_history (
  version INTEGER PRIMARY KEY,
  yardstick TEXT NOT NULL,  -- the Yardstick that brought the file to this version
  applied_at TEXT NOT NULL
) STRICT;

CREATE TABLE runs (
  run INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  status TEXT NOT NULL,
  reason TEXT NOT NULL,
  started_at TEXT NOT NULL,
  duration_s REAL NOT NULL,
  model TEXT NOT NULL,
  weights_tag TEXT NOT NULL,
  task TEXT NOT NULL,
  split TEXT NOT NULL,
  device TEXT NOT NULL,
  precision TEXT NOT NULL,
  batch_size INTEGER NOT NULL,
  eligible INTEGER NOT NULL CHECK (eligible IN (0, 1)),
  -- What leaderboards tell configurations apart by; worked out from the JSON below on adding.
  config_params TEXT NOT NULL,
  config_methods TEXT NOT NULL,
  config_weights TEXT NOT NULL,
  config_device TEXT NOT NULL,
  config_threads INTEGER NOT NULL,
  config_profile TEXT NOT NULL,
  config_data TEXT NOT NULL,
  -- JSON. Last, so that a scan of the columns above need not read it.
  methods TEXT NOT NULL,
  flags TEXT NOT NULL,
  requested TEXT NOT NULL,
  effective TEXT NOT NULL,
  provenance TEXT NOT NULL
) STRICT;

CREATE INDEX runs_by_start ON runs (started_at);
CREATE INDEX runs_by_model ON runs (model, kind, status);
CREATE INDEX runs_by_task ON runs (task, kind, status) WHERE task <> '';

-- What can be measured. Each distinct description is kept once.
CREATE TABLE quantities (
  quantity INTEGER PRIMARY KEY,
  tag TEXT NOT NULL,
  unit TEXT NOT NULL,
  direction TEXT NOT NULL,
  about TEXT NOT NULL,
  UNIQUE (tag, unit, direction, about)
) STRICT;

CREATE TABLE measurement_values (
  run INTEGER NOT NULL REFERENCES runs,
  position INTEGER NOT NULL,
  quantity INTEGER NOT NULL REFERENCES quantities,
  value REAL,  -- NULL: not a number
  low REAL,    -- NULL: no interval
  high REAL,
  n INTEGER NOT NULL,
  PRIMARY KEY (run, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE sample_series (
  run INTEGER NOT NULL REFERENCES runs,
  position INTEGER NOT NULL,
  tag TEXT NOT NULL,
  unit TEXT NOT NULL,
  n INTEGER NOT NULL,
  codec TEXT NOT NULL,
  data BLOB NOT NULL,
  UNIQUE (run, position)
) STRICT;

CREATE TABLE outcomes (
  run INTEGER PRIMARY KEY REFERENCES runs,
  n INTEGER NOT NULL,
  codec TEXT NOT NULL,
  sample_index BLOB NOT NULL,
  target BLOB NOT NULL,
  prediction BLOB NOT NULL,
  target_log_prob BLOB NOT NULL,
  correct BLOB NOT NULL  -- one bit a sample, lowest bit first; not compressed
) STRICT;

-- Append-only. INSERT OR REPLACE deletes without firing a DELETE trigger, hence the third on runs.
CREATE TRIGGER runs_keep BEFORE DELETE ON runs
BEGIN SELECT RAISE(ABORT, 'results are append-only'); END;
CREATE TRIGGER runs_fixed BEFORE UPDATE ON runs
BEGIN SELECT RAISE(ABORT, 'results are append-only'); END;
CREATE TRIGGER runs_once BEFORE INSERT ON runs
WHEN EXISTS (SELECT 1 FROM runs WHERE id = NEW.id OR run = NEW.run)
BEGIN SELECT RAISE(ABORT, 'results are append-only'); END;
CREATE TRIGGER quantities_keep BEFORE DELETE ON quantities
BEGIN SELECT RAISE(ABORT, 'results are append-only'); END;
CREATE TRIGGER quantities_fixed BEFORE UPDATE ON quantities
BEGIN SELECT RAISE(ABORT, 'results are append-only'); END;
CREATE TRIGGER measurement_values_keep BEFORE DELETE ON measurement_values
BEGIN SELECT RAISE(ABORT, 'results are append-only'); END;
CREATE TRIGGER measurement_values_fixed BEFORE UPDATE ON measurement_values
BEGIN SELECT RAISE(ABORT, 'results are append-only'); END;
CREATE TRIGGER sample_series_keep BEFORE DELETE ON sample_series
BEGIN SELECT RAISE(ABORT, 'results are append-only'); END;
CREATE TRIGGER sample_series_fixed BEFORE UPDATE ON sample_series
BEGIN SELECT RAISE(ABORT, 'results are append-only'); END;
CREATE TRIGGER outcomes_keep BEFORE DELETE ON outcomes
BEGIN SELECT RAISE(ABORT, 'results are append-only'); END;
CREATE TRIGGER outcomes_fixed BEFORE UPDATE ON outcomes
BEGIN SELECT RAISE(ABORT, 'results are append-only'); END;

CREATE VIEW run_list AS
SELECT id, kind, status, reason, started_at, duration_s, model, weights_tag, methods, task, split,
  device, config_device AS device_name, precision, batch_size, eligible, flags
FROM runs;

CREATE VIEW measurements AS
SELECT runs.id, tag, value, low, high, unit, direction, n, about
FROM measurement_values
JOIN quantities USING (quantity)
JOIN runs USING (run);

-- For each configuration and tag the newest value of a run that ended well. Speed does not depend on
-- the weights' values, so bench runs are told apart by threads, protocol profile and batch size, not by weights.
CREATE VIEW newest_measurements AS
SELECT model, config_params, config_methods, device, config_device, precision, eligible,
  CASE kind WHEN 'bench' THEN 'speed' ELSE 'quality' END AS aspect,
  CASE kind WHEN 'bench' THEN '' ELSE config_weights END AS weights,
  CASE kind WHEN 'bench' THEN '' ELSE task END AS task,
  CASE kind WHEN 'bench' THEN '' ELSE split END AS split,
  CASE kind WHEN 'bench' THEN '' ELSE config_data END AS data,
  CASE kind WHEN 'bench' THEN config_threads ELSE 0 END AS threads,
  config_profile AS profile,
  CASE kind WHEN 'bench' THEN batch_size ELSE 0 END AS batch_size,
  tag, value, low, high, unit, direction, n, about,
  id, kind, config_weights, weights_tag, methods, flags,
  -- The other columns are of the row with the largest one (SQLite documents this as "bare columns").
  max(started_at || printf(' %020d', run)) AS newest
FROM runs
JOIN measurement_values USING (run)
JOIN quantities USING (quantity)
WHERE status = 'ok'
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, tag;

-- Every leaderboard: WHERE tag = 'accuracy/top1' AND task = 'digits'. Ranks are worked out here and
-- stored nowhere.
CREATE VIEW leaderboards AS
SELECT tag, task, split, threads, profile, batch_size,
  rank() OVER (
    PARTITION BY tag, task, split, data, threads, profile, batch_size
    ORDER BY CASE direction WHEN 'lower' THEN value ELSE -value END) AS rank,
  model, weights, methods, device, config_device AS device_name, precision, value, low, high, unit,
  n, id
FROM newest_measurements
WHERE eligible = 1 AND direction <> 'neutral' AND value IS NOT NULL;
