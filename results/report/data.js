"use strict";
// The records of this file, read back from the columns that results/html_report_rows.cpp wrote.
const data = (() => {
  const raw = JSON.parse(document.getElementById("data").textContent);
  const {texts} = raw;
  // A column is a list, or the one value of all.
  const at = (column, i) => (Array.isArray(column) ? column[i] : column);
  const words = {nan: NaN, inf: Infinity, "-inf": -Infinity};
  const number = (value) => (typeof value === "string" ? words[value] : value);
  const quantities = raw.quantities.map(([tag, unit, direction, about]) => ({tag, unit, direction, about: texts[about]}));

  const fields = ["model", "family", "params", "weights", "methods", "task", "split", "data", "device", "device_name",
                  "precision", "threads", "protocol", "newest"];

  function readRows() {
    const flags = new Map();
    const flagsOf = (text) => {
      if (!flags.has(text)) flags.set(text, JSON.parse(text));
      return flags.get(text);
    };
    return Array.from({length: raw.rows.count}, (_, i) => {
      const row = {index: i, key: raw.rows.key[i], runs: raw.rows.runs[i].map((run) => raw.run_ids[run])};
      for (const field of fields) row[field] = texts[at(raw.rows[field], i)];
      row.flags = flagsOf(texts[at(raw.rows.flags, i)]);
      return row;
    });
  }

  // By tag: numbers by row, NaN where the row has none, and what the page asks of a few rows.
  function readFigure(column) {
    const count = raw.rows.count;
    const values = new Float64Array(count).fill(NaN);
    const places = new Int32Array(count).fill(-1);
    for (let place = 0; place < column.value.length; place += 1) {
      const row = column.row === null ? place : column.row[place];
      values[row] = number(column.value[place]);
      places[row] = place;
    }
    return {tag: column.tag, column, values, places, first: quantities[at(column.quantity, 0)]};
  }

  const rows = readRows();
  const figures = new Map(raw.rows.figures.map((column) => [column.tag, readFigure(column)]));
  const byKey = new Map(rows.map((row) => [row.key, row]));

  // A row's figure, or null. NaN and infinity are values.
  function figure(row, tag) {
    const known = figures.get(tag);
    const place = known ? known.places[row.index] : -1;
    if (place < 0) return null;
    const {column} = known;
    const quantity = quantities[at(column.quantity, place)];
    return {tag, unit: quantity.unit, direction: quantity.direction, about: quantity.about, value: known.values[row.index],
            low: number(at(column.low, place)), high: number(at(column.high, place)), n: at(column.n, place),
            batch: at(column.batch, place), bench: at(column.bench, place) === 1};
  }

  const ties = new Map(raw.ties.map((tied) => {
    const groupOf = new Int32Array(rows.length).fill(-1);
    tied.groups.forEach((group, i) => group.forEach((row) => { groupOf[row] = i; }));
    const pairs = new Map(tied.pairs.map((pair) => [`${pair[0]} ${pair[1]}`, pair]));
    return [tied.tag, {groupOf, groups: tied.groups, pairs}];
  }));

  // The paired test of two rows, seen from `a`, or null where they were not judged on the same samples.
  function pairedTest(tag, a, b) {
    const pairs = ties.get(tag)?.pairs;
    const forth = pairs?.get(`${a.index} ${b.index}`);
    const back = forth ? null : pairs?.get(`${b.index} ${a.index}`);
    if (!forth && !back) return null;
    const [, , samples, onlyFirst, onlySecond, p, adjusted, low, high] = forth ?? back;
    return forth ? {samples, onlyA: onlyFirst, onlyB: onlySecond, p, adjusted, low, high}
                 : {samples, onlyA: onlySecond, onlyB: onlyFirst, p, adjusted, low: -high, high: -low};
  }

  const runs = raw.runs.detailed.map((run) => ({
    ...run,
    id: raw.run_ids[run.id],
    measurements: run.measurements.map(([quantity, value, low, high, n]) =>
      ({...quantities[quantity], value: number(value), low: number(low), high: number(high), n})),
  }));
  const runById = new Map(runs.map((run) => [run.id, run]));
  const factsById = new Map(raw.runs.facts_of.flatMap((facts, i) => (facts === null ? [] : [[raw.run_ids[i], facts]])));

  // What is known of how a run was run: {kind, started_at, settings: [[name, value, origin]], provenance: [[name, value]]}.
  function specOf(id) {
    const facts = factsById.get(id);
    if (!facts) return null;
    const [kind, startedAt, settings, provenance] = facts;
    return {id, kind, started_at: startedAt, settings: settings.map((i) => raw.facts[i]), provenance: provenance.map((i) => raw.facts[i])};
  }

  const history = {
    ...raw.history,
    series: raw.history.series.map((series) => ({
      ...series,
      points: series.value.map((value, i) => ({when: series.when[i], commit: texts[series.commit[i]], isDirty: series.dirty[i] === 1,
                                               value: number(value), processes: series.processes[i]})),
      changes: series.changes.map(([point, before, after, isWorse]) => ({point, before, after, isWorse: isWorse === 1})),
    })),
  };

  // The columns first, then the rest as they are named.
  const collator = new Intl.Collator("en", {numeric: true});
  const others = [...figures.keys()].filter((tag) => !raw.columns.includes(tag)).sort(collator.compare);
  const columns = raw.columns.filter((tag) => figures.has(tag));

  return {yardstick: raw.yardstick, query: raw.query, runCount: raw.run_count, papers: raw.papers, history, collator,
          rows, figures, figure, columns, tags: [...columns, ...others], row: (key) => byKey.get(key) ?? null,
          ties, pairedTest, runs, run: (id) => runById.get(id) ?? null, hasSpec: (id) => factsById.has(id), specOf};
})();
