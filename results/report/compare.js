"use strict";
// Two rows head to head: figures with their ratio and whether they are told apart, how their times
// are distributed, and what differs in how they were run.
const compare = (() => {
  const {titleOf, axisScale, el, byId, breakable, textOf, unitText, deviceText, dataTable, isNumber, isBetter, hasInterval, rowName, shortName} = page;
  const colors = ["var(--side-a)", "var(--side-b)"];

  // What is known of two figures: {text, isApart, winner: 0, 1 or null, test}.
  function verdictOf(tag, a, b, x, y) {
    if (!isNumber(x) || !isNumber(y)) return {text: "–", winner: null};
    const {direction} = x;
    const better = direction === "neutral" || x.value === y.value ? null : isBetter(direction, x.value, y.value) ? 0 : 1;
    const paired = data.pairedTest(tag, a, b);
    if (paired) {
      const isApart = paired.adjusted < 0.05;
      return {text: isApart ? "told apart" : "not told apart", isApart, winner: isApart ? better : null, paired};
    }
    if (!x.bench && !y.bench && !isSameData(a, b)) return {text: "other data: does not compare", winner: null};
    if (!hasInterval(x) || !hasInterval(y)) return {text: x.value === y.value ? "equal" : "no interval", winner: x.value === y.value ? null : better, isExact: true};
    const isApart = x.low > y.high || x.high < y.low;
    return {text: isApart ? "intervals apart" : "intervals overlap", isApart, winner: isApart ? better : null};
  }

  const isSameData = (a, b) => a.task === b.task && a.split === b.split && a.data === b.data;

  const ratioText = (x, y) => (isNumber(x) && isNumber(y) && y.value !== 0 && Number.isFinite(x.value / y.value) ? `${(x.value / y.value).toPrecision(3)}×` : "–");

  const pText = (p) => (p < 0.0001 ? "p < 0.0001" : `p = ${p.toPrecision(2)}`);
  function pairedText({samples, onlyA, onlyB, p, adjusted, low, high}) {
    const points = (share) => `${share < 0 ? "−" : "+"}${Math.abs(100 * share).toFixed(2)}`;
    const difference = (onlyA - onlyB) / samples;
    return `Top-1 on the same ${samples.toLocaleString("en")} samples: A alone is right on ${onlyA.toLocaleString("en")}, B alone on ${onlyB.toLocaleString("en")}; ` +
      `difference ${points(difference)} points [${points(low)}, ${points(high)}]; McNemar’s exact test ${pText(p)}, ${pText(adjusted)} after Holm over all pairs of this contest.`;
  }

  function side(row, i, other) {
    return el("div", {class: "side"},
      el("p", {class: "letter"}, el("span", {class: `mark side-${"ab"[i]}`, "aria-hidden": "true"}), "AB"[i]),
      el("p", {class: "name"}, el("a", {href: router.href(["row", row.key])}, ...breakable(shortName(row)))),
      el("p", {class: "quiet"}, [row.params, row.weights && `weights ${row.weights}`, row.task && `${row.task} (${row.split})`, deviceText(row), row.precision].filter(Boolean).join(" · ")),
      el("p", {class: "quiet"}, el("a", {href: router.href([], {pick: other.key})}, "Choose another")));
  }

  function warnings(a, b) {
    const lines = [];
    if (a.task && b.task && !isSameData(a, b)) lines.push("They were scored on different data: what comes from data does not compare.");
    if ((a.device_name || a.device) !== (b.device_name || b.device)) lines.push("They ran on different machines: speeds compare the machines, too.");
    if (a.threads !== b.threads) lines.push(`They ran with different numbers of threads: ${a.threads || "unknown"} and ${b.threads || "unknown"}.`);
    if (a.precision !== b.precision) lines.push(`They ran in different precisions: ${a.precision} and ${b.precision}.`);
    if (a.protocol && b.protocol && a.protocol !== b.protocol) lines.push(`They were timed by different protocols: ${a.protocol} and ${b.protocol}.`);
    return lines.length ? el("ul", {class: "notice"}, ...lines.map((line) => el("li", {}, line))) : null;
  }

  // Every figure that both have, as a ratio with the bounds that the two intervals allow.
  function ratioChart(compared) {
    const lines = compared.filter(({x, y}) => x.value > 0 && y.value > 0 && Number.isFinite(x.value) && Number.isFinite(y.value)).slice(0, 14).map(({tag, x, y, verdict}) => ({
      name: titleOf(tag), ratio: x.value / y.value, verdict,
      low: hasInterval(x) && hasInterval(y) && x.low > 0 && y.high > 0 ? x.low / y.high : x.value / y.value,
      high: hasInterval(x) && hasInterval(y) && y.low > 0 ? x.high / y.low : x.value / y.value,
    }));
    if (lines.length === 0) return null;
    const width = Math.max(300, Math.min(860, byId("compare-body").clientWidth));
    const isRoomy = width > 560;
    const nameOf = (line) => (isRoomy || line.name.length < 20 ? line.name : `${line.name.slice(0, 18)}…`);
    const fill = ({verdict}) => (verdict.winner === null ? "var(--quiet)" : colors[verdict.winner]);
    const spread = d3.max(lines, (line) => Math.max(line.high, 1 / line.low, 1.02));
    const svg = page.plot({
      width, height: 66 + 26 * lines.length, marginLeft: isRoomy ? 230 : 128, marginRight: 20, marginTop: 8, marginBottom: 46,
      ariaLabel: `A as a multiple of B: ${lines.map((line) => `${line.name} ${line.ratio.toPrecision(3)}`).join(", ")}`,
      style: {background: "transparent", color: "inherit", fontSize: "12.5px"},
      x: {type: "log", domain: [1 / (spread * 1.03), spread * 1.03], label: "A as a multiple of B", labelAnchor: "center", labelArrow: "none", grid: true,
          ticks: page.logTicks(1 / spread, spread, isRoomy).ticks, tickFormat: (value) => `${Number(value.toPrecision(3))}×`},
      y: {domain: lines.map(nameOf), label: null, tickSize: 0, padding: 0.4},
      marks: [
        Plot.ruleX([1], {stroke: "currentColor"}),
        Plot.ruleY(lines, {y: nameOf, x1: "low", x2: "high", stroke: fill, strokeWidth: 2}),
        Plot.dot(lines, {x: "ratio", y: nameOf, fill, r: 5, stroke: "var(--paper)"}),
      ],
    });
    return el("section", {class: "block"}, el("h3", {}, "At a glance"),
      el("figure", {class: "ratio"}, svg, el("figcaption", {}, "Coloured: the side that is told apart as better. Grey: not told apart, or neither direction is better. Bars: the ratios that the two 95 % intervals allow.")));
  }

  function figuresTable(a, b) {
    const tags = data.tags.filter((tag) => data.figure(a, tag) || data.figure(b, tag));
    const compared = tags.map((tag) => {
      const x = data.figure(a, tag);
      const y = data.figure(b, tag);
      return {tag, x, y, verdict: verdictOf(tag, a, b, x, y)};
    });
    const cell = (value, isWinner) => {
      if (value === null) return "–";
      const text = textOf(value);
      const about = [text.interval, value.batch ? `batch ${value.batch}` : ""].filter(Boolean).join(", ");
      return [el("span", {class: isWinner ? "winner" : null}, `${text.value} ${unitText(value, text)}`), about ? el("span", {class: "small"}, about) : ""];
    };
    const lines = compared.map(({tag, x, y, verdict}) => [titleOf(tag), cell(x, verdict.winner === 0), cell(y, verdict.winner === 1), ratioText(x, y),
      [el("span", {class: verdict.isApart ? "apart" : "quiet"}, verdict.text), verdict.winner === null ? "" : ` · ${"AB"[verdict.winner]} better`]]);
    const paired = compared.find(({verdict}) => verdict.paired)?.verdict.paired;
    return {
      compared: compared.filter(({x, y}) => isNumber(x) && isNumber(y)),
      node: el("section", {class: "block"}, el("h3", {}, "Figures"),
        paired ? el("p", {class: "notice", id: "paired"}, pairedText(paired)) : null,
        dataTable({caption: "Figures side by side", className: "facts versus", head: ["figure", "A", "B", "A / B", "told apart?"], numeric: [1, 2, 3], lines})),
    };
  }

  // The series of samples by tag, of the row's newest run that has it.
  function seriesOf(row) {
    const series = new Map();
    for (const run of row.runs.map(data.run).filter(Boolean)) {
      for (const samples of run.samples) {
        if (samples.sorted.length >= 5 && !series.has(samples.tag)) series.set(samples.tag, {...samples, batch: run.batch_size});
      }
    }
    return series;
  }

  function distributions(a, b) {
    const ours = seriesOf(a);
    const theirs = seriesOf(b);
    const isConstant = ({sorted}) => sorted[0] === sorted.at(-1);  // as parameters are
    const tags = [...ours.keys()].filter((tag) => theirs.has(tag) && !(isConstant(ours.get(tag)) && isConstant(theirs.get(tag))));
    const heading = el("h3", {}, "Distributions");
    if (tags.length === 0) {
      return el("section", {class: "block"}, heading, el("p", {class: "quiet"}, "This file has no samples of one and the same kind of both."));
    }
    return el("section", {class: "block"}, heading, ...tags.map((tag) => overlay(tag, [ours.get(tag), theirs.get(tag)])));
  }

  const sampleStyle = {background: "transparent", color: "inherit", fontSize: "12px"};
  const sampleAxis = (tag, name) => ({label: `${tag} (${name})`, labelAnchor: "center", labelArrow: "none", ticks: 6, nice: true});

  // How many samples lie where, and which share lies up to where.
  function overlay(tag, sides) {
    const middles = sides.map((side) => d3.quantileSorted(side.sorted, 0.5));
    const {factor, name} = axisScale(sides[0].unit, Math.max(...middles));
    // A few outliers would squeeze the rest.
    const cut = Math.max(...sides.map((side, i) => Math.min(d3.quantileSorted(side.sorted, 0.99), 4 * middles[i]))) * factor;
    const samples = sides.flatMap((side, i) => side.sorted.map((value, place) => ({x: value * factor, y: 100 * (place + 1) / side.sorted.length, side: "AB"[i]})));
    const shown = samples.filter((sample) => sample.x <= cut * 1.0001);
    const [left, right] = middles[0] <= middles[1] ? ["A", "B"] : ["B", "A"];
    const medians = middles.map((middle, i) => ({x: middle * factor, side: "AB"[i]}));
    const color = ({side}) => colors["AB".indexOf(side)];
    const label = (side, anchor) => Plot.text(medians.filter((median) => median.side === side),
      {x: "x", frameAnchor: "top", dy: -10, dx: anchor === "end" ? -3 : 3, textAnchor: anchor, text: "side", fill: color, fontWeight: 700});
    const marks = [Plot.ruleY([0]), Plot.ruleX(medians, {x: "x", stroke: color, strokeDasharray: "4 3"}), label(left, "end"), label(right, "start")];
    const medianText = `medians A ${medians[0].x.toPrecision(3)} and B ${medians[1].x.toPrecision(3)} ${name}`;
    const density = page.plot({
      width: 560, height: 244, marginLeft: 48, marginBottom: 44, marginTop: 28, style: sampleStyle, x: sampleAxis(tag, name),
      ariaLabel: `Distributions of samples of ${tag}; ${medianText}`,
      y: {label: "% of its samples", labelArrow: "none", percent: true, grid: true, ticks: 5},
      marks: [...["A", "B"].map((side) => Plot.rectY(shown.filter((sample) => sample.side === side),
        Plot.binX({y: "proportion"}, {x: "x", thresholds: d3.ticks(...d3.extent(shown, (sample) => sample.x), 32), fill: colors["AB".indexOf(side)], fillOpacity: 0.5}))), ...marks],
    });
    const shares = page.plot({
      width: 560, height: 244, marginLeft: 48, marginBottom: 44, marginTop: 28, style: sampleStyle, x: sampleAxis(tag, name),
      ariaLabel: `Shares of samples of ${tag} up to a value; ${medianText}`,
      y: {label: "% of samples up to here", labelArrow: "none", domain: [0, 100], grid: true, ticks: 5},
      marks: [Plot.line(shown, {x: "x", y: "y", z: "side", stroke: color, strokeWidth: 2, curve: "step-after"}), ...marks],
    });
    const batches = sides[0].batch === sides[1].batch ? ` Batch ${sides[0].batch}.` : ` Batch ${sides[0].batch} and ${sides[1].batch}.`;
    return el("figure", {class: "distribution"}, el("h4", {}, titleOf(tag)), el("div", {class: "columns"}, density, shares),
      el("figcaption", {}, `A ${sides[0].n.toLocaleString("en")}, B ${sides[1].n.toLocaleString("en")} samples; dashed: medians.${batches}${samples.length > shown.length ? " The slowest are not drawn." : ""}`));
  }

  // Of each kind of run the newest of the row.
  function specsOf(row) {
    const specs = new Map();
    for (const id of row.runs) {
      const spec = data.specOf(id);
      if (spec && !specs.has(spec.kind)) specs.set(spec.kind, spec);
    }
    return specs;
  }

  // Facts that differ between any two runs of the same thing.
  const ownFacts = new Set(["process_group", "comparison", "comparison_side", "command_line", "checkpoint_path"]);
  function differing(ours, theirs) {
    const names = [...new Set([...ours.keys(), ...theirs.keys()])].sort(data.collator.compare);
    return names.filter((name) => ours.get(name) !== theirs.get(name)).map((name) => [name, ours.get(name) ?? "–", theirs.get(name) ?? "–"]);
  }

  function specificationPart(kind, ours, theirs) {
    const facts = (spec, list) => new Map(spec[list].map(([name, value]) => [name, value === "" ? "–" : value]));
    const parts = [["settings", "Settings"], ["provenance", "Environment"]].flatMap(([list, title]) => {
      const all = differing(facts(ours, list), facts(theirs, list));
      const lines = [...all.filter(([name]) => !ownFacts.has(name)), ...all.filter(([name]) => ownFacts.has(name))];
      const same = facts(ours, list).size - all.filter(([, value]) => value !== "–").length;
      const note = `${same} ${title.toLowerCase()} ${list === "settings" ? "" : "facts "}are the same.`;
      return [lines.length === 0 ? el("p", {class: "quiet"}, `${title}: no difference.`)
        : el("div", {}, el("p", {class: "quiet"}, note), dataTable({caption: `${title} of ${kind} that differ`, className: "facts versus", head: [title.toLowerCase(), "A", "B"], lines}))];
    });
    return el("div", {class: "part"}, el("h4", {}, {bench: "How they were timed", eval: "How they were scored", train: "How they were trained"}[kind] ?? kind),
      el("p", {class: "quiet"}, "Runs ", el("a", {href: router.href(["run", ours.id])}, `A ${ours.id.slice(0, 8)}`), " and ", el("a", {href: router.href(["run", theirs.id])}, `B ${theirs.id.slice(0, 8)}`)), ...parts);
  }

  function specifications(a, b) {
    const ours = specsOf(a);
    const theirs = specsOf(b);
    const kinds = ["bench", "eval", "train"].filter((kind) => ours.has(kind) && theirs.has(kind));
    const rowFields = [["model", "model"], ["params", "parameters"], ["methods", "methods"], ["weights", "weights"], ["task", "task"], ["split", "split"], ["data", "data"],
                       ["device", "device"], ["device_name", "machine"], ["precision", "precision"], ["threads", "threads"], ["protocol", "protocol"]];
    const lines = rowFields.filter(([field]) => a[field] !== b[field]).map(([field, title]) => [title, a[field] || "–", b[field] || "–"]);
    return el("section", {class: "block"}, el("h3", {}, "What differs"),
      lines.length ? dataTable({caption: "Configurations that differ", className: "facts versus", head: ["configuration", "A", "B"], lines}) : el("p", {class: "quiet"}, "The configurations are the same."),
      ...kinds.map((kind) => specificationPart(kind, ours.get(kind), theirs.get(kind))),
      kinds.length === 0 ? el("p", {class: "quiet"}, "This file has no runs of one and the same kind of both.") : null);
  }

  function show([first, second]) {
    const a = data.row(first ?? "");
    const b = data.row(second ?? "");
    if (!a || !b) return false;
    const {node, compared} = figuresTable(a, b);
    byId("compare-title").replaceChildren("Head to head");
    byId("compare-sides").replaceChildren(side(a, 0, b), side(b, 1, a));
    byId("compare-body").replaceChildren();
    byId("compare-body").append(...[
      el("p", {class: "no-print"}, el("a", {href: router.href(["compare", b.key, a.key])}, "Swap A and B")),
      warnings(a, b), ratioChart(compared), node, distributions(a, b), specifications(a, b)].filter(Boolean));
    return true;
  }

  function addViews() {
    router.add({name: "compare", under: "board", show, title: ([a, b]) => `${rowName(data.row(a))} against ${rowName(data.row(b))}`});
  }

  return {addViews};
})();
