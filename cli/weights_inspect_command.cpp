#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/common_options.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/text_table.h"
#include "cli/weights_file.h"
#include "registry/checkpoint/printable.h"

#include <yardstick/checkpoint.h>
#include <yardstick/names.h>

#include <nlohmann/json.hpp>

#include <filesystem>
#include <map>

namespace yardstick::cli {
namespace {

using Json = nlohmann::ordered_json;
using Align = TextTable::Align;
using checkpoint::printable;

struct Totals {
  std::size_t tensors = 0;
  std::uint64_t elements = 0;
  std::uint64_t bytes = 0;

  void add(std::uint64_t count, std::uint64_t size) {
    ++tensors;
    elements += count;
    bytes += size;
  }
};

struct Listing {
  std::vector<const CheckpointEntry*> shown;
  Totals totals;
  std::map<std::string, Totals> by_dtype;
  std::map<std::string, Totals> by_part;
};

std::uint64_t elements_of(const CheckpointEntry& entry) {
  std::uint64_t count = 1;
  for (const std::int64_t size : entry.shape) count *= static_cast<std::uint64_t>(size);
  return count;
}

Listing list_entries(const CheckpointFile& file, const std::string& glob) {
  Listing listing;
  for (const CheckpointEntry& entry : file.entries()) {
    if (!glob_match(glob, entry.name)) continue;
    const std::uint64_t elements = elements_of(entry);
    listing.shown.push_back(&entry);
    listing.totals.add(elements, entry.bytes);
    listing.by_dtype[entry.dtype].add(elements, entry.bytes);
    if (!entry.part.empty()) listing.by_part[entry.part].add(elements, entry.bytes);
  }
  return listing;
}

Json to_json(const Totals& totals) {
  return {{"tensors", totals.tensors}, {"elements", totals.elements}, {"bytes", totals.bytes}};
}

Json to_json(const std::map<std::string, Totals>& groups) {
  Json json = Json::object();
  for (const auto& [name, totals] : groups) json[name] = to_json(totals);
  return json;
}

Json to_json(const CheckpointEntry& entry) {
  return {
      {"name", entry.name}, {"dtype", entry.dtype}, {"shape", entry.shape}, {"bytes", entry.bytes}};
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text;
  for (const std::int64_t size : shape) text += concat(text.empty() ? "" : " x ", size);
  return text.empty() ? "scalar" : text;
}

void print_groups(std::ostream& out, const char* title,
                  const std::map<std::string, Totals>& groups) {
  if (groups.empty()) return;
  TextTable table({Align::kLeft, Align::kRight, Align::kRight, Align::kRight});
  table.add({title, "tensors", "elements", "bytes"});
  for (const auto& [name, totals] : groups) {
    table.add(
        {printable(name), concat(totals.tensors), concat(totals.elements), concat(totals.bytes)});
  }
  out << table.text() << "\n";
}

void print(const CheckpointFile& file, const Listing& listing, std::uint64_t file_bytes,
           const std::string& sha256, std::ostream& out) {
  TextTable head({Align::kLeft, Align::kLeft});
  head.add({"format", std::string(to_string(file.format()))});
  head.add({"files", concat(file.files().size(), ", ", file_bytes, " bytes")});
  if (!sha256.empty()) head.add({"sha256", sha256});
  head.add({"tensors", concat(listing.totals.tensors, ", ", listing.totals.elements, " elements, ",
                              listing.totals.bytes, " bytes")});
  out << head.text() << "\n";
  print_groups(out, "dtype", listing.by_dtype);
  print_groups(out, "part", listing.by_part);

  TextTable table({Align::kLeft, Align::kLeft, Align::kLeft, Align::kRight});
  table.add({"name", "dtype", "shape", "bytes"});
  for (const CheckpointEntry* entry : listing.shown) {
    table.add(
        {printable(entry->name), entry->dtype, shape_text(entry->shape), concat(entry->bytes)});
  }
  out << table.text();

  const Json metadata = Json::parse(file.metadata(), nullptr, /*allow_exceptions=*/false);
  if (!metadata.empty()) {
    // Escaped to ASCII, so that nothing of the file reaches the terminal's control sequences.
    out << "\nmetadata\n"
        << metadata.dump(2, ' ', /*ensure_ascii=*/true, Json::error_handler_t::replace) << "\n";
  }
}

int run(const CommandLine& line, Context& context) {
  const std::string& path = line.arguments()[0];
  const CheckpointFile file(path);
  const Listing listing = list_entries(file, line.text("keys", "*"));
  const std::string sha256 = line.has("sha256") ? sha256_of_checkpoint(file, path) : "";
  std::uint64_t file_bytes = 0;
  for (const std::string& part : file.files()) file_bytes += std::filesystem::file_size(part);

  if (!line.has("json")) {
    print(file, listing, file_bytes, sha256, context.out());
    return kOk;
  }
  Json json = {{"file", path},
               {"format", std::string(to_string(file.format()))},
               {"files", file.files()},
               {"file_bytes", file_bytes}};
  if (!sha256.empty()) json["sha256"] = sha256;
  json["totals"] = to_json(listing.totals);
  json["dtypes"] = to_json(listing.by_dtype);
  json["parts"] = to_json(listing.by_part);
  json["tensors"] = Json::array();
  for (const CheckpointEntry* entry : listing.shown) json["tensors"].push_back(to_json(*entry));
  json["metadata"] = Json::parse(file.metadata());
  context.out() << json.dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
  return kOk;
}

}  // namespace

Command weights_inspect_command() {
  return {
      .name = "weights inspect",
      .summary = "shows what a checkpoint holds",
      .arguments = "FILE",
      .details =
          "Prints the format, the tensors with their shapes and dtypes, the totals, and everything "
          "else that the file holds as JSON. FILE is safetensors, an index of safetensors shards, "
          "or a file of `torch.save`, whose pickle is read as data and never run. Only names and "
          "shapes are read, except for `--sha256`. Exit code 3 where the file is broken or holds "
          "what a checkpoint needs not.",
      .min_arguments = 1,
      .max_arguments = 1,
      .groups = {{"Options",
                  {{.name = "keys",
                    .value = "GLOB",
                    .help = "only tensors whose name matches",
                    .fallback = "*"},
                   {.name = "sha256", .help = "read the whole file and print its SHA-256"},
                   json_option()}},
                 general_options()},
      .examples = {{"yardstick weights inspect mae_pretrain_vit_base.pth",
                    "names, shapes and training arguments"},
                   {"yardstick weights inspect model.safetensors --keys 'blocks.0.*' --json",
                    "one block, for a script"}},
      .run = run,
  };
}

}  // namespace yardstick::cli
