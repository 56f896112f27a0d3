// 10,000 rows: that the work is done. How long it took stands in the log; no time is a limit here.
import {statSync} from "node:fs";
import test, {after, before} from "node:test";
import assert from "node:assert/strict";
import {Browser, makeReport} from "./browser.js";

let report;
let browser;
before(async () => {
  report = makeReport(["large", "10000"]);
  browser = await Browser.start();
});
after(async () => {
  await browser?.stop();
  report?.remove();
});

const models = (page) => page.$$eval("#board tbody tr[data-key] .model a", (links) => links.map((link) => link.textContent));
const count = (page) => page.textContent("#count");

// Milliseconds from a change of the page to the frame that shows it.
async function timed(page, act) {
  const begin = performance.now();
  await act();
  await page.evaluate(() => new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); }));
  return Math.round(performance.now() - begin);
}

test("10,000 rows of 20 figures open, sort, filter and page", async (t) => {
  const times = {"written, s": report.seconds.toFixed(2), "size, MB": (statSync(report.path).size / 1e6).toFixed(1)};
  const begin = performance.now();
  const page = await browser.open(report.url);
  times["opened, ms"] = Math.round(performance.now() - begin);
  assert.match(await count(page), /^10,000 of 10,000 rows/);
  assert.equal((await models(page)).length, 100);

  const first = await models(page);
  times["sorted, ms"] = await timed(page, () => page.click("#board .sort:has-text('Throughput')"));
  assert.notDeepEqual(await models(page), first);
  const speeds = await page.$$eval("#board tbody tr[data-key] > :nth-child(5) .value", (cells) => cells.map((cell) => Number.parseFloat(cell.textContent)));
  assert.deepEqual(speeds, speeds.toSorted((a, b) => b - a));

  times["filtered, ms"] = await timed(page, () => page.selectOption("#filter-family", "hiera"));
  assert.match(await count(page), /^909 of 10,000 rows/);
  assert.ok((await models(page)).every((model) => model.startsWith("hiera_")));
  times["found, ms"] = await timed(page, () => page.fill("#search", "r=7"));
  assert.ok((await models(page)).length > 0);
  times["cleared, ms"] = await timed(page, () => page.click("#clear"));
  times["next page, ms"] = await timed(page, () => page.click("#pages button:has-text('Next')"));
  assert.match(await page.textContent("#pages"), /101–200 of 10,000/);
  await page.click("#pages button:has-text('Last')");
  assert.match(await page.textContent("#pages"), /9,901–10,000 of 10,000/);
  times["sorted by name, ms"] = await timed(page, () => page.click("#board .sort:has-text('Model')"));
  assert.ok((await models(page))[0].startsWith("beit_"));

  assert.match(await page.textContent("#chart-caption"), /drawn by lot/);
  assert.ok(await page.locator("#chart .point circle, #chart .point path").count() < 1000);
  times["all trade-offs, ms"] = await timed(page, () => page.click("#views a[data-view=tradeoffs]"));
  assert.ok(await page.locator(".small-chart svg").count() >= 6);
  times["protocol, ms"] = await timed(page, () => page.click("#views a[data-view=protocol]"));
  assert.match(await page.textContent("#protocol-data"), /digits/);
  t.diagnostic(JSON.stringify(times));
  await page.close();
});

test("rows far down can be compared with what differs between them", async () => {
  const page = await browser.open(`${report.url}#/?page=90`);
  const boxes = page.locator("#board tbody input[type=checkbox]");
  await boxes.nth(3).check();
  await boxes.nth(40).check();
  await page.click("#compare");
  assert.match(await page.textContent("#compare-body"), /How they were scored/);
  await page.close();
});
