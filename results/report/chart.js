"use strict";
// Two figures of every visible row against each other, with intervals on both axes and the Pareto
// front: the rows that no other row beats in both.
const chart = (() => {
  const {titleOf, inSentence, axisScale, el, valueText, deviceText, isNumber, isBetter} = page;
  const holder = document.getElementById("chart");
  // Told apart by people with any common colour vision (Okabe and Ito), on white and on black.
  const palette = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b58900", "#56b4e9", "#8c6bb1", "#7f7f7f"];
  const symbols = ["circle", "triangle", "square", "diamond", "star", "wye", "cross"];

  function paretoFront(points, better) {
    const sorted = points.slice().sort((a, b) =>
      a.x !== b.x ? (isBetter(better.x, a.x, b.x) ? -1 : 1) : (isBetter(better.y, a.y, b.y) ? -1 : 1));
    const front = [];
    for (const point of sorted) {
      if (front.length === 0 || isBetter(better.y, point.y, front.at(-1).y)) front.push(point);
    }
    return front;
  }

  function pointsOf(rows, xTag, yTag) {
    const usable = rows.filter((row) => isNumber(row.values[xTag]) && isNumber(row.values[yTag]));
    if (usable.length === 0) return null;
    const scale = (tag) => axisScale(usable[0].values[tag].unit, d3.max(usable, (row) => row.values[tag].value));
    const x = scale(xTag);
    const y = scale(yTag);
    const ends = (value, factor) => [(value.low ?? value.value) * factor, (value.high ?? value.value) * factor];
    const points = usable.map((row) => {
      const xValue = row.values[xTag];
      const yValue = row.values[yTag];
      const [x1, x2] = ends(xValue, x.factor);
      const [y1, y2] = ends(yValue, y.factor);
      return {row, x: xValue.value * x.factor, y: yValue.value * y.factor, x1, x2, y1, y2,
              family: row.family, device: deviceText(row)};
    });
    return {points, x, y, better: {x: usable[0].values[xTag].direction, y: usable[0].values[yTag].direction}};
  }

  function tipText(point, xTag, yTag) {
    const {row} = point;
    const name = [row.model, row.methods_text, row.weights].filter(Boolean).join(", ");
    const line = (tag) => `${titleOf(tag)}: ${valueText(tag, row.values[tag])}${row.values[tag].batch ? `, batch ${row.values[tag].batch}` : ""}`;
    return `${name}\n${line(yTag)}\n${line(xTag)}\n${deviceText(row)}, ${row.precision}`;
  }

  // Puts each label where it covers neither a point nor a label before it, and leaves it out where
  // there is no such place. `order` lists the most important first.
  function placeLabels(svg, order) {
    const kMostLabels = 150;
    const labels = [...svg.querySelectorAll("g.point-label text")];
    const frame = svg.getBoundingClientRect();
    const taken = [...svg.querySelectorAll("g.point path, g.point circle")].map((mark) => mark.getBoundingClientRect());
    const places = [["start", 9, -9], ["start", 9, 11], ["end", -9, -9], ["end", -9, 11], ["start", 11, 1], ["end", -11, 1]];
    const covers = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
    const kept = new Set();
    for (const index of order.slice(0, kMostLabels)) {
      const label = labels[index];
      for (const [anchor, dx, dy] of places) {
        label.setAttribute("text-anchor", anchor);
        label.setAttribute("dx", dx);
        label.setAttribute("dy", dy);
        const box = label.getBoundingClientRect();
        if (box.left < frame.left || box.right > frame.right || taken.some((other) => covers(box, other))) continue;
        taken.push(box);
        kept.add(label);
        break;
      }
    }
    for (const label of labels) if (!kept.has(label)) label.remove();
  }

  function drawLegend(families, devices, color) {
    const mark = (shape, fill) => {
      const svg = d3.create("svg").attr("width", 14).attr("height", 14).attr("viewBox", "-7 -7 14 14").attr("aria-hidden", "true");
      svg.append("path").attr("d", d3.symbol(shape, 70)()).attr("fill", fill);
      return svg.node();
    };
    const shapes = {circle: d3.symbolCircle, triangle: d3.symbolTriangle, square: d3.symbolSquare, diamond: d3.symbolDiamond, star: d3.symbolStar, wye: d3.symbolWye, cross: d3.symbolCross};
    const keys = [];
    if (families.length > 1) for (const family of families) keys.push(el("span", {class: "key"}, mark(d3.symbolCircle, color(family)), family));
    if (devices.length > 1) devices.forEach((device, i) => keys.push(el("span", {class: "key"}, mark(shapes[symbols[i % symbols.length]], "currentColor"), device)));
    document.getElementById("legend").replaceChildren(...keys);
  }

  function draw(rows, {xTag, yTag, isLog}, onOpen) {
    const caption = document.getElementById("chart-caption");
    const set = pointsOf(rows, xTag, yTag);
    if (!set) {
      document.getElementById("legend").replaceChildren();
      holder.replaceChildren(el("p", {class: "notice"}, `No visible row has both ${inSentence(titleOf(yTag))} and ${inSentence(titleOf(xTag))}.`));
      caption.textContent = "";
      return;
    }
    const {points, x, y, better} = set;
    const front = paretoFront(points, better);
    const onFront = new Set(front);
    const families = [...new Set(points.map((point) => point.family))].sort();
    const devices = [...new Set(points.map((point) => point.device))].sort();
    const color = d3.scaleOrdinal(families, palette);
    const symbolOf = new Map(devices.map((device, i) => [device, symbols[i % symbols.length]]));
    const width = Math.max(300, holder.clientWidth);
    const axisLabel = (tag, scale) => titleOf(tag) + (scale.name ? ` (${scale.name})` : "");
    const arrow = (direction, up, down) => (direction === "neutral" ? "none" : direction === "lower" ? down : up);
    const name = (point) => point.row.model + (point.row.methods_text ? ` + ${point.row.methods_text}` : "");
    const isRoomy = width > 560;
    const svg = Plot.plot({
      width, height: isRoomy ? 430 : 340, marginLeft: 56, marginRight: isRoomy ? 60 : 24, marginBottom: 46, marginTop: 28,
      ariaLabel: `${titleOf(yTag)} against ${titleOf(xTag)} of ${points.length} rows`,
      style: {background: "transparent", color: "inherit", fontSize: "12.5px", overflow: "visible"},
      x: {type: isLog && points.every((point) => point.x1 > 0) ? "log" : "linear", label: axisLabel(xTag, x), labelArrow: arrow(better.x, "right", "left"),
          labelAnchor: "center", grid: true, insetLeft: 16, insetRight: 16, tickFormat: "~s", ticks: isRoomy ? 8 : 4},
      y: {label: axisLabel(yTag, y), labelArrow: arrow(better.y, "up", "down"), grid: true, insetTop: 10, insetBottom: 10},
      symbol: {domain: devices, range: devices.map((device) => symbolOf.get(device))},
      marks: [
        Plot.line(front, {x: "x", y: "y", stroke: "currentColor", strokeOpacity: 0.55, strokeWidth: 1.5, strokeDasharray: "5 4",
                          curve: "step-after"}),
        Plot.ruleX(points, {x: "x", y1: "y1", y2: "y2", stroke: (point) => color(point.family), strokeWidth: 1.4, strokeOpacity: 0.8}),
        Plot.ruleY(points, {y: "y", x1: "x1", x2: "x2", stroke: (point) => color(point.family), strokeWidth: 1.4, strokeOpacity: 0.8}),
        Plot.text(points, {x: "x", y: "y", text: name, fill: "currentColor", stroke: "var(--paper)", strokeWidth: 4,
                           className: "point-label", fillOpacity: (point) => (onFront.has(point) ? 1 : 0.75)}),
        Plot.dot(points, {x: "x", y: "y", symbol: "device", r: 5.5, fill: (point) => color(point.family), stroke: "var(--paper)", strokeWidth: 1, className: "point"}),
        Plot.tip(points, Plot.pointer({x: "x", y: "y", title: (point) => tipText(point, xTag, yTag), fill: "var(--paper)", stroke: "var(--line)"})),
      ],
    });
    holder.replaceChildren(svg);
    drawLegend(families, devices, color);
    const order = points.map((point, i) => i).filter((i) => isRoomy || onFront.has(points[i]))
      .sort((a, b) => onFront.has(points[b]) - onFront.has(points[a]));
    placeLabels(svg, order);
    makePointsReachable(svg, points, xTag, yTag, onOpen);
    caption.textContent = `Bars: 95 % intervals. Dashed: the Pareto front, ${front.length} of ${points.length} rows that no other beats in both` +
      (points.length < rows.length ? `. Not drawn, for want of one of the two figures: ${rows.length - points.length}.` : ".");
  }

  function makePointsReachable(svg, points, xTag, yTag, onOpen) {
    svg.querySelectorAll("g.point path, g.point circle").forEach((mark, i) => {
      mark.setAttribute("tabindex", "0");
      mark.setAttribute("role", "button");
      mark.setAttribute("aria-label", `${tipText(points[i], xTag, yTag).replaceAll("\n", "; ")}. Opens its row.`);
      mark.addEventListener("click", () => onOpen(points[i].row));
      mark.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        onOpen(points[i].row);
      });
    });
  }

  return {draw};
})();
