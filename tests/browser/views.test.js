// Every view of the report, as a reader uses it.
import test, {after, before} from "node:test";
import assert from "node:assert/strict";
import {Browser, makeReport} from "./browser.js";

let report;
let browser;
before(async () => {
  report = makeReport(["small"], ["--title", "Digits & <b>letters</b>"]);
  browser = await Browser.start();
});
after(async () => {
  await browser?.stop();
  report?.remove();
});

const at = (hash) => report.url + hash;
const column = (page, number) => page.$$eval(`#board tbody tr[data-key] > :nth-child(${number})`, (cells) => cells.map((cell) => cell.textContent));
const models = (page) => page.$$eval("#board tbody tr[data-key] .model a", (links) => links.map((link) => link.textContent));
const shares = (cells) => cells.filter((cell) => cell !== "–").map((cell) => Number.parseFloat(cell));
// As shown; rows without one come last in either order.
const latencies = async (page) => (await column(page, 6)).filter((cell) => cell !== "–");
const hash = (page) => page.evaluate(() => location.hash);
// Of the column that the table is sorted by.
const sortState = (page) => page.$$eval("#board th[aria-sort]", (heads) => heads.map((head) => [head.querySelector(".sort").firstChild.textContent, head.getAttribute("aria-sort")]));
const sortBy = (page, title) => page.click(`#board .sort:has-text("${title}")`);
const visible = (page, id) => page.locator(id).isVisible();

async function opened(hashText, use, options) {
  const page = await browser.open(at(hashText), options);
  await use(page);
  await page.close();
}

test("the leaderboard begins with the best of the largest task", () => opened("", async (page) => {
  assert.equal(await page.textContent("h1"), "Digits & <b>letters</b>");
  assert.equal(await page.title(), "Digits & <b>letters</b>");
  assert.equal(await page.inputValue("#filter-task"), "digits");
  assert.deepEqual(await sortState(page), [["Top-1 accuracy", "descending"]]);
  const accuracies = shares(await column(page, 4));
  assert.ok(accuracies.length >= 16);
  assert.deepEqual(accuracies, accuracies.toSorted((a, b) => b - a));
}));

test("a column sorts best first, then worst first, and the address says so", () => opened("", async (page) => {
  await sortBy(page, "Latency, median");
  assert.deepEqual(await sortState(page), [["Latency, median", "ascending"]]);
  const best = await latencies(page);
  await sortBy(page, "Latency, median");
  assert.deepEqual(await sortState(page), [["Latency, median", "descending"]]);
  const worst = await latencies(page);
  assert.ok(best.length > 10 && best[0] !== best.at(-1));
  assert.deepEqual([worst[0], worst.at(-1)], [best.at(-1), best[0]]);
  assert.match(await hash(page), /sort=latency\/inference\/median/);
  assert.match(await hash(page), /dir=reversed/);
  await sortBy(page, "Model");
  const names = await models(page);
  assert.deepEqual(names, names.toSorted(new Intl.Collator("en", {numeric: true}).compare));
  const again = await browser.open(page.url());
  assert.deepEqual(await models(again), names);
  await again.close();
}));

test("the button that sorted keeps the focus", () => opened("", async (page) => {
  await page.focus("#board .sort:has-text('Throughput')");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.dataset.focus), "sort throughput/inference/images");
}));

test("filters narrow the rows, and Clear brings them back", () => opened("", async (page) => {
  const all = (await models(page)).length;
  await page.selectOption("#filter-family", "hiera");
  assert.ok((await models(page)).every((model) => model.startsWith("hiera_")));
  await page.selectOption("#filter-device", "NVIDIA H100 80GB HBM3");
  assert.deepEqual(await models(page), ["hiera_nano_32"]);
  assert.match(await page.textContent("#count"), /^1 of \d+ rows/);
  await page.click("#clear");
  assert.equal((await models(page)).length, all);
  await page.selectOption("#filter-method", "tome");
  assert.equal((await models(page)).length, 4);
  await page.selectOption("#filter-method", "none");
  await page.selectOption("#filter-precision", "bf16");
  assert.equal((await models(page)).length, 3);
  await page.selectOption("#filter-model", "mvit_nano_32");
  assert.deepEqual(await models(page), ["mvit_nano_32"]);
}));

test("another task, and all of them apart", () => opened("", async (page) => {
  await page.selectOption("#filter-task", "letters");
  assert.equal(shares(await column(page, 4)).length, 3);
  await page.selectOption("#filter-task", "*");
  const contests = await page.$$eval("#board .contest", (rows) => rows.map((row) => row.textContent));
  assert.equal(contests.length, 3);
  assert.match(contests[0], /^digits, val split/);
  assert.match(contests[1], /^letters/);
  assert.match(contests[2], /^Not evaluated/);
}));

