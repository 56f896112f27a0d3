#include "cli/manual_text.h"

namespace yardstick::cli {

const char* const kManualOpening = R"(# The command line

This page is printed by `yardstick help --markdown` from the tables that the parser itself uses; a
test compares the two.

    yardstick COMMAND [arguments] [options]

stdout carries results only. Progress, warnings and errors go to stderr: a bar with loss, speed and
time left on a terminal, one line an epoch in a pipe, nothing with `--quiet`. An error is one line
that names the file or option, what is wrong, and what to do.

## Exit codes

| code | meaning |
| --- | --- |
| 0 | all good |
| 1 | it ran, but a run failed or was interrupted, a golden case or a check did not pass |
| 2 | usage: an unknown name, option or setting, a broken configuration, nothing matched |
| 3 | data: a missing or broken file, a wrong key or hash |
| 4 | environment: no such device, out of memory, disk full, a folder that cannot be written |
| 5 | not resolved: a gate that could not decide |
| 70 | internal error: a bug in Yardstick, or a failure inside LibTorch |

Ctrl-C (or SIGTERM) ends a run at the next step: what is done is kept, `train` writes a last
checkpoint, the record says `interrupted`, and the exit code is 1. A second Ctrl-C kills. A reader
that closes stdout early (`| head`) stops nothing.

## Where a setting comes from

Defaults, then the file given with `--config`, then flags; later ones win. `--dry-run` prints the
resolved specification with the origin of each value and runs nothing; records store it.

A configuration file is JSON with `//` and `/* */` comments. Its keys are the command's options with
`_` in place of `-`, and also `model`, `set` (an object with the model's parameters) and `about` (a
remark, ignored). Lists are JSON lists. An unknown key, a value of another type or out of range is
refused with file, line, column and the nearest spelling:

    {
      "about": "a small ViT on the digits",
      "model": "vit_nano_patch4_28",
      "task": "digits",
      "set": {"drop_path": 0.05},
      "epochs": 4,      // --epochs 5 on the command line wins
      "lr": 0.002
    }

## Environment variables

| variable | meaning |
| --- | --- |
| `YARDSTICK_DB` | results database where `--db` is not given |
| `YARDSTICK_PLUGIN_PATH` | folders, parted by `:`, whose `*.so` are loaded as plug-ins |
| `YARDSTICK_SHARE` | folder with data, configurations and report assets; else `share/yardstick` beside the executable's folder |
)";

const char* const kManualClosing = R"(## JSON

`--json` prints one document. Keys are only ever added; a figure that does not exist is `null`.

- `list`: `{"models": [...], "methods": [...], "objectives": [...], "tasks": [...], "metrics": [...]}`,
  only the kinds asked for. Each entry has `name`, `summary` and `origin`; models also `family`, `input_shape` and
  `test_variant`.
- `show`: one object with `kind` (`model`, `method`, `objective`, `task` or `metric`), `name`, `summary`, `origin`
  and, for a model, `family`, `paper`, `official_repository`, `licence`, `input_shape`,
  `preprocessing`, `parameters`, `buffer_elements`, `tensors`, `settings` (name, default, takes, help,
  min, max, choices), `values` and `weights` (tag, file_name, url, sha256, licence, classes, published,
  preprocessing).
- `train`, `eval`, `bench`: `{"runs": [record, ...]}`; [results-schema.md](results-schema.md)
  describes a record. With `--dry-run`: `{"command": ..., "spec": {name: {"value", "origin"}}}`.
- `verify`: `{"passed", "cases_found", "cases_failed", "cases": [...]}`; each case has `path`, `name`,
  `family`, `passed`, `reason` and `tensors` (name, passed, max_abs, max_rel, share_of_tolerance,
  worst_at, reason).
- `data check`: `root`, `sha256`, `files`, `images_per_split`, `classes`, `bad` (name, reason).
  [data.md](data.md) describes the passport file.
- `plugin check`: `path`, `name`, `version`, `abi`, `libtorch`, `registers` (names by kind), `models`
  (name, passed, `checks` with check, passed, detail), `passed`.
- `doctor`: `build`, `host`, `gpu` (null without one), `files`, `database`, `plugins`, and `findings`
  (level `problem`, `warning` or `note`, what, remedy).
- `results list`: `{"runs": [...]}`, one run a line: `id, kind, status, reason, started_at, duration_s, model, weights,
  methods, task, split, device, device_name, precision, batch_size, on_leaderboard` and `headline` (tag, value, low, high,
  unit; null without a figure).
- `results show`: a record as [results-schema.md](results-schema.md) describes it, each series of samples with `summary`
  (min, q1, median, q3, max); with `--samples` its values instead.
- `results diff`: `a` and `b` (id, started_at); `run`, `settings`, `protocol`, `environment`: what differs by name, `a` and
  `b` each, `a_origin` and `b_origin` of settings; `measurements` by tag: `a`, `b`, `relative`, `intervals_overlap`.
- `results query --json`: a list of objects, one a row.
- `results merge`, `results import`: `into`, `runs` (in it now) and `merged` or `imported`: a list with `from`, `added`,
  `already_there`; of an import also `kept`, `refused`, `problems` (what, conflict).
- `results prune`: `database, condition, extent, runs, series, outcomes, bytes, kept_because_shown, removed`, `ids` with
  `--dry-run`, `file_bytes` (before, after) with `--vacuum`.
- `results backup`: `from, to, runs, bytes`. `results check`: `database, good, runs, checks` (check, state `ok`, `bad` or
  `skipped`, detail, remedy, runs).
- `leaderboard`: as [results-schema.md](results-schema.md) describes it.
- `schema`: `{"schemas": [...]}` (name, title, path); with a name, that JSON Schema.
  [formats.md](formats.md) says which documents have one.
- `badge`: what an endpoint badge of shields.io reads.
)";

}  // namespace yardstick::cli
