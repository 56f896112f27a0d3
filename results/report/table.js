"use strict";
// The leaderboard's table: a page of rows, sorted, with places that say which rows are not told apart.
const table = (() => {
  const {titleOf, textOf, unitText, el, byId, breakable, deviceText, rowName, flags, isBetter, isNumber} = page;
  const board = byId("board");
  const kRows = 100;

  const directionOf = (tag) => data.figures.get(tag)?.first.direction ?? "higher";
  const scoredTags = new Map(data.tags.map((tag) => {
    const {bench} = data.figures.get(tag).column;
    return [tag, Array.isArray(bench) ? bench.includes(0) : bench === 0];
  }));

  // Accuracy compares on the same data only; speed compares everywhere.
  const contestKey = (row) => `${row.task}\n${row.split}\n${row.data}`;
  const contestRanks = (() => {
    const contests = new Map(data.rows.map((row) => [contestKey(row), row]));
    const ordered = [...contests].sort(([, a], [, b]) => (a.task === "") - (b.task === "") ||
      data.collator.compare(a.task, b.task) || data.collator.compare(a.split, b.split) || data.collator.compare(a.data, b.data));
    const places = new Map(ordered.map(([key], i) => [key, i]));
    return Int32Array.from(data.rows, (row) => places.get(contestKey(row)));
  })();
  const hasTasks = new Set(data.rows.map((row) => `${row.task} ${row.split}`)).size > 1;

  function contestTitle(row) {
    if (row.task === "") return "Not evaluated: speed alone";
    return `${row.task}, ${row.split} split${row.data ? `, data ${row.data.slice(0, 24)}` : ""}`;
  }

  // Numbers by row that order texts as people would; each column's are worked out when first asked for.
  const texts = {
    model: (row) => `${row.model} ${row.methods} ${row.weights}`,
    device: (row) => `${row.device_name} ${row.device} ${row.precision}`,
  };
  const textRanks = new Map();
  function ranksOf(key) {
    if (!textRanks.has(key)) {
      const ordered = [...new Set(data.rows.map(texts[key]))].sort(data.collator.compare);
      const places = new Map(ordered.map((text, i) => [text, i]));
      textRanks.set(key, Float64Array.from(data.rows, (row) => places.get(texts[key](row))));
    }
    return textRanks.get(key);
  }

  // Best first, or as a dictionary does; `isReversed` turns it. What has no figure comes last.
  function sorted(rows, sort, isReversed) {
    const hasContests = scoredTags.get(sort) === true;
    const numbers = texts[sort] ? ranksOf(sort) : data.figures.get(sort)?.values;
    const isAscending = (texts[sort] || directionOf(sort) === "lower" ? 1 : -1) * (isReversed ? -1 : 1) > 0;
    // Array.sort is stable, so the order that the file gives breaks ties.
    return rows.slice().sort((a, b) => {
      if (hasContests && contestRanks[a.index] !== contestRanks[b.index]) return contestRanks[a.index] - contestRanks[b.index];
      if (!numbers) return 0;
      const x = numbers[a.index];
      const y = numbers[b.index];
      if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) - Number.isNaN(y);
      return isAscending ? x - y : y - x;
    });
  }

  // The place of each row in its contest, best first: {first, last}, more than one where rows are not told apart.
  function placesOf(ordered, sort, isReversed) {
    const places = new Map();
    const values = data.figures.get(sort)?.values;
    if (!values || directionOf(sort) === "neutral") return places;
    const ties = data.ties.get(sort);
    const ranked = ordered.filter((row) => !Number.isNaN(values[row.index]));
    const contests = d3.groups(ranked, (row) => (scoredTags.get(sort) ? contestRanks[row.index] : 0));
    for (const [, members] of contests) {
      const best = isReversed ? members.slice().reverse() : members;
      for (let first = 0; first < best.length;) {
        const group = ties?.groupOf[best[first].index] ?? -1;
        const isTied = (row) => (group >= 0 && ties.groupOf[row.index] === group) || values[row.index] === values[best[first].index];
        let last = first;
        while (last + 1 < best.length && isTied(best[last + 1])) last += 1;
        for (let i = first; i <= last; i += 1) places.set(best[i], {first: first + 1, last: last + 1});
        first = last + 1;
      }
    }
    return places;
  }

  function bestOf(rows, tag) {
    const best = new Map();
    const direction = directionOf(tag);
    if (direction === "neutral") return best;
    const {values} = data.figures.get(tag);
    for (const row of rows) {
      const value = values[row.index];
      const contest = scoredTags.get(tag) ? contestRanks[row.index] : 0;
      if (!Number.isNaN(value) && (!best.has(contest) || isBetter(direction, value, best.get(contest)))) best.set(contest, value);
    }
    return best;
  }

  function commonBatch(rows, tag) {
    const {batch: all} = data.figures.get(tag).column;
    if (!Array.isArray(all)) return all || null;
    let common = null;
    for (const row of rows) {
      const batch = data.figure(row, tag)?.batch;
      if (batch === undefined) continue;
      if (common !== null && common !== batch) return null;
      common = batch;
    }
    return common || null;
  }

  function heading(key, title, sub, className, isAscendingAtFirst, view) {
    const isSorted = view.sort === key;
    const isAscending = isAscendingAtFirst !== view.isReversed;
    return el("th", {scope: "col", class: className, "aria-sort": isSorted ? (isAscending ? "ascending" : "descending") : null},
      el("button", {type: "button", class: "sort", "data-focus": `sort ${key}`, onclick: () => view.onSort(key, isSorted && !view.isReversed)},
        title, el("span", {class: "arrow", "aria-hidden": "true"}, isSorted ? (isAscending ? "▲" : "▼") : ""),
        sub ? el("span", {class: "sub"}, sub) : null));
  }

  function figureCell(row, column) {
    const value = data.figure(row, column.tag);
    if (value === null) return el("td", {class: "number none"}, "–");
    const text = textOf(value);
    const contest = scoredTags.get(column.tag) ? contestRanks[row.index] : 0;
    const isBest = isNumber(value) && column.best.get(contest) === value.value;
    return el("td", {class: `number${isBest ? " best" : ""}`},
      el("span", {class: "value"}, text.value),
      text.unit ? el("span", {class: "unit"}, ` ${unitText(value, text)}`) : null,
      text.interval ? el("span", {class: "interval"}, text.interval) : null,
      value.batch && column.batch === null ? el("span", {class: "small"}, `batch ${value.batch}`) : null);
  }

  // What every row of the file shares is said once, above the table.
  const shared = new Map([["protocol", "protocol"], ["precision", "precision"]]
    .filter(([field]) => data.rows.length > 0 && new Set(data.rows.map((row) => row[field])).size === 1)
    .map(([field, title]) => [field, `${title} ${data.rows[0][field]}`])
    .filter(([field]) => data.rows[0][field] !== ""));
  // The model's name says its parameters where all its rows have the same; a row's own view has them.
  const paramsOf = d3.rollup(data.rows, (rows) => new Set(rows.map((row) => row.params)).size, (row) => row.model);
  const ownParams = (row) => (paramsOf.get(row.model) > 1 ? row.params : null);
  const unlessShared = (row, field, lead = "") => (shared.has(field) || row[field] === "" ? null : lead + row[field]);

  function rowNode(row, view, columns, places, neighbours) {
    const place = places.get(row);
    const isTied = place !== undefined && place.first !== place.last;
    const about = [row.methods, ownParams(row), row.weights && `weights ${row.weights}`,
                   !columns.hasContests && hasTasks && row.task ? `${row.task} (${row.split})` : null].filter(Boolean).join(" · ");
    const tick = el("input", {type: "checkbox", checked: view.chosen.includes(row.key), "data-focus": `tick ${row.key}`,
                              "aria-label": `Compare ${rowName(row)}`, onchange: () => view.onTick(row, tick.checked)});
    const placeClass = isTied ? `place tied${neighbours.isFirst ? " first" : ""}${neighbours.isLast ? " last" : ""}` : "place";
    return el("tr", {class: view.chosen.includes(row.key) ? "chosen" : null, "data-key": row.key},
      el("td", {class: "tick"}, el("label", {class: "target"}, tick)),
      el("td", {class: placeClass}, !place ? "" : isTied ? `${place.first}–${place.last}` : String(place.first)),
      el("th", {scope: "row", class: "model"},
        el("a", {href: router.href(["row", row.key]), "data-focus": `row ${row.key}`}, ...breakable(row.model)),
        about ? el("span", {class: "small"}, about) : null,
        ...flags(row.flags)),
      ...columns.list.map((column) => figureCell(row, column)),
      el("td", {class: "where"}, deviceText(row),
        el("span", {class: "small"}, [row.device, unlessShared(row, "precision"), unlessShared(row, "protocol", "protocol ")].filter(Boolean).join(" · "))));
  }

  // view: {sort, isReversed, columns, page, chosen, onSort, onTick, onPage}.
  function draw(rows, view) {
    const ordered = sorted(rows, view.sort, view.isReversed);
    const places = placesOf(ordered, view.sort, view.isReversed);
    const count = Math.max(1, Math.ceil(ordered.length / kRows));
    const current = Math.min(Math.max(view.page, 1), count);
    const shown = ordered.slice((current - 1) * kRows, current * kRows);
    const columns = {
      list: view.columns.map((tag) => ({tag, best: bestOf(rows, tag), batch: commonBatch(rows, tag)})),
      hasContests: scoredTags.get(view.sort) === true && new Set(rows.map((row) => contestRanks[row.index])).size > 1,
    };
    const body = el("tbody");
    const samePlace = (a, b) => a !== undefined && b !== undefined && places.get(a) !== undefined && places.get(a)?.first === places.get(b)?.first &&
      (!columns.hasContests || contestRanks[a.index] === contestRanks[b.index]);
    shown.forEach((row, i) => {
      const isNewContest = columns.hasContests && (i === 0 || contestRanks[shown[i - 1].index] !== contestRanks[row.index]);
      if (isNewContest) {
        body.append(el("tr", {class: "contest"}, el("th", {scope: "rowgroup", colspan: columns.list.length + 4}, el("span", {}, contestTitle(row)))));
      }
      body.append(rowNode(row, view, columns, places, {isFirst: !samePlace(shown[i - 1], row), isLast: !samePlace(row, shown[i + 1])}));
    });
    page.keepingFocus(board, () => board.replaceChildren(
      el("caption", {class: "hidden"}, "Leaderboard; a column's button sorts by it, a row's box chooses it for a comparison"),
      el("thead", {}, el("tr", {},
        el("th", {scope: "col", class: "tick"}, el("span", {class: "hidden"}, "Compare")),
        el("th", {scope: "col", class: "place"}, el("abbr", {title: "Place; rows that share one are not told apart"}, "#")),
        heading("model", "Model", null, "model", true, view),
        ...columns.list.map(({tag, batch}) => heading(tag, titleOf(tag), batch ? `batch ${batch}` : null, "number", directionOf(tag) === "lower", view)),
        heading("device", "Machine", null, "where", true, view))),
      body));
    const label = `${((current - 1) * kRows + 1).toLocaleString("en")}–${Math.min(current * kRows, ordered.length).toLocaleString("en")} of ${ordered.length.toLocaleString("en")}`;
    page.pager(byId("pages"), {page: current, count, label}, view.onPage);
    byId("no-rows").hidden = ordered.length > 0;
    return {ordered, tiedRows: [...places.values()].filter((place) => place.first !== place.last).length};
  }

  return {draw, sorted, shared, directionOf, isScored: (tag) => scoredTags.get(tag) === true};
})();