test("search finds words of a row in any order", () => opened("", async (page) => {
  await page.fill("#search", "r=4 micro");
  assert.deepEqual(await models(page), ["vit_micro_patch4_28"]);
  await page.fill("#search", "nothing-like-this");
  assert.equal(await visible(page, "#no-rows"), true);
  assert.match(await page.textContent("#count"), /^0 of/);
}));

test("columns can be chosen", () => opened("", async (page) => {
  await page.click(".chooser summary");
  await page.check("#columns input[value='loss/nll']");
  await page.uncheck("#columns input[value='params/total']");
  const heads = await page.$$eval("#board thead .sort", (sorts) => sorts.map((sort) => sort.firstChild.textContent));
  assert.ok(heads.includes("Negative log-likelihood"));
  assert.ok(!heads.includes("Parameters"));
  await page.keyboard.press("Escape");
  assert.equal(await page.getAttribute(".chooser", "open"), null);
  const again = await browser.open(page.url());
  assert.deepEqual(await again.$$eval("#board thead .sort", (sorts) => sorts.map((sort) => sort.firstChild.textContent)), heads);
  await again.close();
}));

test("rows that are not told apart share a place", () => opened("", async (page) => {
  const places = (await column(page, 2)).filter((place) => place !== "");
  const [first] = places;
  assert.match(first, /^1–\d+$/);
  const last = Number(first.split("–")[1]);
  assert.ok(places.slice(0, last).every((place) => place === first));
  assert.notEqual(places[last], first);
  assert.match(await page.textContent("#ties-note"), /McNemar/);
  await sortBy(page, "Latency, median");
  assert.match(await page.textContent("#ties-note"), /intervals overlap|^$/);
}));

