"use strict";
// Two figures of every visible row against each other, with intervals on both axes and the Pareto
// front: the rows that no other row beats in both.
const chart = (() => {
  const {titleOf, inSentence, axisScale, el, byId, valueText, deviceText, isNumber, isBetter, shortName, rowName, plural} = page;
  const holder = byId("chart");
  // Told apart by people with any common colour vision (Okabe and Ito), on white and on black.
  const palette = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b58900", "#56b4e9", "#8c6bb1"];
  const kOther = "other families";
  const kOtherColor = "#8a8f96";
  const symbols = ["circle", "triangle", "square", "diamond", "star", "wye", "cross"];
  const shapes = {circle: d3.symbolCircle, triangle: d3.symbolTriangle, square: d3.symbolSquare, diamond: d3.symbolDiamond, star: d3.symbolStar, wye: d3.symbolWye, cross: d3.symbolCross};
  // More marks than this tell a reader nothing more and make the page slow.
  const kMostPoints = 600;
  const kMostIntervals = 250;

  // A family keeps its colour whatever is filtered; the largest have one of their own.
  const families = d3.rollups(data.rows, (group) => group.length, (row) => row.family)
    .sort((a, b) => b[1] - a[1] || data.collator.compare(a[0], b[0])).map(([family]) => family);
  const own = families.length <= palette.length ? families : families.slice(0, palette.length - 1);
  const familyOf = (row) => (own.includes(row.family) ? row.family : kOther);
  const colorOf = (family) => (family === kOther ? kOtherColor : palette[own.indexOf(family)]);
  const devices = [...new Set(data.rows.map(deviceText))].sort(data.collator.compare);
  const symbolOf = (device) => symbols[devices.indexOf(device) % symbols.length];

  function paretoFront(points, better) {
    const sorted = points.slice().sort((a, b) =>
      a.x !== b.x ? (isBetter(better.x, a.x, b.x) ? -1 : 1) : (isBetter(better.y, a.y, b.y) ? -1 : 1));
    const front = [];
    for (const point of sorted) {
      if (front.length === 0 || isBetter(better.y, point.y, front.at(-1).y)) front.push(point);
    }
    return front;
  }

  // A count has no better direction of its own: as a cost, less is better.
  const betterOf = (value) => (value.direction === "neutral" ? "lower" : value.direction);

  function pointsOf(rows, xTag, yTag) {
    const usable = rows.map((row) => ({row, x: data.figure(row, xTag), y: data.figure(row, yTag)}))
      .filter(({x, y}) => isNumber(x) && isNumber(y) && Number.isFinite(x.value) && Number.isFinite(y.value));
    if (usable.length === 0) return null;
    const x = axisScale(usable[0].x.unit, d3.max(usable, (point) => point.x.value));
    const y = axisScale(usable[0].y.unit, d3.max(usable, (point) => point.y.value));
    const ends = (value, factor) => [(value.low ?? value.value) * factor, (value.high ?? value.value) * factor];
    const points = usable.map((point) => {
      const [x1, x2] = ends(point.x, x.factor);
      const [y1, y2] = ends(point.y, y.factor);
      return {row: point.row, x: point.x.value * x.factor, y: point.y.value * y.factor, x1, x2, y1, y2,
              family: familyOf(point.row), device: deviceText(point.row)};
    });
    const better = {x: betterOf(usable[0].x), y: betterOf(usable[0].y)};
    const front = paretoFront(points, better);
    return {all: points, points: thinned(points, front), front, x, y, better};
  }

  // The front, and of the others a share: those with the lowest keys, which are hashes, hence as good as
  // drawn at random and the same each time.
  function thinned(points, front) {
    if (points.length <= kMostPoints) return points;
    const byKey = points.slice().sort((a, b) => (a.row.key < b.row.key ? -1 : 1));
    const kept = new Set([...front, ...byKey.slice(0, kMostPoints)]);
    return points.filter((point) => kept.has(point));
  }

  function tipText(point, xTag, yTag) {
    const line = (tag) => {
      const value = data.figure(point.row, tag);
      return `${titleOf(tag)}: ${valueText(value)}${value.batch ? `, batch ${value.batch}` : ""}`;
    };
    return `${rowName(point.row)}\n${line(yTag)}\n${line(xTag)}\n${deviceText(point.row)}, ${point.row.precision}`;
  }

  // Puts each label where it covers neither a point nor a label before it, and leaves it out where
  // there is no such place. The most important come first.
  function placeLabels(svg) {
    const labels = [...svg.querySelectorAll("g.point-label text")];
    const frame = svg.getBoundingClientRect();
    const taken = [...svg.querySelectorAll("g.point path, g.point circle")].map((mark) => mark.getBoundingClientRect());
    const places = [["start", 9, -9], ["start", 9, 11], ["end", -9, -9], ["end", -9, 11], ["start", 11, 1], ["end", -11, 1]];
    const covers = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
    const kept = new Set();
    for (const label of labels) {
      for (const [anchor, dx, dy] of places) {
        label.setAttribute("text-anchor", anchor);
        label.setAttribute("dx", dx);
        label.setAttribute("dy", dy);
        const box = label.getBoundingClientRect();
        if (box.left < frame.left || box.right > frame.right || box.top < frame.top || taken.some((other) => covers(box, other))) continue;
        taken.push(box);
        kept.add(label);
        break;
      }
    }
    for (const label of labels) if (!kept.has(label)) label.remove();
  }

  function legend(points) {
    const mark = (shape, fill) => {
      const svg = d3.create("svg").attr("width", 14).attr("height", 14).attr("viewBox", "-7 -7 14 14").attr("aria-hidden", "true");
      svg.append("path").attr("d", d3.symbol(shape, 70)()).attr("fill", fill);
      return svg.node();
    };
    const present = new Set(points.map((point) => point.family));
    const shownFamilies = [...own, kOther].filter((family) => present.has(family)).sort((a, b) => (a === kOther) - (b === kOther) || data.collator.compare(a, b));
    const shownDevices = devices.filter((device) => points.some((point) => point.device === device));
    const keys = [];
    if (shownFamilies.length > 1) for (const family of shownFamilies) keys.push(el("span", {class: "key"}, mark(d3.symbolCircle, colorOf(family)), family));
    if (shownDevices.length > 1) for (const device of shownDevices.slice(0, 12)) keys.push(el("span", {class: "key"}, mark(shapes[symbolOf(device)], "currentColor"), device));
    return keys;
  }

  const axisLabel = (tag, scale) => titleOf(tag) + (scale.name ? ` (${scale.name})` : "");
  const arrowOf = (direction, up, down) => (direction === "lower" ? down : up);

  const kMostLabels = 60;
  // The front, then the others where they are few and there is room.
  function labelled({points, front, all}, isRoomy) {
    const onFront = new Set(front);
    const others = isRoomy && all.length <= kMostIntervals ? points.filter((point) => !onFront.has(point)) : [];
    return [...front, ...others].slice(0, kMostLabels);
  }

  function marksOf(set, {xTag, yTag, isSmall, isRoomy}) {
    const {points, front, all} = set;
    const color = (point) => colorOf(point.family);
    const onFront = new Set(front);
    const barred = all.length > kMostIntervals ? front : points;
    const bars = {stroke: color, strokeWidth: isSmall ? 1 : 1.4, strokeOpacity: 0.8};
    return [
      Plot.line(front, {x: "x", y: "y", stroke: "currentColor", strokeOpacity: 0.55, strokeWidth: 1.5, strokeDasharray: "5 4", curve: "step-after"}),
      Plot.ruleX(barred, {x: "x", y1: "y1", y2: "y2", ...bars}),
      Plot.ruleY(barred, {y: "y", x1: "x1", x2: "x2", ...bars}),
      isSmall ? null : Plot.text(labelled(set, isRoomy), {x: "x", y: "y", text: (point) => shortened(shortName(point.row)), fill: "currentColor", stroke: "var(--paper)", strokeWidth: 4,
                                          className: "point-label", fillOpacity: (point) => (onFront.has(point) ? 1 : 0.75)}),
      Plot.dot(points, {x: "x", y: "y", symbol: (point) => symbolOf(point.device), r: isSmall || all.length > kMostIntervals ? 3.5 : 5.5, fill: color,
                        fillOpacity: (point) => (onFront.has(point) || all.length <= kMostIntervals ? 1 : 0.55), stroke: "var(--paper)", strokeWidth: isSmall ? 0.5 : 1, className: "point"}),
      Plot.tip(points, Plot.pointer({x: "x", y: "y", title: (point) => tipText(point, xTag, yTag), fill: "var(--paper)", stroke: "var(--line)"})),
    ];
  }

  const kLongestLabel = 34;
  const shortened = (name) => (name.length > kLongestLabel ? `${name.slice(0, kLongestLabel - 1)}…` : name);

  function plot(set, {xTag, yTag, isLogX, isLogY, width, height, isSmall}) {
    const {points, x, y, better} = set;
    const isRoomy = width > 560;
    const isLog = (wanted, end) => (wanted && points.every((point) => point[end] > 0) ? "log" : "linear");
    const ticks = (type, from, to) => (type === "log" ? page.logTicks(d3.min(points, (point) => point[from]), d3.max(points, (point) => point[to]), isRoomy)
                                                     : {ticks: isRoomy ? 8 : 4});
    const xType = isLog(isLogX, "x1");
    const yType = isLog(isLogY, "y1");
    return page.plot({
      width, height, marginLeft: 56, marginRight: isRoomy ? 60 : 24, marginBottom: 46, marginTop: 28,
      ariaLabel: `${titleOf(yTag)} against ${titleOf(xTag)} of ${points.length} rows`,
      style: {background: "transparent", color: "inherit", fontSize: isSmall ? "11.5px" : "12.5px", overflow: "visible"},
      x: {type: xType, label: axisLabel(xTag, x), labelArrow: arrowOf(better.x, "right", "left"), labelAnchor: "center", grid: true, insetLeft: 16, insetRight: 16, ...ticks(xType, "x1", "x2")},
      y: {type: yType, label: axisLabel(yTag, y), labelArrow: arrowOf(better.y, "up", "down"), grid: true, insetTop: 10, insetBottom: 10, ...ticks(yType, "y1", "y2"), ...(yType === "log" ? {} : {ticks: isSmall ? 5 : 8})},
      symbol: {domain: symbols, range: symbols},
      marks: marksOf(set, {xTag, yTag, isSmall, isRoomy}),
    }, {interactive: !isSmall});
  }

  function frontNote({front, all, points}, rowCount) {
    return `Dashed: the Pareto front, ${front.length} of ${plural(all.length, "row")} that no other beats in both.` +
      (all.length > kMostIntervals ? " Bars: 95 % intervals, of the front only." : " Bars: 95 % intervals.") +
      (points.length < all.length ? ` Drawn: the front and ${plural(points.length - front.length, "other")}, drawn by lot; filters show the rest.` : "") +
      (all.length < rowCount ? ` Not drawn, for want of one of the two figures: ${(rowCount - all.length).toLocaleString("en")}.` : "");
  }

  function frontList(front) {
    return el("details", {class: "front"}, el("summary", {}, "Rows on the front"),
      el("ol", {}, ...front.slice(0, 100).map((point) => el("li", {}, el("a", {href: router.href(["row", point.row.key])}, rowName(point.row)))),
        front.length > 100 ? el("li", {}, `and ${front.length - 100} more`) : null));
  }

  function draw(rows, {xTag, yTag, isLogX, isLogY}) {
    const set = pointsOf(rows, xTag, yTag);
    if (!set) {
      byId("legend").replaceChildren();
      byId("chart-caption").replaceChildren();
      holder.replaceChildren(el("p", {class: "notice"}, `No visible row has both ${inSentence(titleOf(yTag))} and ${inSentence(titleOf(xTag))}.`));
      return;
    }
    const width = Math.max(300, holder.clientWidth);
    const isRoomy = width > 560;
    const svg = plot(set, {xTag, yTag, isLogX, isLogY, width, height: isRoomy ? 430 : 340, isSmall: false});
    holder.replaceChildren(svg);
    byId("legend").replaceChildren(...legend(set.points));
    placeLabels(svg);
    makePointsReachable(svg, set, xTag, yTag);
    byId("chart-caption").replaceChildren(el("p", {}, frontNote(set, rows.length)), frontList(set.front));
  }

  // By mouse every point, by keyboard those of the front: the table has the others.
  function makePointsReachable(svg, {points, front}, xTag, yTag) {
    const onFront = new Set(front);
    svg.querySelectorAll("g.point path, g.point circle").forEach((mark, i) => {
      const open = () => router.go(router.href(["row", points[i].row.key]));
      mark.addEventListener("click", open);
      if (!onFront.has(points[i])) return;
      mark.setAttribute("tabindex", "0");
      mark.setAttribute("role", "link");
      mark.setAttribute("aria-label", tipText(points[i], xTag, yTag).replaceAll("\n", ", "));
      mark.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        open();
      });
    });
  }

  // One small chart a cost, `yTag` up in each.
  function overview(rows, yTag, xTags, hrefOf) {
    const all = byId("overview");
    if (xTags.length === 0) {
      byId("overview-legend").replaceChildren();
      all.replaceChildren(el("p", {class: "notice"}, `No visible row has ${inSentence(titleOf(yTag))} and a cost to set it against.`));
      return;
    }
    const shown = [];
    all.replaceChildren(...xTags.map((xTag) => {
      const set = pointsOf(rows, xTag, yTag);
      shown.push(...set.points);
      const figure = el("figure", {class: "small-chart"}, el("h3", {}, el("a", {href: hrefOf(xTag)}, `Against ${inSentence(titleOf(xTag))}`)));
      figure.append(plot(set, {xTag, yTag, isLogX: true, isLogY: false, width: 400, height: 290, isSmall: true}),
        el("figcaption", {}, `Front: ${set.front.length} of ${plural(set.all.length, "row")}`));
      return figure;
    }));
    byId("overview-legend").replaceChildren(...legend(shown));
  }

  return {draw, overview, colorOf, familyOf};
})();
