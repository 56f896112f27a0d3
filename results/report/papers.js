"use strict";
// A page a paper: what was published, what was measured here, and the verdict on each figure.
const papers = (() => {
  const {data, el, breakable, dateText} = page;
  const verdicts = ["EXACT", "WITHIN", "STATISTICAL", "OFF", "NOT RUN", "shown"];

  function badge(verdict, text = verdict) {
    return el("span", {class: `verdict verdict-${verdict.toLowerCase().replace(" ", "-")}`}, text);
  }

  function figuresOf(paper) {
    return paper.tables.flatMap((table) => table.rows.flatMap((row) => row.figures));
  }

  function counts(paper) {
    const figures = figuresOf(paper);
    return verdicts
      .map((verdict) => [verdict, figures.filter((figure) => figure.verdict === verdict).length])
      .filter(([, n]) => n > 0)
      .map(([verdict, n]) => badge(verdict, `${verdict} ${n}`));
  }

  function subject(measure) {
    if (!measure) return "";
    const set = Object.entries(measure.set).map(([name, value]) => `${name}=${value}`);
    return [measure.tag ? `${measure.model}.${measure.tag}` : measure.model, ...measure.methods, ...set].join(" ");
  }

  function rowLabel(row) {
    const over = row.against ? ` over ${subject(row.against)}` : "";
    const measured = subject(row.measure);
    return el("th", {scope: "row", rowspan: row.figures.length}, ...breakable(row.id),
      row.about ? el("span", {class: "small"}, row.about) : null,
      measured ? el("span", {class: "small"}, measured + over) : null,
      row.note ? el("span", {class: "small"}, row.note) : null,
      el("span", {class: "small"}, [row.confidence === "remembered" ? "from memory" : null, row.source,
        row.quick ? "quick look" : null].filter(Boolean).join(" · ")));
  }

  function figureCells(figure) {
    const why = [figure.reason, ...figure.differs].filter(Boolean).join("; ");
    return [
      el("td", {}, figure.figure),
      el("td", {class: "number"}, figure.published_text),
      el("td", {class: "number"}, figure.measured_text || "–"),
      el("td", {}, badge(figure.verdict)),
      el("td", {class: "why"}, why),
    ];
  }

  function tableNode(table) {
    const head = ["row", "figure", "published", "measured", "verdict", "why"];
    return el("div", {}, el("h3", {}, `${table.id}: ${table.about}`),
      el("div", {class: "scroll", tabindex: "0", role: "region", "aria-label": `${table.id}, scrolls sideways`},
        el("table", {class: "verdicts"},
          el("thead", {}, el("tr", {}, ...head.map((title) => el("th", {scope: "col"}, title)))),
          el("tbody", {}, ...table.rows.flatMap((row) => row.figures.map((figure, i) =>
            el("tr", {}, i === 0 ? rowLabel(row) : null, ...figureCells(figure))))))));
  }

  function whence(paper) {
    const rows = paper.tables.flatMap((table) => table.rows);
    const times = rows.map((row) => row.started_at).filter(Boolean).sort();
    const machines = [...new Set(rows.map((row) => row.machine).filter(Boolean))];
    const when = times.length === 0 ? "" : times[0] === times.at(-1) ? dateText(times[0]) : `${dateText(times[0])} to ${dateText(times.at(-1))}`;
    return [machines.join(", "), when, rows.some((row) => row.quick) ? paper.quick_note : ""].filter(Boolean).join(" · ");
  }

  // Its tables are built when it is opened.
  function article(paper) {
    const where = [paper.arxiv && `arXiv ${paper.arxiv}`, paper.venue].filter(Boolean).join(", ");
    const node = el("details", {class: "run paper", id: `paper-${paper.paper}`},
      el("summary", {}, el("strong", {}, paper.title), where ? ` (${where}) ` : " ", ...counts(paper)));
    node.addEventListener("toggle", () => {
      if (!node.open || node.childElementCount > 1) return;
      node.append(el("div", {class: "body"}, el("p", {class: "quiet"}, whence(paper)), ...paper.tables.map(tableNode)));
    });
    return node;
  }

  function openNamed() {
    const node = document.getElementById(location.hash.slice(1));
    if (node?.classList.contains("paper")) node.open = true;
  }

  function list() {
    if (data.papers.length === 0) return;
    document.getElementById("papers").hidden = false;
    document.getElementById("paper-links").append(...data.papers.map((paper) =>
      el("a", {href: `#paper-${paper.paper}`}, paper.paper)));
    document.getElementById("paper-list").append(...data.papers.map(article));
    window.addEventListener("hashchange", openNamed);
    openNamed();
  }

  return {list};
})();
