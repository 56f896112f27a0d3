// A page of the real program in a real browser.
import {execFileSync} from "node:child_process";
import {mkdtempSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {pathToFileURL} from "node:url";
import assert from "node:assert/strict";
import {chromium} from "playwright-core";

const program = process.env.YARDSTICK_PROGRAM;
const records = process.env.YARDSTICK_BROWSER_RECORDS;
const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
               "--disable-component-update", "--disable-sync"];

// {path, url, seconds, remove()} of a report that the program makes of `size`: ["small"] or
// ["large", "10000"].
export function makeReport(size, options = []) {
  const folder = mkdtempSync(join(tmpdir(), "yardstick-browser-"));
  const database = join(folder, "records.db");
  const path = join(folder, "report.html");
  execFileSync(records, [size[0], database, ...size.slice(1)]);
  const begin = performance.now();
  execFileSync(program, ["report", "--quiet", "--db", database, "--out", path, ...options]);
  return {path, url: pathToFileURL(path).href, seconds: (performance.now() - begin) / 1000, folder,
          remove: () => rmSync(folder, {recursive: true, force: true})};
}

export function printValues() {
  return JSON.parse(execFileSync(records, ["values"], {maxBuffer: 1 << 26}));
}

// Opens the report, and holds it to what every page must keep to: no error on the console and no
// request but the one for the file.
export class Browser {
  static async start() {
    const browser = new Browser();
    browser.chromium = await chromium.launch({executablePath: process.env.YARDSTICK_CHROMIUM, headless: true, args: flags});
    return browser;
  }

  async open(url, options = {}) {
    const context = await this.chromium.newContext({viewport: {width: 1280, height: 900}, ...options});
    const page = await context.newPage();
    page.problems = [];
    page.requests = [];
    page.on("console", (message) => { if (["error", "warning"].includes(message.type())) page.problems.push(message.text()); });
    page.on("pageerror", (error) => page.problems.push(String(error)));
    page.on("dialog", (dialog) => { page.problems.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
    page.on("request", (request) => page.requests.push(request.url()));
    await page.goto(url);
    page.close = async () => {
      assert.deepEqual(page.problems, []);
      assert.deepEqual([...new Set(page.requests.map((request) => request.replace(/#.*$/, "")))], [url.replace(/#.*$/, "")]);
      await context.close();
    };
    return page;
  }

  async stop() {
    await this.chromium.close();
  }
}
