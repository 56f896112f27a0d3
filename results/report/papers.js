"use strict";
// A view a paper: what was published, what was measured here, and the verdict on each figure.
const papers = (() => {
  const {el, byId, breakable, dateText, plural} = page;
  const verdicts = ["EXACT", "WITHIN", "STATISTICAL", "OFF", "NOT RUN", "shown"];
  const meanings = {
    EXACT: "the same, to the last digit that the paper gives",
    WITHIN: "within the tolerance for such a figure",
    STATISTICAL: "inside the interval of the measurement only",
    OFF: "different; what differs in the protocol is listed",
    "NOT RUN": "not measured here, with the reason",
    shown: "for comparison: no verdict",
  };

  function badge(verdict, text = verdict) {
    return el("span", {class: `verdict verdict-${verdict.toLowerCase().replace(" ", "-")}`}, text);
  }

  const figuresOf = (paper) => paper.tables.flatMap((table) => table.rows.flatMap((row) => row.figures));

  function counts(paper) {
    const figures = figuresOf(paper);
    return verdicts.map((verdict) => [verdict, figures.filter((figure) => figure.verdict === verdict).length])
      .filter(([, n]) => n > 0).map(([verdict, n]) => badge(verdict, `${verdict} ${n.toLocaleString("en")}`));
  }

  function subject(measure) {
    if (!measure) return "";
    const set = Object.entries(measure.set ?? {}).map(([name, value]) => `${name}=${value}`);
    return [measure.tag ? `${measure.model}.${measure.tag}` : measure.model, ...(measure.methods ?? []), ...set].join(" ");
  }

  function rowLabel(row, figures) {
    const over = row.against ? ` over ${subject(row.against)}` : "";
    const measured = subject(row.measure);
    return el("th", {scope: "rowgroup", rowspan: figures.length}, ...breakable(row.id),
      row.about ? el("span", {class: "small"}, row.about) : null,
      measured ? el("span", {class: "small"}, ...breakable(measured + over)) : null,
      row.note ? el("span", {class: "small"}, row.note) : null,
      el("span", {class: "small"}, [row.confidence === "remembered" ? "from memory" : null, row.source, row.quick ? "quick look" : null].filter(Boolean).join(" · ")));
  }

  function figureCells(figure) {
    const why = [figure.reason, ...(figure.differs ?? [])].filter(Boolean).join("; ");
    return [
      el("td", {}, figure.figure),
      el("td", {class: "number"}, figure.published_text),
      el("td", {class: "number"}, figure.measured_text || "–"),
      el("td", {}, badge(figure.verdict)),
      el("td", {class: "why"}, why, ...(figure.runs ?? []).filter((id) => data.run(id)).slice(0, 3).flatMap((id) => [" ", el("a", {href: router.href(["run", id])}, "run")])),
    ];
  }

  function tableNode(table, wanted) {
    const head = ["row", "figure", "published", "measured", "verdict", "why"];
    const bodies = table.rows.map((row) => ({row, figures: row.figures.filter((figure) => wanted === "" || figure.verdict === wanted)})).filter(({figures}) => figures.length > 0);
    if (bodies.length === 0) return null;
    return el("section", {class: "block"}, el("h3", {}, `${table.id}: ${table.about}`),
      el("div", {class: "scroll", tabindex: "0", role: "region", "aria-label": `${table.id}, scrolls sideways`},
        el("table", {class: "verdicts"},
          el("caption", {class: "hidden"}, `${table.id}: ${table.about}`),
          el("thead", {}, el("tr", {}, ...head.map((title, i) => el("th", {scope: "col", class: i === 2 || i === 3 ? "number" : null}, title)))),
          ...bodies.map(({row, figures}) => el("tbody", {}, ...figures.map((figure, i) => el("tr", {}, i === 0 ? rowLabel(row, figures) : null, ...figureCells(figure))))))));
  }

  function whence(paper) {
    const rows = paper.tables.flatMap((table) => table.rows);
    const times = rows.map((row) => row.started_at).filter(Boolean).sort();
    const machines = [...new Set(rows.map((row) => row.machine).filter(Boolean))];
    const when = times.length === 0 ? "" : times[0] === times.at(-1) ? dateText(times[0]) : `${dateText(times[0])} to ${dateText(times.at(-1))}`;
    return [machines.join(", "), when, rows.some((row) => row.quick) ? paper.quick_note : ""].filter(Boolean).join(" · ");
  }

  const where = (paper) => [paper.arxiv && `arXiv ${paper.arxiv}`, paper.venue].filter(Boolean).join(", ");

  // Shares of the verdicts as one bar.
  function bar(paper) {
    const figures = figuresOf(paper);
    return el("div", {class: "bar", "aria-hidden": "true"}, ...verdicts.map((verdict) => {
      const n = figures.filter((figure) => figure.verdict === verdict).length;
      return n === 0 ? null : el("span", {class: `share share-${verdict.toLowerCase().replace(" ", "-")}`, style: `flex-grow: ${n}`});
    }));
  }

  function list() {
    byId("paper-list").replaceChildren(...(data.papers.length === 0
      ? [el("p", {class: "notice"}, "No paper’s claims were measured. ", el("code", {}, "yardstick reproduce PAPER"), " does.")]
      : data.papers.map((paper) => el("li", {class: "card"},
        el("h3", {}, el("a", {href: router.href(["paper", paper.paper])}, paper.title)),
        el("p", {class: "quiet"}, [where(paper), plural(figuresOf(paper).length, "figure")].filter(Boolean).join(" · ")), bar(paper), el("p", {class: "counts"}, ...counts(paper))))));
    byId("verdict-meanings").replaceChildren(...verdicts.flatMap((verdict) => [el("dt", {}, badge(verdict)), el("dd", {}, meanings[verdict])]));
  }

  function show([name], parameters) {
    const paper = data.papers.find((known) => known.paper === name);
    if (!paper) return false;
    const wanted = verdicts.includes(parameters.verdict) ? parameters.verdict : "";
    byId("paper-title").textContent = paper.title;
    const select = el("select", {id: "paper-verdict", "data-focus": "verdict", onchange: () => router.go(router.href(["paper", name], {verdict: select.value}))},
      el("option", {value: ""}, "all"), ...verdicts.filter((verdict) => figuresOf(paper).some((figure) => figure.verdict === verdict))
        .map((verdict) => el("option", {value: verdict, selected: verdict === wanted}, verdict)));
    page.keepingFocus(byId("paper"), () => byId("paper").replaceChildren(...[
      el("p", {class: "lead"}, [where(paper), whence(paper)].filter(Boolean).join(" · ")),
      paper.interrupted ? el("p", {class: "notice"}, "The reproduction was interrupted.") : null,
      bar(paper), el("p", {class: "counts"}, ...counts(paper)),
      el("div", {class: "controls"}, el("label", {}, "Verdict", select)),
      ...paper.tables.map((table) => tableNode(table, wanted))].filter(Boolean)));
    return true;
  }

  function addViews() {
    router.add({name: "papers", show: list});
    router.add({name: "paper", under: "papers", show});
  }

  return {addViews};
})();
