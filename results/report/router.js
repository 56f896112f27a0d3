"use strict";
// Each view has an address behind the #, so that the browser's back button works and a link to a view
// can be passed on: #/compare/A/B?x=y.
const router = (() => {
  const {byId} = page;
  const views = new Map();
  const positions = new Map();
  let current = {hash: null, place: null};
  let isByLink = false;

  const encode = (text) => encodeURIComponent(text).replaceAll("%2F", "/").replaceAll("%2C", ",").replaceAll("%3A", ":");

  // href(["compare", a, b], {x: "y"}); parameters without a value are left out.
  function href(segments, parameters = {}) {
    const query = Object.entries(parameters)
      .filter(([, value]) => value !== "" && value !== null && value !== undefined)
      .map(([name, value]) => `${encode(name)}=${encode(String(value))}`).join("&");
    return `#/${segments.map(encodeURIComponent).join("/")}${query ? `?${query}` : ""}`;
  }

  function parse(hash) {
    const text = hash.replace(/^#\/?/, "");
    const cut = text.indexOf("?");
    const path = cut < 0 ? text : text.slice(0, cut);
    try {
      const segments = path === "" ? [] : path.split("/").map(decodeURIComponent);
      return {segments, parameters: Object.fromEntries(new URLSearchParams(cut < 0 ? "" : text.slice(cut + 1)))};
    } catch {
      return {segments: ["nothing"], parameters: {}};
    }
  }

  // {name, sections: [ids], title(segments), show(segments, parameters)}: show returns false where there is no such thing.
  function add(view) {
    views.set(view.name, view);
  }

  // The address becomes `target`; without leaving a step to go back to where `isStep` is false.
  function go(target, isStep = true) {
    if (target === location.hash) return;
    if (isStep) location.hash = target;
    else location.replace(target);
  }

  function show() {
    const hash = location.hash;
    if (current.hash !== null) positions.set(current.hash, window.scrollY);
    const {segments, parameters} = parse(hash);
    const [name = "board", ...rest] = segments;
    let view = views.get(name) ?? views.get("nothing");
    let section = reveal(view);
    if (view.show(rest, parameters) === false) {
      view = views.get("nothing");
      section = reveal(view);
      view.show(segments, parameters);
    }
    const place = [name, ...rest].join("/");
    const heading = section.querySelector("h2");
    const title = view.title?.(rest) ?? heading.textContent;
    document.title = name === "board" ? byId("title").textContent : `${title} – ${byId("title").textContent}`;
    markCurrent(view);
    if (current.place !== null && current.place !== place) {
      heading.focus({preventScroll: true});
      window.scrollTo(0, isByLink ? 0 : positions.get(hash) ?? 0);
    }
    isByLink = false;
    current = {hash, place};
  }

  function reveal(view) {
    const section = byId(`view-${view.section ?? view.name}`);
    for (const other of document.querySelectorAll(".view")) other.hidden = other !== section;
    return section;
  }

  function markCurrent(view) {
    for (const link of document.querySelectorAll("#views a")) {
      const isCurrent = link.dataset.view === (view.under ?? view.name);
      if (isCurrent) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
      // On a phone the list scrolls sideways.
      if (isCurrent) byId("views").scrollLeft = link.offsetLeft - byId("views").offsetLeft - 40;
    }
  }

  function start() {
    document.addEventListener("click", (event) => {
      const link = event.target.closest?.("a[href]");
      isByLink = link !== null && link !== undefined && link.getAttribute("href").startsWith("#/");
    });
    byId("skip").addEventListener("click", (event) => {
      event.preventDefault();
      document.querySelector(".view:not([hidden]) h2").focus();
    });
    window.addEventListener("hashchange", show);
    show();
  }

  return {add, go, href, start, refresh: show};
})();
