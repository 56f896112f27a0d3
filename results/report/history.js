"use strict";
// How speeds changed: one chart a configuration, its levels, and the commits at which they changed.
const timeline = (() => {
  const {titleOf, axisScale, el, byId, plural, dataTable} = page;
  const kCharts = 12;
  const {series} = data.history;

  const commitText = (point) => (point.commit === "" ? "unknown" : point.commit.slice(0, 7)) + (point.isDirty ? "+" : "");
  const nameOf = (s) => [s.model, s.methods].filter(Boolean).join(" + ");
  const aboutOf = (s) => [s.params, s.precision, `batch ${s.batch}`, s.device, s.threads ? plural(s.threads, "thread") : "", s.protocol && `protocol ${s.protocol}`].filter(Boolean).join(" · ");
  const texts = series.map((s) => [nameOf(s), aboutOf(s), titleOf(s.tag), s.tag, ...s.points.map((point) => point.commit)].join(" ").toLowerCase());
  const newestChange = (s) => (s.changes.length ? s.points[s.changes.at(-1).point].when : "");
  const judgement = (s, change) => (s.direction === "neutral" ? "changed" : change.isWorse ? "worse" : "better");
  const percent = (change) => {
    const value = 100 * (change.after / change.before - 1);
    return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(Math.abs(value) < 10 ? 1 : 0)} %`;
  };

  // The level of each regime, as lines from its first to its last point.
  function levels(s, factor) {
    const starts = [0, ...s.changes.map((change) => change.point)];
    const values = [...s.changes.map((change) => change.before), s.newest_level];
    return starts.map((start, i) => ({from: s.points[start].at, to: s.points[(starts[i + 1] ?? s.points.length) - 1].at, level: values[i] * factor}));
  }

  function chartOf(s, width) {
    for (const point of s.points) point.at ??= new Date(point.when);
    const {factor, name} = axisScale(s.unit, d3.max(s.points, (point) => point.value));
    const color = (change) => (s.direction === "neutral" ? "currentColor" : change.isWorse ? "var(--bad)" : "var(--good)");
    const changes = s.changes.map((change) => ({...change, at: s.points[change.point].at, label: commitText(s.points[change.point])}));
    const tip = (point) => `${format.plain(point.value, s.unit)}\n${point.when.slice(0, 10)}, ${commitText(point)}\n${plural(point.processes, "process", "processes")}`;
    const [low, high] = d3.extent(s.points, (point) => point.value * factor);
    const room = Math.max((high - low) * 0.12, high * 0.005);
    return page.plot({
      width, height: 210, marginLeft: 56, marginRight: 20, marginTop: 30, marginBottom: 30,
      ariaLabel: `${titleOf(s.tag)} of ${nameOf(s)}: ${plural(s.points.length, "point")}, ${plural(s.changes.length, "change")}`,
      style: {background: "transparent", color: "inherit", fontSize: "11.5px", overflow: "visible"},
      x: {type: "utc", label: null, ticks: width > 500 ? 6 : 4, insetLeft: 6, insetRight: 6},
      y: {label: name || titleOf(s.tag), labelArrow: s.direction === "neutral" ? "none" : s.direction === "lower" ? "down" : "up", grid: true, ticks: 5, domain: [low - room, high + room]},
      marks: [
        Plot.ruleX(changes, {x: "at", stroke: color, strokeDasharray: "4 3"}),
        Plot.dot(s.points, {x: "at", y: (point) => point.value * factor, r: s.points.length > 120 ? 1.6 : 2.6, fill: "var(--bar)", fillOpacity: 0.75}),
        Plot.ruleY(levels(s, factor), {x1: "from", x2: "to", y: "level", stroke: "currentColor", strokeWidth: 2}),
        Plot.text(changes, {x: "at", frameAnchor: "top", dy: -14, text: "label", fill: color, fontWeight: 600, textAnchor: "middle", stroke: "var(--paper)", strokeWidth: 3}),
        Plot.tip(s.points, Plot.pointer({x: "at", y: (point) => point.value * factor, title: tip, fill: "var(--paper)", stroke: "var(--line)"})),
      ],
    });
  }

  function changesTable(s) {
    return dataTable({caption: `Changes of ${nameOf(s)}`, className: "facts changes", head: ["from", "commits", "change", "level"], numeric: [2, 3],
      lines: s.changes.slice().reverse().map((change) => [
        s.points[change.point].when.slice(0, 10),
        el("code", {}, `${commitText(s.points[change.point - 1])}..${commitText(s.points[change.point])}`),
        el("span", {class: `change-${judgement(s, change)}`}, `${percent(change)} ${judgement(s, change)}`),
        `${format.plain(change.before, s.unit)} → ${format.plain(change.after, s.unit)}`])});
  }

  function card(s, width) {
    const last = s.changes.at(-1);
    return el("article", {class: "series"},
      el("h3", {}, nameOf(s), el("span", {class: "what"}, ` ${titleOf(s.tag)}`)),
      el("p", {class: "quiet"}, aboutOf(s)),
      el("p", {class: "state"}, `Now ${format.plain(s.newest_level, s.unit)}, noise ${(100 * s.noise).toPrecision(2)} % of a point. `,
        last ? el("span", {class: `change-${judgement(s, last)}`}, `Last change ${percent(last)}, ${judgement(s, last)}, on ${newestChange(s).slice(0, 10)}.`) : "No change found."),
      el("figure", {}, chartOf(s, width)),
      s.changes.length ? changesTable(s) : null);
  }

  function fillTags() {
    const select = byId("history-tag");
    if (select.childElementCount > 0) return;
    select.append(el("option", {value: ""}, "all"), ...[...new Set(series.map((s) => s.tag))].map((tag) => el("option", {value: tag}, titleOf(tag))));
  }

  function addressOf() {
    return {q: byId("history-search").value, tag: byId("history-tag").value, changed: byId("history-changed").checked ? "1" : ""};
  }

  function show(_, parameters) {
    fillTags();
    const search = byId("history-search");
    if (search.value !== (parameters.q ?? "")) search.value = parameters.q ?? "";
    byId("history-tag").value = parameters.tag ?? "";
    byId("history-changed").checked = parameters.changed === "1";
    const words = (parameters.q ?? "").toLowerCase().split(/\s+/).filter(Boolean);
    const found = series.filter((s, i) => (!parameters.tag || s.tag === parameters.tag) && (parameters.changed !== "1" || s.changes.length > 0) &&
      words.every((word) => texts[i].includes(word)));
    // What changed last comes first.
    found.sort((a, b) => (newestChange(a) < newestChange(b) ? 1 : newestChange(a) > newestChange(b) ? -1 : 0));
    byId("history-note").textContent = `${plural(found.length, "series", "series")}, ${plural(d3.sum(found, (s) => s.changes.length), "change")}` +
      (data.history.since ? `; runs since ${data.history.since.slice(0, 10)}, older ones are in the database only` : "") +
      (data.history.left_out ? `; ${plural(data.history.left_out, "further series", "further series")} in the database only` : "") + ".";
    const count = Math.max(1, Math.ceil(found.length / kCharts));
    const current = Math.min(Math.max(Number.parseInt(parameters.page ?? "1", 10) || 1, 1), count);
    const holder = byId("series");
    const width = Math.max(280, Math.min(620, holder.clientWidth > 900 ? holder.clientWidth / 2 - 48 : holder.clientWidth - 32));
    holder.replaceChildren(...(found.length === 0
      ? [el("p", {class: "notice"}, series.length === 0 ? "No configuration was benchmarked at more than one time. A nightly run makes a history." : "No series matches.")]
      : found.slice((current - 1) * kCharts, current * kCharts).map((s) => card(s, width))));
    page.pager(byId("history-pages"), {page: current, count, label: `page ${current} of ${count}`},
      (number) => router.go(router.href(["history"], {...addressOf(), page: number > 1 ? number : ""})));
  }

  function addViews() {
    const go = (isStep) => router.go(router.href(["history"], addressOf()), isStep);
    byId("history-search").addEventListener("input", () => go(false));
    byId("history-tag").addEventListener("change", () => go(true));
    byId("history-changed").addEventListener("change", () => go(true));
    byId("history-filters").addEventListener("submit", (event) => event.preventDefault());
    router.add({name: "history", show});
  }

  return {addViews, count: series.length};
})();
