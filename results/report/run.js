"use strict";
// One run in full: figures, how its samples are distributed, settings with origins, provenance.
const runs = (() => {
  const {data, titleOf, axisScale, el, valueText, dateText} = page;
  const byId = new Map(data.runs.map((run) => [run.id, run]));

  function plain(value) {
    if (value === "" || value === null || value === undefined) return "–";
    return typeof value === "string" ? value : JSON.stringify(value);
  }

  function facts(caption, head, lines) {
    if (lines.length === 0) return null;
    return el("div", {class: "wide"},
      el("h3", {}, caption),
      el("table", {class: "facts"},
        head ? el("thead", {}, el("tr", {}, ...head.map((title) => el("th", {scope: "col"}, title)))) : null,
        el("tbody", {}, ...lines.map(([name, ...cells]) =>
          el("tr", {}, el("th", {scope: "row"}, name), ...cells.map((cell) => el("td", {}, cell)))))));
  }

  function measurements(list) {
    return facts("Figures", ["figure", "value with 95 % interval", "n", "what it is"],
      list.map((m) => [titleOf(m.tag), valueText(m.tag, m), m.n > 0 ? String(m.n) : "", m.about]));
  }

  function settings(run) {
    const lines = Object.entries(run.effective).map(([name, setting]) =>
      setting !== null && typeof setting === "object" && Object.hasOwn(setting, "value")
        ? [name, plain(setting.value), plain(setting.origin)]
        : [name, plain(setting), "–"]);
    return facts("Settings", ["setting", "value", "from"], lines);
  }

  function distribution(series) {
    if (series.sorted.length < 5) return null;
    const {factor, name} = axisScale(series.unit, d3.quantileSorted(series.sorted, 0.5));
    const values = series.sorted.map((value) => value * factor);
    const median = d3.quantileSorted(values, 0.5);
    // A few outliers would squeeze the rest into one bin.
    const cut = d3.quantileSorted(values, 0.99);
    const shown = cut < 3 * median ? values : values.filter((value) => value <= cut);
    const left = values.length - shown.length;
    const plot = Plot.plot({
      width: 460, height: 170, marginLeft: 44, marginBottom: 38,
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
    const note = `${series.n} samples; dashed: median` + (left > 0 ? "; the slowest 1 % not drawn" : "");
    return el("div", {class: "distribution"}, el("h3", {}, titleOf(series.tag)), plot, el("p", {class: "quiet"}, note));
  }

  function body(run) {
    const plots = run.samples.map(distribution).filter(Boolean);
    return el("div", {class: "body"},
      run.reason ? el("p", {class: `status-${run.status}`}, run.reason) : null,
      measurements(run.measurements),
      plots.length ? el("div", {class: "columns"}, ...plots) : null,
      el("div", {class: "columns"},
        settings(run),
        facts("Provenance", null, Object.entries(run.provenance).map(([key, value]) => [key, plain(value)]))),
      el("p", {class: "quiet"}, `Run ${run.id}`));
  }

  // Closed at first; its body is built when it is opened.
  function card(run) {
    const about = [run.kind, run.task && `${run.task} (${run.split})`, run.batch_size > 0 && `batch ${run.batch_size}`,
                   run.device, run.precision].filter(Boolean).join(" · ");
    const node = el("details", {class: "run"},
      el("summary", {},
        el("strong", {}, run.model), ` ${about} `,
        run.status === "ok" ? null : el("span", {class: `status-${run.status}`}, `${run.status} `),
        ...run.flags.map((flag) => el("span", {class: "flag"}, flag)),
        el("span", {class: "quiet"}, ` ${dateText(run.started_at)}`)));
    node.addEventListener("toggle", () => {
      if (node.open && node.childElementCount === 1) node.append(body(run));
    });
    return node;
  }

  return {card, facts, measurements, get: (id) => byId.get(id), all: data.runs};
})();
