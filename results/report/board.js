"use strict";
// The leaderboard view: filters, cards, chart and table, and the overview of all trade-offs. What is
// chosen stands in the address.
const board = (() => {
  const {titleOf, inSentence, textOf, unitText, el, byId, breakable, plural, isNumber, isBetter, hasInterval, rowName, shortName, dateText} = page;
  const {rows, tags, columns} = data;

  // name in the address, label, texts of a row.
  const methodNames = (row) => (row.methods === "" ? ["none"] : row.methods.split(" + ").map((method) => method.replace(/\(.*$/, "")));
  const filters = [
    {name: "task", label: "Task", of: (row) => [row.task]},
    {name: "family", label: "Family", of: (row) => [row.family]},
    {name: "model", label: "Model", of: (row) => [row.model]},
    {name: "method", label: "Method", of: methodNames},
    {name: "device", label: "Machine", of: (row) => [row.device_name || row.device]},
    {name: "precision", label: "Precision", of: (row) => [row.precision]},
  ];
  for (const filter of filters) {
    filter.texts = rows.map(filter.of);
    filter.values = [...new Set(filter.texts.flat())].filter((value) => value !== "").sort(data.collator.compare);
  }
  // Accuracy on different tasks does not compare, so one is chosen to begin with.
  const defaultTask = filters[0].values.length > 1
    ? d3.greatest(filters[0].values, (value) => rows.filter((row) => row.task === value).length) : "";
  const kAll = "*";
  const searchTexts = rows.map((row) => [row.model, row.weights, row.methods, row.params, row.task, row.device, row.device_name, row.precision, ...row.flags]
    .join(" ").toLowerCase());

  const kind = (tag) => tag.split("/")[0];
  const defaultY = columns[0] ?? tags[0] ?? "";
  const defaultX = columns.find((tag) => kind(tag) !== kind(defaultY)) ?? tags.find((tag) => tag !== defaultY) ?? "";
  const defaultSort = columns[0] ?? "model";
  let state = {};

  function read(parameters) {
    const known = (tag, fallback) => (data.figures.has(tag) ? tag : fallback);
    const chosen = Object.fromEntries(filters.map(({name}) => [name, parameters[name] ?? (name === "task" ? defaultTask : "")]));
    const sort = parameters.sort === "model" || parameters.sort === "device" ? parameters.sort : known(parameters.sort, defaultSort);
    return {
      filters: chosen, search: parameters.q ?? "", sort, isReversed: parameters.dir === "reversed",
      columns: parameters.cols === undefined ? columns : parameters.cols.split(",").filter((tag) => data.figures.has(tag)),
      page: Number.parseInt(parameters.page ?? "1", 10) || 1,
      chosen: (parameters.pick ?? "").split(",").filter((key) => data.row(key)),
      x: known(parameters.x, defaultX), y: known(parameters.y, defaultY),
      isLogX: parameters.logx !== "0", isLogY: parameters.logy === "1",
    };
  }

  // Only what differs from the beginning.
  function parametersOf(s) {
    const unless = (value, usual) => (value === usual ? "" : value);
    return {
      q: s.search, ...Object.fromEntries(filters.map(({name}) => [name, unless(s.filters[name], name === "task" ? defaultTask : "")])),
      sort: unless(s.sort, defaultSort), dir: s.isReversed ? "reversed" : "",
      cols: unless(s.columns.join(","), columns.join(",")), page: s.page > 1 ? s.page : "", pick: s.chosen.join(","),
      x: unless(s.x, defaultX), y: unless(s.y, defaultY), logx: s.isLogX ? "" : "0", logy: s.isLogY ? "1" : "",
    };
  }

  const address = (changes = {}) => parametersOf({...state, ...changes});
  const here = () => (state.isOverview ? ["tradeoffs"] : []);
  function change(changes, isStep = true) {
    router.go(router.href(here(), address({page: 1, ...changes})), isStep);
  }

  function visibleRows() {
    const wanted = state.search.toLowerCase().split(/\s+/).filter(Boolean);
    const active = filters.filter(({name}) => state.filters[name] !== "" && state.filters[name] !== kAll);
    return rows.filter((row) => {
      for (const {name, texts} of active) {
        const own = texts[row.index];
        // A row that was not evaluated belongs to no task, and is shown with each.
        if (!own.includes(state.filters[name]) && !(name === "task" && own[0] === "")) return false;
      }
      return wanted.every((word) => searchTexts[row.index].includes(word));
    });
  }

  function select(label, id, options, onChange) {
    const node = el("select", {id, onchange: () => onChange(node.value)}, ...options.map(([value, text]) => el("option", {value}, text)));
    return el("label", {}, label, node);
  }

  // A select has no room for thousands of names: a field that proposes them does.
  function field(label, id, values, onChange) {
    const list = el("datalist", {id: `${id}-list`}, ...values.map((value) => el("option", {value})));
    const node = el("input", {id, type: "search", list: list.id, autocomplete: "off", placeholder: `one of ${values.length.toLocaleString("en")}`,
                              onchange: () => onChange(values.includes(node.value) ? node.value : "")});
    return el("label", {}, label, node, list);
  }

  const kMostOptions = 200;
  function addFilters() {
    const form = byId("filters");
    form.addEventListener("submit", (event) => event.preventDefault());
    const search = byId("search");
    search.addEventListener("input", () => change({search: search.value}, false));
    for (const {name, label, values} of filters) {
      if (values.length < 2) continue;
      const onChange = (value) => change({filters: {...state.filters, [name]: value}});
      const all = name === "task" ? kAll : "";
      form.append(values.length > kMostOptions ? field(label, `filter-${name}`, values, onChange)
        : select(label, `filter-${name}`, [[all, "all"], ...values.map((value) => [value, value])], onChange));
    }
    form.append(el("button", {type: "button", id: "clear", class: "plain", onclick: () => {
      change({filters: Object.fromEntries(filters.map(({name}) => [name, name === "task" ? defaultTask : ""])), search: ""});
    }}, "Clear"));
  }

  function addAxes() {
    const options = tags.map((tag) => [tag, titleOf(tag)]);
    const tick = (name, label) => {
      const node = el("input", {type: "checkbox", id: `log-${name}`, onchange: () => change({[name]: node.checked, page: state.page})});
      return el("label", {class: "tick"}, node, label);
    };
    byId("axes").append(
      select("Up", "axis-y", options, (value) => change({y: value, page: state.page})),
      select("Across", "axis-x", options, (value) => change({x: value, page: state.page})),
      el("div", {class: "ticks"}, tick("isLogX", "logarithmic across"), tick("isLogY", "logarithmic up")));
    byId("overview-axes").append(select("Up", "axis-y-overview", options, (value) => change({y: value})));
  }

  function addColumns() {
    const groups = d3.groups(tags, kind);
    byId("columns").append(...groups.map(([name, members]) => el("fieldset", {}, el("legend", {}, page.capitalised(name)), ...members.map((tag) => {
      const tick = el("input", {type: "checkbox", value: tag, onchange: () => {
        const chosen = new Set(state.columns);
        if (tick.checked) chosen.add(tag); else chosen.delete(tag);
        change({columns: tags.filter((other) => chosen.has(other)), page: state.page});
      }});
      return el("label", {}, tick, ` ${titleOf(tag)}`);
    }))));
    const chooser = document.querySelector(".chooser");
    const close = () => { chooser.open = false; };
    chooser.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      close();
      chooser.querySelector("summary").focus();
    });
    document.addEventListener("click", (event) => { if (!chooser.contains(event.target)) close(); });
  }

  // What the address says, in the controls.
  function fillControls() {
    const search = byId("search");
    if (search.value !== state.search) search.value = state.search;
    for (const {name} of filters) {
      const node = byId(`filter-${name}`);
      if (node) node.value = state.filters[name];
    }
    byId("clear").hidden = state.search === "" && filters.every(({name}) => state.filters[name] === (name === "task" ? defaultTask : ""));
    byId("axis-x").value = state.x;
    byId("axis-y").value = state.y;
    byId("log-isLogX").checked = state.isLogX;
    byId("log-isLogY").checked = state.isLogY;
    for (const tick of byId("columns").querySelectorAll("input")) tick.checked = state.columns.includes(tick.value);
  }

  function card(tag, visible) {
    const direction = table.directionOf(tag);
    const {values} = data.figures.get(tag);
    const measured = visible.filter((row) => !Number.isNaN(values[row.index]));
    if (direction === "neutral" || measured.length === 0) return null;
    const best = measured.reduce((a, b) => (isBetter(direction, values[b.index], values[a.index]) ? b : a));
    const value = data.figure(best, tag);
    const text = textOf(value);
    const ties = data.ties.get(tag);
    const group = ties?.groupOf[best.index] ?? -1;
    const tied = group < 0 ? 0 : measured.filter((row) => ties.groupOf[row.index] === group).length - 1;
    return el("li", {class: "card"},
      el("div", {class: "what"}, `${direction === "lower" ? "Lowest" : "Highest"} ${inSentence(titleOf(tag))}`),
      el("div", {class: "value"}, text.value, el("span", {class: "unit"}, ` ${unitText(value, text)}`)),
      el("div", {class: "interval"}, [text.interval, value.batch && `batch ${value.batch}`].filter(Boolean).join(", ") || "\u00a0"),
      el("a", {class: "who", href: router.href(["row", best.key])}, ...breakable(shortName(best))),
      tied > 0 ? el("div", {class: "interval"}, `not told apart from ${plural(tied, "other")}`) : null);
  }

  function tiesNote(tag) {
    if (!data.figures.has(tag) || table.directionOf(tag) === "neutral") return "";
    if (data.ties.get(tag)?.pairs.size) return "Rows that share a place are not told apart at 5 %: McNemar’s exact test on the same samples, Holm over all pairs; where outcomes are missing, overlapping intervals.";
    if (data.ties.get(tag)?.groups.length) return "Rows that share a place are not told apart: their 95 % intervals overlap.";
    return "";
  }

  function drawTable(visible) {
    const result = table.draw(visible, {
      sort: state.sort, isReversed: state.isReversed, columns: state.columns, page: state.page, chosen: state.chosen,
      onSort: (sort, isReversed) => change({sort, isReversed}),
      onTick: tick,
      onPage: (number) => change({page: number}),
    });
    const newest = d3.max(visible, (row) => row.newest);
    byId("count").textContent = `${visible.length.toLocaleString("en")} of ${plural(rows.length, "row")}${newest ? `, newest ${dateText(newest)}` : ""}`;
    byId("shared").textContent = [...table.shared.values()].join(" · ");
    byId("shared").hidden = table.shared.size === 0;
    byId("ties-note").textContent = result.tiedRows ? tiesNote(state.sort) : "";
  }

  // Two rows at most: a third takes the place of the first.
  function tick(row, isChosen) {
    const others = state.chosen.filter((key) => key !== row.key);
    change({chosen: isChosen ? [...others, row.key].slice(-2) : others, page: state.page}, false);
  }

  function drawChosen() {
    const bar = byId("chosen");
    const chosen = state.chosen.map(data.row);
    bar.hidden = chosen.length === 0;
    page.keepingFocus(bar, () => bar.replaceChildren(
      el("p", {role: "status"}, chosen.length === 1 ? `${rowName(chosen[0])}: tick a second row to compare it with` : chosen.map(rowName).join("  against  ")),
      chosen.length === 2 ? el("a", {class: "button", id: "compare", href: router.href(["compare", ...state.chosen])}, "Compare head to head") : null,
      el("button", {type: "button", class: "plain", "data-focus": "clear", onclick: () => change({chosen: [], page: state.page}, false)}, "Clear")));
    document.body.classList.toggle("has-chosen", chosen.length > 0);
  }

  function drawChart(visible) {
    if (state.x && state.y) chart.draw(visible, {xTag: state.x, yTag: state.y, isLogX: state.isLogX, isLogY: state.isLogY});
  }

  // Quality against each cost that rows have: what is chosen up, across all figures with a better direction or none of quality.
  const costs = ["throughput/inference/images", "latency/inference/median", "memory/inference/peak", "memory/peak", "macs/image", "model/macs", "params/total",
                 "model/parameters", "energy/inference/image", "throughput/training/images", "memory/training/peak", "time/train"];
  function drawOverview(visible) {
    const shown = costs.filter((tag) => data.figures.has(tag) && tag !== state.y && visible.some((row) => isNumber(data.figure(row, tag)) && isNumber(data.figure(row, state.y))));
    chart.overview(visible, state.y, shown, (tag) => router.href([], address({x: tag, page: 1})));
  }

  function draw() {
    if (rows.length === 0) {
      for (const node of document.querySelectorAll("#view-board [data-only], #filters")) node.hidden = true;
      byId("empty").hidden = false;
      return;
    }
    const visible = visibleRows();
    fillControls();
    byId("overview-link").href = router.href(["tradeoffs"], address({page: 1}));
    for (const node of document.querySelectorAll("#view-board [data-only]")) node.hidden = (node.dataset.only === "overview") !== state.isOverview;
    if (state.isOverview) {
      byId("chosen").hidden = true;
      byId("axis-y-overview").value = state.y;
      byId("overview-count").textContent = plural(visible.length, "row");
      drawOverview(visible);
      return;
    }
    byId("highlights").replaceChildren(...columns.slice(0, 6).map((tag) => card(tag, visible)).filter(Boolean).slice(0, 4));
    drawChart(visible);
    drawTable(visible);
    drawChosen();
  }

  function show(isOverview) {
    return (_, parameters) => {
      state = {...read(parameters), isOverview};
      byId("board-title").textContent = isOverview ? "All trade-offs" : "Leaderboard";
      draw();
    };
  }

  function addViews() {
    addFilters();
    addAxes();
    addColumns();
    router.add({name: "board", show: show(false)});
    router.add({name: "tradeoffs", section: "board", show: show(true)});
    let width = document.body.clientWidth;
    window.addEventListener("resize", () => {
      if (document.body.clientWidth === width || byId("view-board").hidden) return;
      width = document.body.clientWidth;
      draw();
    });
  }

  return {addViews};
})();
