"use strict";
// Shared by the scripts that follow: the records, how their figures are named, and DOM building.
// Text reaches the page through textContent only, so nothing in the records is read as HTML.
const page = (() => {
  const data = JSON.parse(document.getElementById("data").textContent);

  // Names for people; a tag that is not listed is split into words.
  const titles = {
    "accuracy/top1": "Top-1 accuracy",
    "accuracy/top5": "Top-5 accuracy",
    "accuracy/mean_per_class": "Mean per-class accuracy",
    "loss/nll": "Negative log-likelihood",
    "calibration/ece15": "Calibration error (ECE, 15 bins)",
    "throughput/inference/images": "Throughput",
    "throughput/training/images": "Training throughput",
    "throughput/eval/images": "Evaluation throughput, end to end",
    "latency/inference/median": "Latency, median",
    "memory/peak": "Peak memory",
    "memory/inference/peak": "Peak memory",
    "model/parameters": "Parameters",
    "params/total": "Parameters",
    "model/macs": "MACs per image",
    "macs/image": "MACs per image",
  };
  function titleOf(tag) {
    if (Object.hasOwn(titles, tag)) return titles[tag];
    const words = tag.replaceAll("/", ", ").replaceAll("_", " ");
    return words.charAt(0).toUpperCase() + words.slice(1);
  }

  // "Top-1 accuracy" to "top-1 accuracy", but "MACs" stays.
  function inSentence(title) {
    return /^[A-Z][a-z]/.test(title) ? title.charAt(0).toLowerCase() + title.slice(1) : title;
  }

  function itemOf(tag) {
    return tag.slice(tag.lastIndexOf("/") + 1).replace(/_per_s$/, "");
  }
  function unitText(tag, value) {
    return value.unit === "per_second" ? value.text.unit.replace("/s", ` ${itemOf(tag)}/s`).trim()
                                       : value.text.unit;
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

  // el("td", {class: "number"}, "text", node, ...): null children are left out.
  function el(name, attributes = {}, ...children) {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (value === null || value === undefined || value === false) continue;
      if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
      else node.setAttribute(key, value === true ? "" : value);
    }
    node.append(...children.filter((child) => child !== null && child !== undefined));
    return node;
  }

  // A name that may be broken behind its underscores.
  function breakable(name) {
    return name.split(/(?<=_)/).flatMap((part) => [part, el("wbr")]);
  }

  function valueText(tag, value) {
    const unit = unitText(tag, value);
    return [value.text.value, unit, value.text.interval].filter(Boolean).join(" ");
  }

  function deviceText(row) {
    const threads = row.threads ? `, ${row.threads} threads` : "";
    return `${row.device_name || row.device}${threads}`;
  }

  function dateText(iso) {
    return iso.replace("T", " ").replace(/(:\d\d)(\.\d+)?Z$/, " UTC");
  }

  const isNumber = (value) => value !== undefined && value.value !== null;
  const isBetter = (direction, a, b) => (direction === "lower" ? a < b : a > b);

  return {data, titleOf, inSentence, itemOf, unitText, axisScale, el, breakable, valueText, deviceText, dateText, isNumber, isBetter};
})();
