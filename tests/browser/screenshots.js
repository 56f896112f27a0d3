// Pictures of every view, wide, in the dark and on a phone, to look at after a change:
// node screenshots.js REPORT.html FOLDER [ONLY]
import {mkdirSync} from "node:fs";
import {resolve} from "node:path";
import {pathToFileURL} from "node:url";
import {chromium} from "playwright-core";

const [report, folder, only = ""] = process.argv.slice(2);
const url = pathToFileURL(resolve(report)).href;
mkdirSync(folder, {recursive: true});
const browser = await chromium.launch({executablePath: process.env.YARDSTICK_CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"]});
const looks = {
  wide: {viewport: {width: 1440, height: 900}},
  dark: {viewport: {width: 1440, height: 900}, colorScheme: "dark"},
  phone: {viewport: {width: 390, height: 844}, deviceScaleFactor: 2, isMobile: true, hasTouch: true},
};
const first = await browser.newPage();
await first.goto(url);
const keys = await first.$$eval("#board tbody tr[data-key]", (rows) => rows.map((row) => row.dataset.key));
const paper = await first.evaluate(() => document.querySelector("#views [data-view=papers]") && JSON.parse(document.getElementById("data").textContent).papers[0].paper);
const views = {board: "#/", picked: `#/?pick=${keys.slice(0, 2).join(",")}`, tradeoffs: "#/tradeoffs", papers: "#/papers", paper: `#/paper/${paper}`, history: "#/history", runs: "#/runs",
               protocol: "#/protocol", nothing: "#/nothing"};
if (keys.length > 0) views.row = `#/row/${keys[0]}`;
if (keys.length > 1) views.compare = `#/compare/${keys[0]}/${keys[Math.min(8, keys.length - 1)]}`;
if (keys.length > 0) {
  await first.goto(url + views.row);
  views.run = await first.getAttribute("#row .block ul a", "href") ?? "#/runs";
}
for (const [look, options] of Object.entries(looks)) {
  const context = await browser.newContext(options);
  for (const [name, hash] of Object.entries(views)) {
    if (!`${name}-${look}`.includes(only)) continue;
    const page = await context.newPage();
    await page.goto(url + hash);
    await page.screenshot({path: `${folder}/${name}-${look}.png`, fullPage: true});
    await page.close();
  }
}
const print = await browser.newPage({viewport: {width: 1100, height: 800}});
if ("print".includes(only)) {
  await print.goto(url);
  await print.pdf({path: `${folder}/board.pdf`, preferCSSPageSize: true});
}
await browser.close();