test("ticking two rows leads to the two head to head", () => opened("", async (page) => {
  const boxes = page.locator("#board tbody input[type=checkbox]");
  await boxes.nth(0).check();
  assert.match(await page.textContent("#chosen"), /tick a second row/);
  await boxes.nth(9).check();
  await page.click("#compare");
  assert.match(await hash(page), /^#\/compare\/[0-9a-f]{10}\/[0-9a-f]{10}$/);
  assert.match(await page.textContent("#paired"), /McNemar’s exact test p/);
  const text = await page.textContent("#view-compare");
  assert.match(text, /Top-1 accuracy/);
  assert.match(text, /intervals (apart|overlap)/);
  assert.match(text, /A as a multiple of B/);
  assert.ok(await page.locator(".distribution svg").count() >= 1);
  const link = await hash(page);
  await page.click("text=Swap A and B");
  const [, , a, b] = link.split("/");
  assert.equal(await hash(page), `#/compare/${b}/${a}`);
  assert.match(await page.title(), /against/);
}));

test("a comparison over machines says so, and lists what differs", () => opened("", async (page) => {
  const keyOf = (device) => page.$$eval("#board tbody tr[data-key]", (rows, wanted) =>
    rows.find((row) => row.querySelector(".model a").textContent === "hiera_nano_32" && row.textContent.includes(wanted)).dataset.key, device);
  const keys = [await keyOf("AMD EPYC"), await keyOf("NVIDIA H100")];
  await page.goto(at(`#/compare/${keys.join("/")}`));
  const text = await page.textContent("#compare-body");
  assert.match(text, /ran on different machines/);
  assert.match(text, /different precisions/);
  assert.match(text, /gpu_name/);
  assert.match(text, /max_s/);
}));

test("the back button undoes a sort and returns from a view", () => opened("", async (page) => {
  const before = await models(page);
  await sortBy(page, "Throughput");
  assert.notDeepEqual(await models(page), before);
  await page.click("#views a[data-view=protocol]");
  assert.equal(await visible(page, "#view-board"), false);
  await page.goBack();
  assert.equal(await visible(page, "#view-board"), true);
  assert.deepEqual((await sortState(page))[0][0], "Throughput");
  await page.goBack();
  assert.deepEqual(await models(page), before);
  await page.goForward();
  assert.deepEqual((await sortState(page))[0][0], "Throughput");
}));

test("axes can be chosen, and a point leads to its row", () => opened("", async (page) => {
  await page.selectOption("#axis-x", "macs/image");
  await page.selectOption("#axis-y", "latency/inference/median");
  await page.check("#log-isLogY");
  assert.match(await page.getAttribute("#chart svg", "aria-label"), /^Latency, median against MACs per image of \d+ rows$/);
  assert.match(await page.textContent("#chart-caption"), /Pareto front, \d+ of/);
  assert.match(await hash(page), /logy=1/);
  await page.locator("#chart [tabindex='0']").first().focus();
  await page.keyboard.press("Enter");
  assert.match(await hash(page), /^#\/row\//);
  assert.equal(await page.evaluate(() => document.activeElement.id), "row-title");
}));

test("all trade-offs stand side by side", () => opened("#/tradeoffs", async (page) => {
  const titles = await page.$$eval(".small-chart h3", (heads) => heads.map((head) => head.textContent));
  for (const cost of ["throughput", "latency, median", "peak memory", "MACs per image", "parameters", "energy per image"]) {
    assert.ok(titles.includes(`Against ${cost}`), `${cost} in ${titles}`);
  }
  await page.click(".small-chart h3 a:has-text('MACs')");
  assert.equal(await page.inputValue("#axis-x"), "macs/image");
}));

test("a row has its figures and leads to its runs", () => opened("", async (page) => {
  await page.click("#board .model a:has-text('hiera_micro_32')");
  await page.waitForSelector("#view-row:not([hidden])");
  assert.match(await page.textContent("#view-row"), /Negative log-likelihood/);
  await page.click("#row .block ul a >> nth=0");
  await page.waitForSelector("#view-run:not([hidden])");
  assert.match(await hash(page), /^#\/run\/[0-9a-f-]{36}$/);
  const text = await page.textContent("#view-run");
  assert.match(text, /Settings/);
  assert.match(text, /AMD EPYC 7B13/);
  assert.match(text, /58060af3c1b2d4e5f60718293a4b5c6d7e8f9011/);
}));

test("the runs are listed and found, failed ones with their reason", () => opened("#/runs", async (page) => {
  await page.fill("#run-search", "out of memory");
  assert.match(await page.textContent("#runs-note"), /^1 run \(1 failed\)/);
  await page.click("#runs a");
  assert.match(await page.textContent("#run .notice"), /^failed: out of memory at batch 512/);
}));

test("a paper has a view with its verdicts", () => opened("#/papers", async (page) => {
  await page.click("#paper-list a:has-text('Token Merging')");
  assert.equal(await hash(page), "#/paper/tome");
  const rows = await page.$$eval(".verdicts tbody tr", (lines) => lines.map((line) => line.textContent));
  assert.equal(rows.length, 5);
  assert.match(rows[2], /throughput.*OFF.*batch: 256 there, 8 here/);
  await page.selectOption("#paper-verdict", "OFF");
  assert.equal(await page.locator(".verdicts tbody tr").count(), 1);
  await page.goBack();
  assert.equal(await page.locator(".verdicts tbody tr").count(), 5);
}));

test("history shows changes with their commits", () => opened("#/history", async (page) => {
  assert.match(await page.textContent("#history-note"), /^4 series, 3 changes/);
  await page.fill("#history-search", "vit_small");
  assert.equal(await page.locator(".series").count(), 2);
  await page.fill("#history-search", "hiera");
  assert.equal(await page.locator(".series").count(), 1);
  const changes = await page.$$eval(".changes tbody tr", (lines) => lines.map((line) => line.textContent));
  assert.equal(changes.length, 1);
  assert.match(changes[0], /^2026-10-01/);
  assert.match(changes[0], /[0-9a-f]{7}\.\.[0-9a-f]{7}/);
  assert.match(changes[0], /\+[56]\.\d % worse/);
  await page.fill("#history-search", "");
  await page.check("#history-changed");
  assert.equal(await page.locator(".series").count(), 2);
  assert.match(await page.textContent("#series"), /better/);
}));

test("data and protocol say what was measured on", () => opened("#/protocol", async (page) => {
  const text = await page.textContent("#view-protocol");
  for (const part of ["content:9b1c6f0e77d2", "1,000", "crop_px 28", "Protocol 1/default", "warmup_s", "NVIDIA H100 80GB HBM3", "2.11.0", "McNemar", "noise_settled"]) {
    assert.ok(text.includes(part), part);
  }
}));

test("an address that leads nowhere says so", () => opened("#/row/0000000000", async (page) => {
  assert.equal(await visible(page, "#view-nothing"), true);
  await page.goto(at("#/<script>alert(9)</script>"));
  assert.match(await page.textContent("#nothing-what"), /script/);
  await page.goto(at("#/paper/%E0%A4%A"));
  assert.equal(await visible(page, "#view-nothing"), true);
}));

test("text from the records stays text in every view", () => opened("", async (page) => {
  await page.fill("#search", "script>");
  assert.deepEqual(await models(page), ["<script>alert(1)</script>", "<script>alert(5)</script>"]);
  assert.equal(await page.locator("#chart text:has-text('<script>')").count(), 1);
  await page.hover("#chart .point path, #chart .point circle");
  await page.check("#board tbody input[type=checkbox]");
  await page.fill("#search", "constructor");
  await page.check("#board tbody input[type=checkbox]");
  await page.click("#compare");
  for (const link of ["#/row/", "#/run/"]) {
    await page.goto(at(""));
    await page.fill("#search", "script>");
    await page.click("#board .model a");
    if (link === "#/run/") await page.click("#row .block ul a >> nth=0");
    assert.match(await page.title(), /<script>alert\(1\)<\/script>/);
  }
  for (const view of ["#/history", "#/runs", "#/protocol", "#/tradeoffs", "#/papers"]) await page.goto(at(view));
  assert.equal(await page.locator("main script, main img, main b, svg[onload], main i").count(), 0);
}));
