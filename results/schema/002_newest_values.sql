-- Schema 2: leaderboards no longer read every run. What is derived from the rows of schema 1 is kept
-- beside them, by the Yardstick that adds a run, and is worked out anew when a file is brought here.

-- Derived. What tells one line of a leaderboard from another; each once. Quality is what train and eval
-- runs measured, speed what bench runs did: the columns that do not matter to it are '' or 0.
CREATE TABLE configurations (
  configuration INTEGER PRIMARY KEY,
  aspect TEXT NOT NULL CHECK (aspect IN ('quality', 'speed')),
  model TEXT NOT NULL,
  config_params TEXT NOT NULL,
  config_methods TEXT NOT NULL,
  device TEXT NOT NULL,
  config_device TEXT NOT NULL,
  precision TEXT NOT NULL,
  weights TEXT NOT NULL,
  task TEXT NOT NULL,
  split TEXT NOT NULL,
  data TEXT NOT NULL,
  threads INTEGER NOT NULL,
  profile TEXT NOT NULL,
  batch_size INTEGER NOT NULL,
  eligible INTEGER NOT NULL,
  -- In this order a leaderboard's rows lie together.
  UNIQUE (aspect, model, config_params, config_methods, device, config_device, precision, weights,
    task, split, data, threads, profile, batch_size, eligible)
) STRICT;

-- Derived. For each configuration and tag the newest value of a run that ended well: of the run that
-- began last, of several such the one added last, and in it the first of that tag.
CREATE TABLE newest_values (
  configuration INTEGER NOT NULL,
  first_quantity INTEGER NOT NULL,  -- the lowest quantity of this tag: stands for the tag
  quantity INTEGER NOT NULL,
  run INTEGER NOT NULL,
  started_at TEXT NOT NULL,  -- of the run
  value REAL,
  low REAL,
  high REAL,
  n INTEGER NOT NULL,
  PRIMARY KEY (configuration, first_quantity)
) STRICT, WITHOUT ROWID;

CREATE INDEX newest_values_by_quantity ON newest_values (quantity, configuration);

-- Rows that hold findings about runs are few among many; reports look for them.
CREATE INDEX runs_without_batch ON runs (started_at, run) WHERE kind = 'bench' AND batch_size = 0;

-- What was removed on purpose, and by which command. Append-only.
CREATE TABLE prunings (
  pruning INTEGER PRIMARY KEY,
  pruned_at TEXT NOT NULL,  -- UTC, ISO 8601
  yardstick TEXT NOT NULL,
  kind TEXT NOT NULL,       -- what was removed: 'runs', 'samples', ...
  condition TEXT NOT NULL,  -- which, as the command was given
  runs_removed INTEGER NOT NULL,
  series_removed INTEGER NOT NULL
) STRICT;

CREATE TRIGGER prunings_keep BEFORE DELETE ON prunings
BEGIN SELECT RAISE(ABORT, 'results are append-only'); END;
CREATE TRIGGER prunings_fixed BEFORE UPDATE ON prunings
BEGIN SELECT RAISE(ABORT, 'results are append-only'); END;
CREATE TRIGGER prunings_once BEFORE INSERT ON prunings
WHEN EXISTS (SELECT 1 FROM prunings WHERE pruning = NEW.pruning)
BEGIN SELECT RAISE(ABORT, 'results are append-only'); END;

DROP VIEW leaderboards;
DROP VIEW newest_measurements;

CREATE VIEW newest_measurements AS
SELECT c.model, c.config_params, c.config_methods, c.device, c.config_device, c.precision,
  c.eligible, c.aspect, c.weights, c.task, c.split, c.data, c.threads, c.profile, c.batch_size,
  q.tag, v.value, v.low, v.high, q.unit, q.direction, v.n, q.about,
  r.id, r.kind, r.config_weights, r.weights_tag, r.methods, r.flags,
  v.started_at || printf(' %020d', v.run) AS newest
FROM newest_values AS v
JOIN quantities AS q USING (quantity)
JOIN configurations AS c USING (configuration)
LEFT JOIN runs AS r ON r.run = v.run;  -- LEFT: a query that needs none of its columns skips it

-- Every leaderboard: WHERE tag = 'accuracy/top1' AND task = 'digits'. Ranks are worked out here and
-- stored nowhere. Ranking carries as little as it can; SQLite looks up the rest for those lines only
-- that pass the reader's LIMIT.
CREATE VIEW leaderboards AS
SELECT tag, task, split, threads, profile, batch_size, rank, model,
  (SELECT weights FROM configurations AS c WHERE c.configuration = p.configuration) AS weights,
  (SELECT methods FROM runs WHERE runs.run = p.run) AS methods,
  (SELECT device FROM configurations AS c WHERE c.configuration = p.configuration) AS device,
  (SELECT config_device FROM configurations AS c WHERE c.configuration = p.configuration) AS device_name,
  (SELECT precision FROM configurations AS c WHERE c.configuration = p.configuration) AS precision,
  value,
  (SELECT low FROM newest_values AS v WHERE (v.configuration, v.first_quantity) = (p.configuration, p.first_quantity)) AS low,
  (SELECT high FROM newest_values AS v WHERE (v.configuration, v.first_quantity) = (p.configuration, p.first_quantity)) AS high,
  unit,
  (SELECT n FROM newest_values AS v WHERE (v.configuration, v.first_quantity) = (p.configuration, p.first_quantity)) AS n,
  (SELECT id FROM runs WHERE runs.run = p.run) AS id
FROM (
  SELECT configuration, first_quantity, run, tag, task, split, threads, profile, batch_size, model,
    value, unit,
    rank() OVER (
      PARTITION BY tag, task, split, data, threads, profile, batch_size
      ORDER BY CASE direction WHEN 'lower' THEN value ELSE -value END) AS rank
  FROM newest_values
  JOIN quantities USING (quantity)
  JOIN configurations USING (configuration)
  WHERE eligible = 1 AND direction <> 'neutral' AND value IS NOT NULL
) AS p;

CREATE VIEW leaderboard_accuracy AS
SELECT * FROM leaderboards WHERE tag = 'accuracy/top1';
CREATE VIEW leaderboard_throughput AS
SELECT * FROM leaderboards WHERE tag = 'throughput/inference/images';
CREATE VIEW leaderboard_latency AS
SELECT * FROM leaderboards WHERE tag = 'latency/inference/median';
CREATE VIEW leaderboard_memory AS
SELECT * FROM leaderboards WHERE tag = 'memory/inference/peak';
CREATE VIEW leaderboard_energy AS
SELECT * FROM leaderboards WHERE tag = 'energy/inference/image';
