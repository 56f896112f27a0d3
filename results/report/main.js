"use strict";
// Wires filters, chart, table and the list of runs.
(() => {
  const {data, titleOf, inSentence, unitText, el, breakable, dateText, isNumber, isBetter} = page;
  const {rows} = data;
  const tags = [...new Set(rows.flatMap((row) => Object.keys(row.values)))].sort();

  function unique(values) {
    return [...new Set(values)].filter((value) => value !== "").sort(new Intl.Collator("en", {numeric: true}).compare);
  }

  function summary() {
    const count = (n, one, many) => `${n.toLocaleString("en")} ${n === 1 ? one : many}`;
    const times = data.runs.map((run) => run.started_at).concat(rows.map((row) => row.newest));
    const parts = [count(rows.length, "configuration", "configurations"),
                   count(new Set(rows.map((row) => row.model)).size, "model", "models")];
    if (data.run_count) parts.push(count(data.run_count, "run", "runs"));
    parts.push(unique(rows.map((row) => row.device_name || row.device)).join(", "));
    if (times.length) {
      const day = (time) => time.slice(0, 10);
      const [first, last] = [day(d3.min(times)), day(d3.max(times))];
      parts.push(first === last ? first : `${first} to ${last}`);
    }
    document.getElementById("summary").textContent = parts.filter(Boolean).join(" · ");
    document.getElementById("made").textContent = `Made by Yardstick ${data.yardstick}. This file holds everything it shows and asks the network for nothing.`;
  }

  function highlights(visible) {
    const cards = data.columns.slice(0, 4).map((tag) => {
      const measured = visible.filter((row) => isNumber(row.values[tag]));
      const direction = measured[0]?.values[tag].direction;
      if (!direction || direction === "neutral") return null;
      const best = measured.reduce((a, b) => (isBetter(direction, b.values[tag].value, a.values[tag].value) ? b : a));
      const value = best.values[tag];
      return el("div", {class: "card"},
        el("div", {class: "what"}, `${direction === "lower" ? "Lowest" : "Highest"} ${inSentence(titleOf(tag))}`),
        el("div", {class: "value"}, `${value.text.value} ${unitText(tag, value)}`),
        el("div", {class: "interval"}, [value.text.interval, value.batch && `batch ${value.batch}`].filter(Boolean).join(", ") || "\u00a0"),
        el("div", {class: "who"}, ...breakable([best.model, best.methods_text].filter(Boolean).join(" + "))));
    });
    document.getElementById("highlights").replaceChildren(...cards.filter(Boolean));
  }

  function select(label, id, options, chosen, onChange) {
    const node = el("select", {id, onchange: () => onChange(node.value)},
      ...options.map(([value, text]) => el("option", {value, selected: value === chosen}, text)));
    return el("label", {}, label, node);
  }

  const filters = {search: "", task: "", device_name: "", precision: "", family: ""};
  const axes = {yTag: "", xTag: "", isLog: true};

  function visibleRows() {
    const words = filters.search.toLowerCase().split(/\s+/).filter(Boolean);
    return rows.filter((row) => {
      for (const field of ["task", "device_name", "precision", "family"]) {
        if (filters[field] !== "" && row[field] !== "" && row[field] !== filters[field]) return false;
      }
      const text = [row.model, row.weights, row.methods_text, row.params_text, row.task, row.device, row.device_name, row.precision, ...row.flags]
        .join(" ").toLowerCase();
      return words.every((word) => text.includes(word));
    });
  }

  function drawChart(visible) {
    if (axes.xTag && axes.yTag) chart.draw(visible, axes, (row) => table.open(row, visible));
  }

  function draw() {
    const visible = visibleRows();
    table.state.limit = 200;
    highlights(visible);
    drawChart(visible);
    table.draw(visible);
  }

  function addFilters() {
    const form = document.getElementById("filters");
    form.addEventListener("submit", (event) => event.preventDefault());
    const search = document.getElementById("search");
    search.addEventListener("input", () => { filters.search = search.value; draw(); });
    for (const [field, label] of [["task", "Task"], ["family", "Family"], ["device_name", "Machine"], ["precision", "Precision"]]) {
      const values = unique(rows.map((row) => row[field]));
      if (values.length < 2) continue;
      // Accuracy on different tasks does not compare, so one is chosen to begin with.
      if (field === "task") filters.task = d3.greatest(values, (value) => rows.filter((row) => row.task === value).length);
      form.append(select(label, `filter-${field}`, [["", "all"], ...values.map((value) => [value, value])], filters[field],
        (value) => { filters[field] = value; draw(); }));
    }
  }

  // The first column, accuracy as a rule, against the first other that is not of the same kind.
  function addAxes() {
    axes.yTag = data.columns[0] ?? tags[0] ?? "";
    const kind = (tag) => tag.split("/")[0];
    axes.xTag = data.columns.find((tag) => kind(tag) !== kind(axes.yTag)) ?? tags.find((tag) => tag !== axes.yTag) ?? "";
    const ordered = [...data.columns, ...tags.filter((tag) => !data.columns.includes(tag))];
    const options = ordered.map((tag) => [tag, titleOf(tag)]);
    const redraw = () => drawChart(visibleRows());
    const tick = el("input", {type: "checkbox", checked: true, onchange: () => { axes.isLog = tick.checked; redraw(); }});
    document.getElementById("axes").append(
      select("Up", "axis-y", options, axes.yTag, (value) => { axes.yTag = value; redraw(); }),
      select("Across", "axis-x", options, axes.xTag, (value) => { axes.xTag = value; redraw(); }),
      el("label", {class: "tick"}, tick, "logarithmic across"));
  }

  function addColumns() {
    table.state.columns = data.columns.slice();
    const ordered = [...data.columns, ...tags.filter((tag) => !data.columns.includes(tag))];
    document.getElementById("columns").append(...ordered.map((tag) => {
      const tick = el("input", {type: "checkbox", checked: data.columns.includes(tag), onchange: () => {
        const chosen = new Set(table.state.columns);
        if (tick.checked) chosen.add(tag); else chosen.delete(tag);
        table.state.columns = ordered.filter((name) => chosen.has(name));
        table.draw(visibleRows());
      }});
      return el("label", {}, tick, ` ${titleOf(tag)}`);
    }));
    const chooser = document.querySelector(".chooser");
    chooser.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      chooser.open = false;
      chooser.querySelector("summary").focus();
    });
  }

  function listRuns() {
    if (runs.all.length === 0) return;
    document.getElementById("all-runs").hidden = false;
    const statuses = d3.rollups(runs.all, (group) => group.length, (run) => run.status).map(([status, n]) => `${n} ${status}`).join(", ");
    const left = data.run_count - runs.all.length;
    document.getElementById("runs-note").textContent = `${statuses}, newest first` + (left > 0 ? `; ${left} older ones are in the database only` : "") + ".";
    const holder = document.getElementById("runs");
    const more = document.getElementById("more-runs");
    let shown = 0;
    const show = () => {
      holder.append(...runs.all.slice(shown, shown + 50).map(runs.card));
      shown += 50;
      more.hidden = shown >= runs.all.length;
      more.textContent = `Show ${Math.min(50, runs.all.length - shown)} more of ${runs.all.length - shown}`;
    };
    more.addEventListener("click", show);
    show();
  }

  summary();
  addFilters();
  addAxes();
  addColumns();
  listRuns();
  papers.list();
  draw();

  let width = document.body.clientWidth;
  window.addEventListener("resize", () => {
    if (document.body.clientWidth === width) return;
    width = document.body.clientWidth;
    drawChart(visibleRows());
  });
})();
