// For everybody: by keyboard, by screen reader, on a phone, in the dark and on paper.
import {createRequire} from "node:module";
import {readFileSync} from "node:fs";
import test, {after, before} from "node:test";
import assert from "node:assert/strict";
import {Browser, makeReport} from "./browser.js";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
let report;
let browser;
let views;
before(async () => {
  report = makeReport(["small"]);
  browser = await Browser.start();
  const page = await browser.open(report.url);
  const keys = await page.$$eval("#board tbody tr[data-key]", (rows) => rows.map((row) => row.dataset.key));
  await page.goto(`${report.url}#/row/${keys[0]}`);
  const run = await page.getAttribute("#row .block ul a", "href");
  await page.close();
  views = ["#/", "#/tradeoffs", `#/compare/${keys[0]}/${keys[8]}`, `#/row/${keys[0]}`, "#/papers", "#/paper/tome", "#/history", "#/runs", run, "#/protocol", "#/nothing"];
});
after(async () => {
  await browser?.stop();
  report?.remove();
});

for (const colorScheme of ["light", "dark"]) {
  test(`axe finds nothing serious in any view, ${colorScheme}`, async () => {
    for (const view of views) {
      const page = await browser.open(report.url + view, {colorScheme});
      await page.evaluate(axe);
      const results = await page.evaluate(() => window.axe.run(document, {resultTypes: ["violations"]}));
      const serious = results.violations.filter(({impact}) => ["serious", "critical"].includes(impact))
        .map(({id, nodes}) => `${id}: ${nodes.slice(0, 3).map(({html, failureSummary}) => `${html.slice(0, 160)} ${failureSummary.slice(0, 200)}`).join(" | ")}`);
      assert.deepEqual(serious, [], view);
      await page.close();
    }
  });
}

test("no view scrolls sideways on a phone", async () => {
  for (const view of views) {
    const page = await browser.open(report.url + view, {viewport: {width: 390, height: 844}, deviceScaleFactor: 2, hasTouch: true, isMobile: true});
    const [page_px, window_px] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
    assert.ok(page_px <= window_px && window_px <= 391, `${view}: ${page_px} px wide in ${window_px}`);
    await page.close();
  }
});

test("dark mode is dark, paper is white", async () => {
  const luminance = () => {
    const [r, g, b] = getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number);
    return (r + g + b) / 3;
  };
  const page = await browser.open(report.url, {colorScheme: "dark"});
  assert.ok(await page.evaluate(luminance) < 60);
  await page.emulateMedia({media: "print", colorScheme: "dark"});
  assert.equal(await page.evaluate(luminance), 255);
  for (const hidden of ["#views", "#filters", "#axes", ".chooser", "#board .tick >> nth=0"]) assert.equal(await page.locator(hidden).isVisible(), false, hidden);
  for (const shown of ["h1", "#board", "#chart svg"]) assert.equal(await page.locator(shown).isVisible(), true, shown);
  await page.close();
});

// Presses Tab until `isThere` holds for what has the focus.
async function tabTo(page, isThere, most = 120) {
  for (let i = 0; i < most; i += 1) {
    await page.keyboard.press("Tab");
    if (await page.evaluate(isThere)) return;
  }
  assert.fail(`Tab does not reach ${isThere}`);
}

test("everything can be done by keyboard", async () => {
  const page = await browser.open(report.url);
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.id), "skip");
  assert.ok(await page.locator("#skip").isVisible());
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "board-title");
  await tabTo(page, () => document.activeElement.id === "search");
  await page.keyboard.type("nano");
  await page.waitForFunction(() => document.querySelectorAll("#board tbody tr[data-key]").length < 12 && location.hash.includes("nano"));
  await tabTo(page, () => document.activeElement.matches("#board .sort"));
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineWidth);
  assert.equal(outline, "3px");
  await page.keyboard.press("Enter");
  assert.equal(await page.getAttribute("#board th:has(.sort:focus)", "aria-sort"), "ascending");
  for (const count of [1, 2]) {
    await tabTo(page, () => document.activeElement.matches("#board tbody input:not(:checked)"));
    await page.keyboard.press("Space");
    await page.waitForFunction((ticked) => document.querySelectorAll("#board tbody input:checked").length === ticked, count);
  }
  await tabTo(page, () => document.activeElement.id === "compare");
  await page.keyboard.press("Enter");
  assert.match(await page.evaluate(() => location.hash), /^#\/compare\//);
  assert.equal(await page.evaluate(() => document.activeElement.id), "compare-title");
  await page.goBack();
  await page.waitForFunction(() => !document.getElementById("view-board").hidden);
  await page.close();
});

test("landmarks, headings and live regions are there", async () => {
  const page = await browser.open(report.url);
  for (const role of ["banner", "main", "navigation", "contentinfo", "search"]) assert.ok(await page.getByRole(role).count() >= 1, role);
  assert.equal(await page.getByRole("heading", {level: 1}).count(), 1);
  assert.equal(await page.getByRole("heading", {level: 2}).count(), 1);
  assert.ok(await page.getByRole("status").count() >= 1);
  assert.equal(await page.locator("#views [aria-current=page]").textContent(), "Leaderboard");
  await page.close();
});
