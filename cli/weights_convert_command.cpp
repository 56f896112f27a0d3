#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/common_options.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/subject_plan.h"
#include "cli/weights_file.h"

#include <yardstick/checkpoint.h>
#include <yardstick/error.h>
#include <yardstick/names.h>

#include <filesystem>
#include <optional>

namespace yardstick::cli {
namespace {

namespace fs = std::filesystem;

enum class OutputFormat { kSafetensors, kTorch };

OutputFormat format_of(const std::string& path) {
  const std::string extension = fs::path(path).extension();
  if (extension == ".safetensors") return OutputFormat::kSafetensors;
  if (extension == ".pth" || extension == ".pt") return OutputFormat::kTorch;
  throw_user(concat(path, ": names no format"), "end it in .safetensors, .pth or .pt");
}

std::optional<at::ScalarType> dtype_option(const CommandLine& line) {
  if (!line.has("dtype")) return std::nullopt;
  const std::string name = line.text("dtype");
  if (name == "fp32") return at::kFloat;
  if (name == "bf16") return at::kBFloat16;
  if (name == "fp16") return at::kHalf;
  throw_user(concat("--dtype takes fp32, bf16 or fp16, not ", name));
}

// A few bytes of a hostile file can stand for any number of tensors that share one storage.
void refuse_bomb(const WeightsFile& file, const std::string& path) {
  constexpr std::uint64_t kFree = std::uint64_t{1} << 30;
  std::uint64_t in_bytes = 0;
  for (const std::string& part : file.file.files()) in_bytes += fs::file_size(part);
  std::uint64_t out_bytes = 0;
  for (const auto& [name, index] : file.model.tensors)
    out_bytes += file.file.entries()[index].bytes;
  if (out_bytes > kFree + 16 * in_bytes) {
    throw_data(concat(path, ": has ", in_bytes, " bytes and would become ", out_bytes));
  }
}

TensorMap selected(const WeightsFile& file, const CommandLine& line) {
  const std::string glob = line.text("keys", "*");
  const std::string prefix = line.text("strip");
  const std::optional<at::ScalarType> dtype = dtype_option(line);
  TensorMap tensors;
  bool has_prefix = false;
  for (const auto& [name, index] : file.model.tensors) {
    if (!glob_match(glob, name)) continue;
    const bool strips = !prefix.empty() && name.starts_with(prefix);
    has_prefix = has_prefix || strips;
    const std::string new_name = strips ? name.substr(prefix.size()) : name;
    at::Tensor tensor = file.file.tensor(index);
    if (dtype && tensor.is_floating_point()) tensor = tensor.to(*dtype);
    if (!tensors.emplace(new_name, std::move(tensor)).second) {
      throw_user(concat("--strip ", prefix, " makes two tensors ", new_name));
    }
  }
  if (tensors.empty()) throw_user(concat("--keys ", glob, " matches no tensor"));
  if (!prefix.empty() && !has_prefix) throw_user(concat("--strip ", prefix, ": no name starts so"));
  return tensors;
}

int run(const CommandLine& line, Context& context) {
  const std::string& from = line.arguments()[0];
  const std::string& to = line.arguments()[1];
  const OutputFormat format = format_of(to);
  if (fs::exists(to) && !line.has("force")) {
    throw_user(concat(to, " exists"), "--force writes over it");
  }
  const WeightsFile file = open_weights_file(from, line.text("weights-key"));
  refuse_bomb(file, from);
  const TensorMap tensors = selected(file, line);
  if (format == OutputFormat::kTorch) {
    write_torch_checkpoint(to, tensors);
  } else {
    // What Yardstick's own files say of themselves goes along; others ask for a "format".
    std::map<std::string, std::string> metadata;
    if (file.file.format() == CheckpointFormat::kSafetensors) metadata = text_metadata(file.file);
    metadata.emplace("format", "pt");
    write_safetensors(to, tensors, metadata);
  }
  if (!file.model.key.empty()) {
    context.err() << from << ": weights taken from " << file.model.key << "\n";
  }
  context.out() << to << ": " << tensors.size() << " tensors, " << fs::file_size(to) << " bytes\n";
  return kOk;
}

}  // namespace

Command weights_convert_command() {
  return {
      .name = "weights convert",
      .summary = "writes a checkpoint's model as a flat state dict",
      .arguments = "FILE OUT",
      .details =
          "Takes the model out of FILE, whatever its format and whatever else it holds, and writes "
          "its tensors to OUT: safetensors (`.safetensors`) or a file that Python's "
          "`torch.load(weights_only=True)` opens (`.pth`, `.pt`). Values are unchanged unless "
          "`--dtype` asks for another precision. OUT appears whole or not at all.",
      .min_arguments = 2,
      .max_arguments = 2,
      .groups = {{"Options",
                  {{.name = "keys",
                    .value = "GLOB",
                    .help = "only tensors whose name matches",
                    .fallback = "*"},
                   {.name = "strip",
                    .value = "PREFIX",
                    .help = "take PREFIX off the names that start with it"},
                   {.name = "dtype",
                    .value = "fp32|bf16|fp16",
                    .help = "precision of the floating-point tensors",
                    .fallback = "each its own"},
                   weights_key_option(),
                   {.name = "force", .help = "write over OUT where it exists"}}},
                 general_options()},
      .examples =
          {{"yardstick weights convert mae_pretrain_vit_base.pth encoder.safetensors",
            "the model without optimizer and arguments"},
           {"yardstick weights convert ddp.pth half.safetensors --strip module. --dtype bf16",
            "without the wrapper, in half the space"}},
      .run = run,
  };
}

}  // namespace yardstick::cli
