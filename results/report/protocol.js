"use strict";
// What was measured on, with and how: data, machines, versions, protocols, figures, flags, and how to
// read the page.
const protocol = (() => {
  const {titleOf, el, byId, dataTable, plural} = page;
  const kMost = 200;

  const flagMeanings = [
    [/^noisy/, "the interval did not become as narrow as the protocol asks before its time was up"],
    [/^noise_settled/, "the timing ended where its noise no longer fell, before the interval was as narrow as asked"],
    [/^warmup_capped/, "the times had not settled when the warm-up’s time was up"],
    [/^throttled/, "the device clocked down during the timing"],
    [/^energy_unconfirmed/, "the energy counter and the integrated power differ by more than 10 %"],
    [/^mfu_over_100_percent/, "more arithmetic than the device can do: counted or timed wrongly; kept off leaderboards"],
    [/^bad_inputs_skipped/, "so many inputs could not be read and were left out of the score"],
    [/^debug_build|^sanitizer_build/, "made by a debug or sanitizer build; kept off leaderboards"],
    [/^limited_data/, "only so many samples were used; kept off leaderboards"],
    [/^samples_per_class/, "trained on so many samples of each class; kept off leaderboards"],
    [/^resumed_elsewhere/, "training was continued on another device or with another number of threads"],
    [/^sweep_mixed_binaries/, "the sweep’s parts were run by different programs"],
  ];
  const flagMeaning = (flag) => flagMeanings.find(([pattern]) => pattern.test(flag))?.[1] ?? "of a plug-in or of another version";

  const specs = (() => {
    let read = null;
    return () => {
      read ??= [...new Set([...data.rows.flatMap((row) => row.runs), ...data.runs.map((run) => run.id)])].map(data.specOf).filter(Boolean);
      return read;
    };
  })();

  const factOf = (spec, name) => spec.provenance.find(([known]) => known === name)?.[1] ?? "";

  function dataSets() {
    const sets = d3.groups(data.rows.filter((row) => row.task !== ""), (row) => `${row.task}\n${row.split}\n${row.data}`);
    const lines = sets.map(([, rows]) => {
      const counts = [...new Set(rows.map((row) => d3.max(["accuracy/top1", "accuracy/knn_top1", "loss/nll"], (tag) => data.figure(row, tag)?.n ?? 0)))].filter((n) => n > 0);
      return [rows[0].task, rows[0].split, el("code", {}, rows[0].data || "–"), counts.map((n) => n.toLocaleString("en")).join(", ") || "–", String(rows.length)];
    });
    return lines.length ? dataTable({caption: "Data", head: ["task", "split", "fingerprint of what was scored", "samples", "rows"], numeric: [3, 4], lines}) : el("p", {class: "quiet"}, "Nothing was scored on data.");
  }

  // Which preprocessing each model's rows were scored with.
  function preprocessing() {
    const uses = new Map();
    for (const row of data.rows) {
      const spec = row.runs.map(data.specOf).find((known) => known && factOf(known, "preprocessing") !== "");
      if (!spec) continue;
      const text = factOf(spec, "preprocessing");
      if (!uses.has(text)) uses.set(text, new Set());
      uses.get(text).add(row.model);
    }
    if (uses.size === 0) return el("p", {class: "quiet"}, "The runs do not say.");
    const lines = [...uses].slice(0, kMost).map(([text, models]) => {
      const names = [...models].sort(data.collator.compare);
      return [names.slice(0, 6).join(", ") + (names.length > 6 ? ` and ${names.length - 6} more` : ""), readable(text)];
    });
    return dataTable({caption: "Preprocessing", head: ["models", "preprocessing"], lines});
  }

  function readable(text) {
    try {
      const json = JSON.parse(text);
      if (json === null || typeof json !== "object") return text;
      return Object.entries(json).map(([name, value]) => `${name} ${Array.isArray(value) ? `(${value.join(", ")})` : value}`).join(", ");
    } catch {
      return text;
    }
  }

  // The facts whose values many runs share, with how many.
  function shared(names, caption) {
    const lines = names.flatMap(([name, title]) => {
      const counts = d3.rollups(specs().map((spec) => factOf(spec, name)).filter((value) => value !== ""), (group) => group.length, (value) => value)
        .sort((a, b) => b[1] - a[1]);
      return counts.slice(0, 12).map(([value, n], i) => [i === 0 ? title : el("span", {class: "hidden"}, title), value, plural(n, "run")])
        .concat(counts.length > 12 ? [["", `and ${counts.length - 12} other values`, ""]] : []);
    });
    return lines.length ? dataTable({caption, head: ["fact", "value", "runs"], numeric: [2], lines}) : el("p", {class: "quiet"}, "The runs do not say.");
  }

  const machineFacts = [["cpu_model", "CPU"], ["gpu_name", "GPU"], ["gpu_power_limit_w", "power limit, W"], ["memory_bytes", "memory, bytes"], ["cpu_governor", "governor"], ["os", "system"], ["kernel", "kernel"],
                        ["driver", "GPU driver"], ["threads_intra", "threads"]];
  const codeFacts = [["yardstick", "Yardstick"], ["git_commit", "commit"], ["build_type", "build"], ["compiler", "compiler"], ["libtorch", "LibTorch"], ["cuda", "CUDA"], ["cudnn", "cuDNN"],
                     ["tf32", "TF32"], ["deterministic", "deterministic"], ["sdpa_backends", "attention backends"], ["plugins", "plug-ins"]];

  // Settings that say what was timed rather than how.
  const ofTheModel = /^(run$|model|weights|methods$|preprocessing|objective)/;

  // The settings of bench runs, for each protocol, with the values that they had.
  function profiles() {
    const bench = specs().filter((spec) => spec.kind === "bench");
    const groups = d3.groups(bench, (spec) => factOf(spec, "protocol") || "unknown");
    if (groups.length === 0) return el("p", {class: "quiet"}, "Nothing was timed.");
    return el("div", {}, ...groups.map(([name, members]) => {
      const values = new Map();
      for (const spec of members) {
        for (const [setting, value] of spec.settings) {
          if (!values.has(setting)) values.set(setting, new Set());
          values.get(setting).add(value);
        }
      }
      const lines = [...values].filter(([setting]) => !ofTheModel.test(setting)).map(([setting, all]) => {
        const some = [...all].sort(data.collator.compare).slice(0, 4).map((value) => value || "–");
        return [setting, some.join(" | ") + (all.size > 4 ? ` | ${all.size - 4} more` : "")];
      });
      return lines.length === 0 ? null : el("section", {class: "block"}, el("h4", {}, `Protocol ${name}`), el("p", {class: "quiet"}, plural(members.length, "bench run")),
        dataTable({caption: `Settings of protocol ${name}`, head: ["setting", "value"], lines}));
    }).filter(Boolean));
  }

  function figures() {
    return dataTable({caption: "Figures", head: ["figure", "tag", "better", "what it is"],
      lines: data.tags.map((tag) => {
        const {first} = data.figures.get(tag);
        return [titleOf(tag), el("code", {}, tag), {higher: "higher", lower: "lower", neutral: "neither"}[first.direction], first.about || "–"];
      })});
  }

  function flagsTable() {
    const counts = d3.rollups([...data.rows.flatMap((row) => row.flags), ...data.runs.flatMap((run) => run.flags)].map((flag) => flag.replace(/=.*$/, "")), (group) => group.length, (flag) => flag);
    return counts.length ? dataTable({caption: "Flags", head: ["flag", "what it says"], lines: counts.map(([flag]) => [...[el("span", {class: "flag"}, flag)], flagMeaning(flag)])})
      : el("p", {class: "quiet"}, "No run here has a flag.");
  }

  let isBuilt = false;
  function show() {
    if (isBuilt) return;
    isBuilt = true;
    const fill = (id, ...nodes) => byId(id).replaceChildren(...nodes);
    fill("protocol-data", dataSets());
    fill("protocol-preprocessing", preprocessing());
    fill("protocol-profiles", profiles());
    fill("protocol-figures", data.tags.length ? figures() : el("p", {class: "quiet"}, "Nothing was measured."));
    fill("protocol-machines", shared(machineFacts, "Machines"));
    fill("protocol-code", shared(codeFacts, "Code"));
    fill("protocol-flags", flagsTable());
  }

  function addViews() {
    router.add({name: "protocol", show});
  }

  return {addViews};
})();
