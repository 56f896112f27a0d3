// The page formats figures with code of its own: it must say what the program says.
import {readFileSync} from "node:fs";
import test from "node:test";
import assert from "node:assert/strict";
import vm from "node:vm";
import {printValues} from "./browser.js";

const source = readFileSync(new URL("../../results/report/format.js", import.meta.url), "utf8");
const format = vm.runInNewContext(`${source}; format`);

test("figures read as the program prints them", () => {
  const values = printValues();
  assert.ok(values.length > 1000);
  for (const [value, low, high, unit, text, unitText, interval] of values) {
    const parts = format.parts(value, low, high, unit);
    assert.deepEqual([parts.value, parts.unit, parts.interval], [text, unitText, interval], `${value} [${low}, ${high}] ${unit}`);
  }
});

test("what is no finite number has a text", () => {
  assert.equal(format.plain(NaN, "seconds").split(" ")[0], "NaN");
  assert.equal(format.plain(Infinity, "nats"), "inf nats");
  assert.equal(format.plain(-Infinity, "fraction"), "-inf %");
});
