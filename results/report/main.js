"use strict";
// Puts the views together.
(() => {
  const {el, byId, plural} = page;

  function summary() {
    const {rows, runs} = data;
    const machines = [...new Set(rows.map((row) => row.device_name || row.device))].filter(Boolean).sort(data.collator.compare);
    const times = [...runs.map((run) => run.started_at), ...rows.map((row) => row.newest)].filter(Boolean);
    const day = (time) => time.slice(0, 10);
    const [first, last] = times.length ? [day(d3.min(times)), day(d3.max(times))] : ["", ""];
    byId("summary").textContent = [
      plural(rows.length, "configuration"), plural(new Set(rows.map((row) => row.model)).size, "model"),
      data.runCount ? plural(data.runCount, "run") : "",
      machines.length > 3 ? plural(machines.length, "machine") : machines.join(", "),
      first === last ? first : `${first} to ${last}`].filter(Boolean).join(" · ");
    const {query} = data;
    const limits = [query.task && `task ${query.task}`, ...query.filters, query.include_ineligible && "rows kept off leaderboards included",
                    query.limit > 0 && rows.length >= query.limit && `the best ${query.limit.toLocaleString("en")} rows`].filter(Boolean);
    byId("limits").textContent = limits.length ? `Of the database this file shows: ${limits.join(", ")}.` : "";
    byId("limits").hidden = limits.length === 0;
    byId("made").textContent = `Made by Yardstick ${data.yardstick}. This file holds everything it shows and asks the network for nothing.`;
  }

  function navigation() {
    const links = [["board", "#/", "Leaderboard", true], ["tradeoffs", "#/tradeoffs", "Trade-offs", data.rows.length > 0], ["papers", "#/papers", "Papers", data.papers.length > 0],
                   ["history", "#/history", "History", timeline.count > 0], ["runs", "#/runs", "Runs", data.runs.length > 0], ["protocol", "#/protocol", "Data & protocol", true]];
    byId("views").append(...links.filter(([, , , isThere]) => isThere).map(([view, href, text]) => el("li", {}, el("a", {href, "data-view": view}, text))));
  }

  summary();
  navigation();
  board.addViews();
  runs.addViews();
  compare.addViews();
  papers.addViews();
  timeline.addViews();
  protocol.addViews();
  router.add({name: "nothing", show: (segments) => { byId("nothing-what").textContent = segments.join("/"); }});
  router.start();
})();
