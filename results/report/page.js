"use strict";
// Shared by the views: how figures are named, and DOM building. Text reaches the page through
// textContent only, so nothing in the records is read as HTML.
const page = (() => {
  // Names for people; a tag that is not listed is split into words.
  const titles = {
    "accuracy/top1": "Top-1 accuracy",
    "accuracy/top5": "Top-5 accuracy",
    "accuracy/knn_top1": "k-NN accuracy",
    "accuracy/mean_per_class": "Mean per-class accuracy",
    "loss/nll": "Negative log-likelihood",
    "calibration/ece15": "Calibration error (ECE, 15 bins)",
    "throughput/inference/images": "Throughput",
    "throughput/training/images": "Training throughput",
    "throughput/eval/images": "Evaluation throughput, end to end",
    "latency/inference/median": "Latency, median",
    "time/inference/step": "Time of a step",
    "time/training/step": "Time of a training step",
    "memory/peak": "Peak memory",
    "memory/inference/peak": "Peak memory",
    "memory/training/peak": "Peak memory, training",
    "memory/weights": "Memory of the weights",
    "energy/inference/image": "Energy per image",
    "model/parameters": "Parameters",
    "params/total": "Parameters",
    "params/trainable": "Trainable parameters",
    "model/macs": "MACs per image",
    "macs/image": "MACs per image",
  };
  const capitalised = (text) => text.charAt(0).toUpperCase() + text.slice(1);
  function titleOf(tag) {
    if (Object.hasOwn(titles, tag)) return titles[tag];
    return capitalised(tag.replaceAll("/", ", ").replaceAll("_", " "));
  }

  // "Top-1 accuracy" to "top-1 accuracy", but "MACs" stays.
  function inSentence(title) {
    return /^[A-Z][a-z]/.test(title) ? title.charAt(0).toLowerCase() + title.slice(1) : title;
  }

  function textOf(value) {
    return format.parts(value.value, value.low, value.high, value.unit);
  }
  function itemOf(tag) {
    return tag.slice(tag.lastIndexOf("/") + 1).replace(/_per_s$/, "");
  }
  function unitText(value, text = textOf(value)) {
    return value.unit === "per_second" ? text.unit.replace("/s", ` ${itemOf(value.tag)}/s`).trim() : text.unit;
  }
  function valueText(value) {
    const text = textOf(value);
    return [text.value, unitText(value, text), text.interval].filter(Boolean).join(" ");
  }

  // For axes: a factor and a unit that suit the largest value.
  function axisScale(unit, largest) {
    const pick = (steps) => steps.find(([from]) => largest >= from) ?? steps.at(-1);
    const table = {
      fraction: [[0, 100, "%"]],
      seconds: [[1, 1, "s"], [1e-3, 1e3, "ms"], [0, 1e6, "µs"]],
      bytes: [[2 ** 30, 2 ** -30, "GiB"], [2 ** 20, 2 ** -20, "MiB"], [0, 2 ** -10, "KiB"]],
      macs: [[1e9, 1e-9, "GMACs"], [1e6, 1e-6, "MMACs"], [0, 1, "MACs"]],
      count: [[1e9, 1e-9, "billion"], [1e6, 1e-6, "million"], [1e4, 1e-3, "thousand"], [0, 1, ""]],
      per_second: [[0, 1, "per second"]],
      nats: [[0, 1, "nats"]],
      joules: [[1, 1, "J"], [1e-3, 1e3, "mJ"], [0, 1e6, "µJ"]],
      watts: [[0, 1, "W"]],
    }[unit] ?? [[0, 1, ""]];
    const [, factor, name] = pick(table);
    return {factor, name};
  }

  // Ticks of a logarithmic axis that have room for their labels: 1, 2, 5 of each decade, more where the
  // axis is short and fewer where it is long.
  function logTicks(low, high, isRoomy) {
    const decades = Math.log10(high / low);
    const tickFormat = (value) => (value >= 1e4 ? d3.format("~s")(value) : String(Number(value.toPrecision(3))));
    if (decades < 0.5) {
      const count = isRoomy ? 7 : 4;
      return {ticks: d3.ticks(low, high, count), tickFormat: d3.tickFormat(low, high, count)};
    }
    const most = isRoomy ? [1.3, 3.5] : [0.8, 2];
    const leads = decades < most[0] ? [1, 2, 3, 4, 5, 7] : decades < most[1] ? [1, 2, 5] : [1];
    const exponents = d3.range(Math.floor(Math.log10(low)), Math.ceil(Math.log10(high)) + 1);
    const all = exponents.flatMap((exponent) => leads.map((lead) => Number(`${lead}e${exponent}`)));
    return {ticks: all.filter((value) => value >= low && value <= high), tickFormat};
  }

  // el("td", {class: "number"}, "text", node, ...): null children are left out.
  function el(name, attributes = {}, ...children) {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (value === null || value === undefined || value === false) continue;
      if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
      else node.setAttribute(key, value === true ? "" : value);
    }
    node.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
    return node;
  }

  const byId = (id) => document.getElementById(id);

  // A name that may be broken behind its underscores, slashes and dots.
  function breakable(name) {
    return name.split(/(?<=[_/.])/).flatMap((part) => [part, el("wbr")]);
  }

  const plural = (n, one, many = `${one}s`) => `${n.toLocaleString("en")} ${n === 1 ? one : many}`;

  function deviceText(row) {
    return [row.device_name || row.device, row.threads ? plural(Number(row.threads), "thread") : ""].filter(Boolean).join(", ");
  }
  // A row in words: model, methods, weights.
  function rowName(row) {
    return [row.model, row.methods, row.weights === "random" ? "" : row.weights].filter(Boolean).join(" · ");
  }
  const shortName = (row) => [row.model, row.methods].filter(Boolean).join(" + ");

  function dateText(iso) {
    return iso.replace("T", " ").replace(/(:\d\d)(\.\d+)?Z$/, " UTC");
  }

  function flags(list) {
    return list.map((flag) => el("span", {class: "flag"}, flag));
  }

  // A table that scrolls sideways inside its box; `lines` are lists of cells, text or nodes, the first a heading.
  function dataTable({caption, head, lines, className = "facts", numeric = []}) {
    const cell = (content, i) => el("td", {class: numeric.includes(i + 1) ? "number" : null}, ...[content].flat());
    return el("div", {class: "scroll", tabindex: "0", role: "region", "aria-label": `${caption}, scrolls sideways`},
      el("table", {class: className},
        el("caption", {class: "hidden"}, caption),
        head ? el("thead", {}, el("tr", {}, ...head.map((title, i) => el("th", {scope: "col", class: numeric.includes(i) ? "number" : null}, title)))) : null,
        el("tbody", {}, ...lines.map(([name, ...cells]) =>
          el("tr", {}, el("th", {scope: "row"}, ...[name].flat().flatMap((part) => (typeof part === "string" ? breakable(part) : [part]))), ...cells.map(cell))))));
  }

  // A chart that a screen reader takes as one picture, or, `interactive`, as a group of the points that
  // makePointsReachable() names. Plot names its layers, which say nothing to a reader.
  function plot(options, {interactive = false} = {}) {
    const svg = Plot.plot(options);
    svg.setAttribute("role", interactive ? "group" : "img");
    for (const layer of svg.querySelectorAll("g[aria-label]")) {
      layer.removeAttribute("aria-label");
      if (interactive && !layer.classList.contains("point")) layer.setAttribute("aria-hidden", "true");
    }
    return svg;
  }

  const isBetter = (direction, a, b) => (direction === "lower" ? a < b : a > b);
  const isNumber = (value) => value !== null && !Number.isNaN(value.value);
  const hasInterval = (value) => value !== null && value.low !== null && value.high !== null;

  // Draws anew without losing the keyboard's place: what had the focus is found by its data-focus.
  function keepingFocus(holder, draw) {
    const key = holder.contains(document.activeElement) ? document.activeElement.dataset.focus : undefined;
    draw();
    if (key === undefined) return;
    const again = [...holder.querySelectorAll("[data-focus]")].find((node) => node.dataset.focus === key);
    again?.focus({preventScroll: true});
  }

  // Buttons for pages 1 to `count`; `go` takes the new page.
  function pager(holder, {page: current, count, label}, go) {
    holder.hidden = count <= 1;
    const button = (text, target, key) =>
      el("button", {type: "button", class: "plain", disabled: target < 1 || target > count, "data-focus": key, onclick: () => go(target)}, text);
    keepingFocus(holder, () => holder.replaceChildren(
      button("First", current === 1 ? 0 : 1, "first"), button("Previous", current - 1, "previous"),
      el("span", {class: "quiet"}, label),
      button("Next", current + 1, "next"), button("Last", current === count ? count + 1 : count, "last")));
  }

  return {titleOf, inSentence, capitalised, textOf, itemOf, unitText, valueText, axisScale, el, byId, breakable, plural, deviceText, rowName,
          shortName, dateText, flags, dataTable, isBetter, isNumber, hasInterval, keepingFocus, pager, plot, logTicks};
})();
