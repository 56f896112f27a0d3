"use strict";
// Figures as people read them. The same rules as results/value_format.cpp, so that a figure reads
// the same in the table of a terminal, in Markdown and here; tests/browser holds one against the other.
const format = (() => {
  const steps = {
    bytes: [[2 ** 40, "TiB"], [2 ** 30, "GiB"], [2 ** 20, "MiB"], [2 ** 10, "KiB"], [0, "B"]],
    macs: [[1e12, "TMACs"], [1e9, "GMACs"], [1e6, "MMACs"], [1e3, "kMACs"], [0, "MACs"]],
    count: [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"], [0, ""]],
    per_second: [[1e9, "G/s"], [1e6, "M/s"], [1e3, "k/s"], [0, "/s"]],
    joules: [[1e6, "MJ"], [1e3, "kJ"], [0, "J"]],
  };
  // Half a unit of the third digit: 999.7 is shown as 1.00 of the next.
  const kRound = 0.9995;

  function stepped(magnitude, unit) {
    const [from, name] = steps[unit].find(([least]) => magnitude >= least * kRound);
    return {factor: from === 0 ? 1 : 1 / from, unit: name};
  }

  function scaleOf(value, unit) {
    const magnitude = Math.abs(value);
    if (!Number.isFinite(magnitude) && Object.hasOwn(steps, unit)) {
      const [from, name] = Number.isNaN(magnitude) ? steps[unit].at(-1) : steps[unit][0];
      return {factor: from === 0 ? 1 : 1 / from, unit: name};
    }
    switch (unit) {
      case "fraction": return {factor: 100, unit: "%"};
      case "seconds":
        if (magnitude >= 7200) return {factor: 1 / 3600, unit: "h"};
        if (magnitude >= 600) return {factor: 1 / 60, unit: "min"};
        if (magnitude === 0 || magnitude >= kRound) return {factor: 1, unit: "s"};
        if (magnitude >= kRound * 1e-3) return {factor: 1e3, unit: "ms"};
        if (magnitude >= kRound * 1e-6) return {factor: 1e6, unit: "µs"};
        return {factor: 1e9, unit: "ns"};
      case "count": return magnitude < 1e4 ? {factor: 1, unit: ""} : stepped(magnitude, unit);
      case "per_second": return magnitude < 1e5 ? {factor: 1, unit: "/s"} : stepped(magnitude, unit);
      case "joules":
        if (magnitude === 0 || magnitude >= kRound) return stepped(magnitude, unit);
        return magnitude >= kRound * 1e-3 ? {factor: 1e3, unit: "mJ"} : {factor: 1e6, unit: "µJ"};
      case "bytes":
      case "macs": return stepped(magnitude, unit);
      case "nats": return {factor: 1, unit: "nats"};
      case "watts": return {factor: 1, unit: "W"};
      default: return {factor: 1, unit: ""};
    }
  }

  const orderOf = (value) => Math.floor(Math.log10(Math.abs(value)));

  // Decimals at which a half-width shows one or two digits, so that no digit of the value is noise.
  function decimalsOfHalfWidth(halfWidth) {
    const order = orderOf(halfWidth);
    return halfWidth / 10 ** order < 3.55 ? 1 - order : -order;
  }

  function decimalsOf(shown, halfWidth, isWhole, unit) {
    const kMostDigits = 6;
    if (!Number.isFinite(shown)) return 0;
    const most = Math.max(shown === 0 ? kMostDigits : kMostDigits - 1 - orderOf(shown), 0);
    let decimals = 2;
    if (halfWidth > 0 && Number.isFinite(halfWidth)) decimals = decimalsOfHalfWidth(halfWidth);
    else if (isWhole) decimals = 0;
    else if (unit !== "fraction" && shown !== 0) decimals = 2 - orderOf(shown * 1.0005);
    return Math.min(Math.max(decimals, 0), most);
  }

  // As printf's %.*f: a value that lies exactly between two goes to the even one.
  function fixed(value, decimals) {
    if (Number.isNaN(value)) return "NaN";
    if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
    const scaled = Math.abs(value) * 10 ** decimals;
    const isBetween = scaled < 2 ** 52 && scaled % 1 === 0.5 && Number.isInteger(value * 2 ** (decimals + 1));
    if (isBetween && Math.floor(scaled) % 2 === 0) {
      return (value < 0 ? "-" : "") + (Math.floor(scaled) / 10 ** decimals).toFixed(decimals);
    }
    if (Math.abs(value) >= 1e21) return BigInt(value).toString();  // toFixed gives up there
    return (Object.is(value, -0) ? "-" : "") + value.toFixed(decimals);
  }

  // As printf's %.3g beyond the range of fixed decimals.
  function scientific(value) {
    const [digits, exponent] = value.toExponential(2).split("e");
    const sign = exponent.startsWith("-") ? "-" : "+";
    return `${digits.replace(/\.?0+$/, "")}e${sign}${exponent.replace(/^[+-]/, "").padStart(2, "0")}`;
  }

  // {value: "95.2", unit: "%", interval: "[93.7, 96.4]"}
  function parts(value, low, high, unit) {
    const scale = scaleOf(value, unit);
    const shown = value * scale.factor;
    const hasInterval = low !== null && high !== null;
    const halfWidth = hasInterval ? ((high - low) / 2) * scale.factor : 0;
    const isWhole = unit === "count" && scale.factor === 1 && shown === Math.floor(shown);
    const decimals = decimalsOf(shown, halfWidth, isWhole, unit);
    const isFar = unit === "none" && shown !== 0 && Number.isFinite(shown) && (Math.abs(shown) < 1e-4 || Math.abs(shown) >= 1e7);
    return {
      value: isFar ? scientific(shown) : fixed(shown, decimals),
      unit: scale.unit,
      interval: hasInterval ? `[${fixed(low * scale.factor, decimals)}, ${fixed(high * scale.factor, decimals)}]` : "",
    };
  }

  // A value alone: "12.3 ms".
  function plain(value, unit) {
    const text = parts(value, null, null, unit);
    return text.unit ? `${text.value} ${text.unit}` : text.value;
  }

  return {parts, plain};
})();
