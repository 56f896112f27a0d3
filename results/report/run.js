"use strict";
// Runs: a list, one run in full, and a leaderboard's row with the runs behind it.
const runs = (() => {
  const {titleOf, axisScale, el, byId, breakable, valueText, dateText, dataTable, plural, flags, rowName, deviceText} = page;
  const kRows = 100;

  const plain = (value) => (value === "" || value === null || value === undefined ? "–" : String(value));

  function measurements(list, caption = "Figures") {
    if (list.length === 0) return null;
    return el("section", {class: "block"}, el("h3", {}, caption),
      dataTable({caption, head: ["figure", "value with 95 % interval", "n", "what it is"], numeric: [2],
        lines: list.map((m) => [titleOf(m.tag), valueText(m) + (m.batch ? `, batch ${m.batch}` : ""), m.n > 0 ? m.n.toLocaleString("en") : "", el("span", {class: "quiet"}, m.about)])}));
  }

  function distribution(series) {
    if (series.sorted.length < 5 || series.sorted[0] === series.sorted.at(-1)) return null;
    const {factor, name} = axisScale(series.unit, d3.quantileSorted(series.sorted, 0.5));
    const values = series.sorted.map((value) => value * factor);
    const median = d3.quantileSorted(values, 0.5);
    // A few outliers would squeeze the rest into one bin.
    const cut = d3.quantileSorted(values, 0.99);
    const shown = cut < 3 * median ? values : values.filter((value) => value <= cut);
    const left = values.length - shown.length;
    const plot = page.plot({
      width: 460, height: 176, marginLeft: 44, marginBottom: 42,
      ariaLabel: `Distribution of ${series.n} samples of ${series.tag}, median ${median.toPrecision(3)} ${name}`,
      style: {background: "transparent", color: "inherit", fontSize: "12px"},
      x: {label: `${series.tag} (${name})`, labelAnchor: "center", labelArrow: "none", ticks: 6},
      y: {label: "% of samples", labelArrow: "none", percent: true, grid: true, ticks: 4},
      marks: [
        Plot.rectY(shown, Plot.binX({y: "proportion"}, {x: (d) => d, thresholds: 40, fill: "var(--bar)", insetLeft: 0.5, insetRight: 0.5})),
        Plot.ruleX([median], {stroke: "currentColor", strokeWidth: 1.5, strokeDasharray: "4 3"}),
        Plot.ruleY([0]),
      ],
    });
    const note = `${plural(series.n, "sample")}; dashed: median` + (left > 0 ? "; the slowest 1 % not drawn" : "");
    return el("figure", {class: "distribution"}, el("h4", {}, titleOf(series.tag)), plot, el("figcaption", {}, note));
  }

  function distributions(run) {
    const plots = run.samples.map(distribution).filter(Boolean);
    return plots.length ? el("section", {class: "block"}, el("h3", {}, `Distributions${run.batch_size > 0 ? `, batch ${run.batch_size}` : ""}`), el("div", {class: "columns"}, ...plots)) : null;
  }

  function specification(spec) {
    if (!spec) return null;
    return el("div", {class: "columns"},
      spec.settings.length ? el("section", {class: "block"}, el("h3", {}, "Settings"),
        dataTable({caption: "Settings", head: ["setting", "value", "from"], lines: spec.settings.map(([name, value, origin]) => [name, plain(value), plain(origin)])})) : null,
      spec.provenance.length ? el("section", {class: "block"}, el("h3", {}, "Provenance"),
        dataTable({caption: "Provenance", head: ["fact", "value"], lines: spec.provenance.map(([name, value]) => [name, plain(value)])})) : null);
  }

  const about = (run) => [run.kind, run.task && `${run.task} (${run.split})`, run.batch_size > 0 && `batch ${run.batch_size}`, run.device, run.precision]
    .filter(Boolean).join(" · ");

  function rowsOf(id) {
    return data.rows.filter((row) => row.runs.includes(id));
  }

  function showRun([id]) {
    const run = data.run(id);
    const spec = data.specOf(id);
    if (!run && !spec) return false;
    const name = run ? [run.model, run.methods].filter(Boolean).join(" + ") : `Run ${id.slice(0, 8)}`;
    byId("run-title").replaceChildren(...breakable(name));
    const rows = rowsOf(id);
    byId("run").replaceChildren(...[
      el("p", {class: "lead"}, run ? about(run) : spec.kind, ` · ${dateText((run ?? spec).started_at)}`, run ? ` · ${format.plain(run.duration_s, "seconds")}` : ""),
      run && run.status !== "ok" ? el("p", {class: `notice status-${run.status}`}, [run.status, run.reason].filter(Boolean).join(": ")) : null,
      run && !run.on_leaderboard ? el("p", {class: "notice"}, "Kept off leaderboards: a debug build, or limited data.") : null,
      run?.flags.length ? el("p", {}, ...flags(run.flags)) : null,
      rows.length ? el("p", {}, "In the leaderboard: ", ...rows.slice(0, 5).flatMap((row, i) => [i ? ", " : "", el("a", {href: router.href(["row", row.key])}, rowName(row))])) : null,
      run ? measurements(run.measurements) : el("p", {class: "notice"}, "This file has the run’s settings and provenance; its figures and samples are in the database only."),
      run ? distributions(run) : null,
      specification(spec),
      el("p", {class: "quiet"}, `Run ${id}`),
    ].filter(Boolean));
    return true;
  }

  function runLine(id) {
    const run = data.run(id);
    const spec = data.specOf(id);
    const known = run ?? spec;
    if (!known) return el("li", {}, `${id} (in the database only)`);
    return el("li", {}, el("a", {href: router.href(["run", id])}, dateText(known.started_at)), ` ${run ? about(run) : known.kind} `,
      ...(run ? flags(run.flags) : []));
  }

  function showRow([key]) {
    const row = data.row(key);
    if (!row) return false;
    byId("row-title").replaceChildren(...breakable(row.model), ...(row.methods ? [el("span", {class: "with"}, ` + ${row.methods}`)] : []));
    const list = data.tags.map((tag) => data.figure(row, tag)).filter(Boolean);
    const others = data.rows.filter((other) => other !== row && other.task === row.task && other.split === row.split && other.data === row.data).slice(0, 5);
    byId("row").replaceChildren(...[
      el("p", {class: "lead"}, [row.params, row.weights && `weights ${row.weights}`, row.task && `${row.task} (${row.split})`, deviceText(row), row.precision,
                                row.protocol && `protocol ${row.protocol}`].filter(Boolean).join(" · ")),
      row.flags.length ? el("p", {}, ...flags(row.flags)) : null,
      others.length ? el("p", {}, "Head to head with ", ...others.flatMap((other, i) => [i ? ", " : "", el("a", {href: router.href(["compare", row.key, other.key])}, rowName(other))]),
        ". Any other: tick two rows in the ", el("a", {href: router.href([], {pick: row.key})}, "leaderboard"), ".") : null,
      measurements(list),
      row.runs.length ? el("section", {class: "block"}, el("h3", {}, "Runs behind this row"), el("ul", {}, ...row.runs.map(runLine))) : null,
      ...row.runs.map(data.run).filter(Boolean).map(distributions).filter(Boolean),
    ].filter(Boolean));
    return true;
  }

  function listRuns(_, parameters) {
    const all = data.runs;
    const words = (parameters.q ?? "").toLowerCase().split(/\s+/).filter(Boolean);
    const found = all.filter((run) => {
      const text = [run.model, run.methods, about(run), run.status, run.reason, run.started_at, run.id, ...run.flags].join(" ").toLowerCase();
      return words.every((word) => text.includes(word));
    });
    const search = byId("run-search");
    if (search.value !== (parameters.q ?? "")) search.value = parameters.q ?? "";
    const statuses = d3.rollups(found, (group) => group.length, (run) => run.status).map(([status, n]) => `${n.toLocaleString("en")} ${status}`).join(", ");
    const left = data.runCount - all.length;
    byId("runs-note").textContent = `${plural(found.length, "run")}${found.length ? ` (${statuses}), newest first` : ""}` +
      (left > 0 ? `; ${left.toLocaleString("en")} more are in the database only` : "") + ".";
    const count = Math.max(1, Math.ceil(found.length / kRows));
    const current = Math.min(Math.max(Number.parseInt(parameters.page ?? "1", 10) || 1, 1), count);
    const shown = found.slice((current - 1) * kRows, current * kRows);
    byId("runs").replaceChildren(shown.length === 0 ? el("p", {class: "notice"}, "No run matches.") : dataTable({
      caption: "Runs", className: "facts runs", head: ["run", "what", "device", "came of it", "flags"],
      lines: shown.map((run) => [
        [el("a", {href: router.href(["run", run.id])}, ...breakable([run.model, run.methods].filter(Boolean).join(" + "))), el("span", {class: "small"}, dateText(run.started_at))],
        [run.kind, run.task && `${run.task} (${run.split})`, run.batch_size > 0 && `batch ${run.batch_size}`].filter(Boolean).join(" · "),
        `${run.device} · ${run.precision}`,
        run.status === "ok" ? "ok" : [el("span", {class: `status-${run.status}`}, run.status), run.reason ? ` ${run.reason}` : ""],
        flags(run.flags)])}));
    page.pager(byId("run-pages"), {page: current, count, label: `page ${current} of ${count}`},
      (number) => router.go(router.href(["runs"], {q: parameters.q, page: number > 1 ? number : ""})));
  }

  function addViews() {
    byId("run-search").addEventListener("input", (event) => router.go(router.href(["runs"], {q: event.target.value}), false));
    byId("run-filters").addEventListener("submit", (event) => event.preventDefault());
    router.add({name: "runs", show: listRuns});
    router.add({name: "run", under: "runs", show: showRun});
    router.add({name: "row", under: "board", show: showRow});
  }

  return {addViews};
})();
