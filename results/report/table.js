"use strict";
// The leaderboard: sortable, with a row's details below it when its model is chosen.
const table = (() => {
  const {titleOf, unitText, el, breakable, deviceText, dateText, isNumber, isBetter} = page;
  const board = document.getElementById("board");
  const kPage = 200;
  const state = {sort: page.data.query.sort, isReversed: false, columns: [], limit: kPage, open: new Set()};

  const texts = {
    model: (row) => row.model,
    device: (row) => `${row.device_name} ${row.device} ${row.precision}`,
  };

  function directionOf(rows, tag) {
    return rows.find((row) => row.values[tag])?.values[tag].direction ?? "higher";
  }

  function sorted(rows) {
    const collator = new Intl.Collator("en", {numeric: true});
    const sign = state.isReversed ? -1 : 1;
    const tag = state.sort;
    const direction = directionOf(rows, tag);
    const compare = texts[tag]
      ? (a, b) => sign * collator.compare(texts[tag](a), texts[tag](b))
      : (a, b) => {
          const x = a.values[tag];
          const y = b.values[tag];
          if (isNumber(x) !== isNumber(y)) return isNumber(x) ? -1 : 1;
          if (!isNumber(x) || x.value === y.value) return 0;
          return sign * (isBetter(direction, x.value, y.value) ? -1 : 1);
        };
    // Array.sort is stable, so the order that the file gives breaks ties.
    return rows.slice().sort((a, b) => collator.compare(contestOf(a), contestOf(b)) || compare(a, b));
  }

  // Accuracy compares on the same data only; speed compares everywhere.
  function contestOf(row) {
    return hasContests ? `${row.task === "" ? 1 : 0} ${row.task} ${row.split} ${row.data}` : "";
  }
  let hasContests = false;
  const hasTasks = new Set(page.data.rows.map((row) => `${row.task} ${row.split}`)).size > 1;

  function contestTitle(row) {
    if (row.task === "") return "Not evaluated: speed alone";
    return `${row.task}, ${row.split} split` + (row.data ? `, data ${row.data.slice(0, 24)}` : "");
  }

  function bestOf(rows, tag) {
    const direction = directionOf(rows, tag);
    if (direction === "neutral") return new Map();
    const best = new Map();
    for (const row of rows) {
      if (!isNumber(row.values[tag])) continue;
      const contest = contestOf(row);
      const value = row.values[tag].value;
      if (!best.has(contest) || isBetter(direction, value, best.get(contest))) best.set(contest, value);
    }
    return best;
  }

  function heading(key, title, sub, className, isAscendingAtFirst, redraw) {
    const isSorted = state.sort === key;
    const isAscending = isAscendingAtFirst !== state.isReversed;
    return el("th", {scope: "col", class: className, "aria-sort": isSorted ? (isAscending ? "ascending" : "descending") : null},
      el("button", {type: "button", class: "sort", onclick: () => {
        state.isReversed = state.sort === key && !state.isReversed;
        state.sort = key;
        redraw();
        board.querySelector("[aria-sort] .sort").focus();
      }}, title, el("span", {class: "arrow", "aria-hidden": "true"}, isSorted ? (isAscending ? "▲" : "▼") : ""),
      sub ? el("span", {class: "sub"}, sub) : null));
  }

  function commonBatch(rows, tag) {
    const batches = new Set(rows.filter((row) => row.values[tag]).map((row) => row.values[tag].batch));
    return batches.size === 1 ? [...batches][0] : null;
  }

  function figureCell(row, tag, best, batch) {
    const value = row.values[tag];
    if (!value) return el("td", {class: "number"}, "–");
    const isBest = isNumber(value) && best.get(contestOf(row)) === value.value;
    return el("td", {class: `number${isBest ? " best" : ""}`},
      el("span", {class: "value"}, value.text.value),
      value.text.unit ? el("span", {class: "unit"}, ` ${unitText(tag, value)}`) : null,
      value.text.interval ? el("span", {class: "interval"}, value.text.interval) : null,
      value.batch && batch === null ? el("span", {class: "small"}, `batch ${value.batch}`) : null);
  }

  function details(row) {
    const tags = page.data.columns.filter((tag) => row.values[tag]);
    const others = Object.keys(row.values).filter((tag) => !tags.includes(tag));
    const list = [...tags, ...others].map((tag) => ({tag, ...row.values[tag]}));
    const found = row.runs.map(runs.get).filter(Boolean);
    return el("div", {class: "detail-body"},
      runs.measurements(list),
      found.length ? el("div", {}, el("h3", {}, "Runs behind this row"), ...found.map(runs.card)) : null);
  }

  // What every row of the file shares is said once, above the table.
  const shared = new Map([["params_text", "parameters"], ["protocol", "protocol"], ["precision", "precision"]]
    .filter(([field]) => new Set(page.data.rows.map((row) => row[field])).size === 1)
    .map(([field, title]) => [field, `${title} ${page.data.rows[0][field]}`])
    .filter(([field]) => page.data.rows[0][field] !== ""));
  const unlessShared = (row, field, lead = "") => (shared.has(field) || row[field] === "" ? null : lead + row[field]);

  function rowNodes(row, key, columns, redraw) {
    const isOpen = state.open.has(row);
    const id = `row-${key}`;
    const about = [row.methods_text, unlessShared(row, "params_text"), row.weights && `weights ${row.weights}`,
                   !hasContests && hasTasks && row.task ? `${row.task} (${row.split})` : null].filter(Boolean).join(" · ");
    const nodes = [el("tr", {class: isOpen ? "open" : null, id},
      el("td", {class: "model"},
        el("button", {type: "button", class: "toggle", "aria-expanded": String(isOpen), "aria-controls": `${id}-details`, onclick: () => {
          if (isOpen) state.open.delete(row); else state.open.add(row);
          redraw();
          document.querySelector(`#${id} .toggle`)?.focus();
        }}, ...breakable(row.model)),
        about ? el("span", {class: "small"}, about) : null,
        ...row.flags.map((flag) => el("span", {class: "flag"}, flag))),
      ...columns.map((column) => figureCell(row, column.tag, column.best, column.batch)),
      el("td", {class: "where"}, deviceText(row),
        el("span", {class: "small"}, [row.device, unlessShared(row, "precision"), unlessShared(row, "protocol", "protocol ")].filter(Boolean).join(" · "))))];
    if (isOpen) {
      nodes.push(el("tr", {id: `${id}-details`}, el("td", {class: "detail", colspan: columns.length + 2}, details(row))));
    }
    return nodes;
  }

  function draw(rows) {
    const redraw = () => draw(rows);
    hasContests = new Set(rows.map((row) => `${row.task}\n${row.split}\n${row.data}`)).size > 1 &&
      rows.some((row) => row.values[state.sort]?.bench === false);
    const columns = state.columns.map((tag) => ({tag, best: bestOf(rows, tag), batch: commonBatch(rows, tag)}));
    const ordered = sorted(rows);
    const body = el("tbody");
    let contest = null;
    ordered.slice(0, state.limit).forEach((row, i) => {
      if (hasContests && contestOf(row) !== contest) {
        contest = contestOf(row);
        body.append(el("tr", {class: "contest"}, el("th", {scope: "rowgroup", colspan: columns.length + 2}, contestTitle(row))));
      }
      body.append(...rowNodes(row, page.data.rows.indexOf(row), columns, redraw));
    });
    board.replaceChildren(
      el("thead", {}, el("tr", {},
        heading("model", "Model", null, "model", true, redraw),
        ...columns.map(({tag, batch}) => heading(tag, titleOf(tag), batch ? `batch ${batch}` : null, "number", directionOf(rows, tag) === "lower", redraw)),
        heading("device", "Machine", null, "where", true, redraw))),
      body);
    document.getElementById("count").textContent =
      `${rows.length} of ${page.data.rows.length} rows` + (rows.length ? `, newest ${dateText(d3.max(rows, (row) => row.newest))}` : "") +
      [...shared.values()].map((text) => ` · ${text}`).join("");
    const more = document.getElementById("more");
    more.hidden = ordered.length <= state.limit;
    more.textContent = `Show ${Math.min(kPage, ordered.length - state.limit)} more of ${ordered.length - state.limit}`;
    more.onclick = () => { state.limit += kPage; redraw(); };
  }

  function open(row, rows) {
    state.open.add(row);
    state.limit = Math.max(state.limit, sorted(rows).indexOf(row) + 1);
    draw(rows);
    const node = document.getElementById(`row-${page.data.rows.indexOf(row)}`);
    node?.scrollIntoView({block: "center"});
    node?.querySelector(".toggle")?.focus();
  }

  return {draw, open, state};
})();
