#include "runners/conformance.h"

#include "runners/bench_inputs.h"
#include "runners/module_access.h"
#include "runners/numerics.h"

#include <yardstick/error.h>
#include <yardstick/masked_pretrainer.h>

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/randn_like.h>
#include <c10/core/InferenceMode.h>

#include <unistd.h>

#include <filesystem>
#include <functional>

namespace yardstick {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kBatch = 3;
constexpr std::uint64_t kSeed = 20;

// A file of its own that is gone when the check is over.
class TemporaryFile {
 public:
  TemporaryFile() {
    std::string name = (fs::temp_directory_path() / "yardstick-check-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw_environment("cannot create a temporary folder");
    folder_ = name;
  }
  ~TemporaryFile() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  std::string path() const { return (folder_ / "weights.safetensors").string(); }

 private:
  fs::path folder_;
};

std::string first_line(const std::exception& error) {
  const std::string text = error.what();
  return text.substr(0, text.find('\n'));
}

class Conformance {
 public:
  explicit Conformance(const ModelEntry& entry) : entry_(entry), params_(entry.schema) {}

  std::vector<ConformanceResult> run() {
    check("builds", [&] { return builds(); });
    if (model_ == nullptr) return std::move(results_);
    check("output_shape", [&] { return output_shape(); });
    check("finite", [&] { return finite(output_, "the output"); });
    check("batch_invariance", [&] { return batch_invariance(); });
    check("determinism", [&] { return determinism(); });
    check("checkpoint_round_trip", [&] { return checkpoint_round_trip(); });
    check("gradients", [&] { return gradients(); });
    check("half_precision", [&] { return half_precision(); });
    return std::move(results_);
  }

 private:
  // A check returns what it found wrong, "" for nothing.
  void check(const std::string& name, const std::function<std::string()>& body) {
    ConformanceResult result{name, false, ""};
    try {
      result.detail = body();
      result.passed = result.detail.empty();
    } catch (const std::exception& error) {
      result.detail = first_line(error);
    } catch (...) {
      result.detail = "threw something that is no std::exception";
    }
    results_.push_back(std::move(result));
  }

  std::unique_ptr<Model> build() const {
    seed_generators(c10::kCPU, kSeed);
    std::unique_ptr<Model> model = entry_.build(params_);
    if (model != nullptr) set_mode(model->module(), ModuleMode::kEval);
    return model;
  }

  // Logits, or the features of a model that does not classify.
  static at::Tensor output_of(Model& model, const at::Tensor& input) {
    Batch batch;
    batch.input = input;
    const ModelOutput output = model.forward(batch);
    if (output.logits.defined()) return output.logits;
    if (!output.features.defined()) throw_data("the model computes neither logits nor features");
    return output.features;
  }

  // What training would start its backward pass from.
  at::Tensor loss_of(Model& model) const {
    if (auto* pretrainer = model.capability<MaskedPretrainer>()) {
      const at::Tensor noise = at::rand({kBatch, pretrainer->mask_units()});
      return pretrainer->pretrain(input_, noise, pretrainer->default_mask_ratio(), nullptr);
    }
    const at::Tensor output = output_of(model, input_);
    return (output * at::randn_like(output)).sum();
  }

  std::string builds() {
    if (!entry_.build) return "the entry has no build function";
    if (entry_.info.input_shape.size() < 3) return "the entry declares no input shape";
    model_ = build();
    if (model_ == nullptr) return "build returned no model";
    if (parameters_of(model_->module()).empty()) return "the module has no registered parameters";
    std::vector<std::int64_t> shape = entry_.info.input_shape;
    shape.insert(shape.begin(), kBatch);
    input_ = image_like_noise(shape, kSeed);
    return "";
  }

  std::string output_shape() {
    const c10::InferenceMode inference_mode;
    output_ = output_of(*model_, input_);
    if (!params_.has("classes")) {
      if (output_.dim() >= 2 && output_.size(0) == kBatch) return "";
      return concat("the output has shape ", output_.sizes(), ", not [", kBatch, ", ...]");
    }
    const auto classes = params_.get<std::int64_t>("classes");
    // A classifier of 0 classes gives its features.
    if (classes == 0 || output_.sizes() == at::IntArrayRef({kBatch, classes})) return "";
    return concat("logits have shape ", output_.sizes(), ", not [", kBatch, ", ", classes, "]");
  }

  static std::string finite(const at::Tensor& tensor, const char* what) {
    if (!tensor.defined()) return concat(what, " is missing");
    const auto bad = tensor.isfinite().logical_not().sum().item<std::int64_t>();
    return bad == 0
               ? ""
               : concat(bad, " of ", tensor.numel(), " values of ", what, " are NaN or infinite");
  }

  std::string batch_invariance() {
    const c10::InferenceMode inference_mode;
    double worst = 0;
    const double scale = output_.abs().max().item<double>();
    for (std::int64_t i = 0; i < kBatch; ++i) {
      const at::Tensor alone = output_of(*model_, input_.narrow(0, i, 1));
      worst = std::max(worst, (alone - output_.narrow(0, i, 1)).abs().max().item<double>());
    }
    // Blocking of matrix products differs between batch sizes, and rounding with it.
    const double allowed = 1e-4 * std::max(scale, 1e-3);
    if (worst <= allowed) return "";
    return concat("a sample's output differs by ", worst, " between a batch of ", kBatch,
                  " and alone (allowed ", allowed, ")");
  }

  std::string determinism() {
    const c10::InferenceMode inference_mode;
    if (at::equal(output_of(*model_, input_), output_of(*model_, input_))) return "";
    return "two forward passes in evaluation mode differ";
  }

  std::string checkpoint_round_trip() {
    const TemporaryFile file;
    write_safetensors(file.path(), state_of(model_->module()));
    seed_generators(c10::kCPU, kSeed + 1);
    const std::unique_ptr<Model> fresh = entry_.build(params_);
    set_mode(fresh->module(), ModuleMode::kEval);
    const LoadReport report = fresh->load_weights(read_safetensors(file.path()).tensors, {});
    require_complete(report, "the model's own weights");
    const c10::InferenceMode inference_mode;
    if (at::equal(output_of(*fresh, input_), output_of(*model_, input_))) return "";
    return "a new instance with the saved weights computes something else";
  }

  std::string gradients() {
    const std::unique_ptr<Model> model = build();
    set_mode(model->module(), ModuleMode::kTrain);
    const at::AutoGradMode with_gradients(true);
    nudge(*model);
    // Several passes, so that drop path does not hide a block from all of them.
    constexpr std::uint64_t kPasses = 3;
    for (std::uint64_t pass = 0; pass < kPasses; ++pass) {
      seed_generators(c10::kCPU, derive_seed(kSeed, pass));
      loss_of(*model).backward();
    }
    for (const NamedParameter& parameter : parameters_of(model->module())) {
      if (!parameter.value.requires_grad()) continue;
      const at::Tensor& gradient = parameter.value.grad();
      if (!gradient.defined()) return concat("no gradient reaches ", parameter.name);
      if (const auto bad = finite(gradient, "a gradient"); !bad.empty()) {
        return concat(parameter.name, ": ", bad);
      }
      if (gradient.abs().max().item<double>() == 0) {
        return concat("the gradient of ", parameter.name, " is zero everywhere");
      }
    }
    return "";
  }

  // Moves every parameter off its initial value: a head or layer scale that starts at zero lets no
  // gradient through, and is no fault.
  static void nudge(Model& model) {
    const at::NoGradGuard no_grad;
    for (const NamedParameter& parameter : parameters_of(model.module())) {
      at::Tensor value = parameter.value;
      value.add_(at::randn_like(value), 0.02);
    }
  }

  std::string half_precision() {
    const std::unique_ptr<Model> model = build();
    move_module(model->module(), c10::kCPU, at::kBFloat16);
    const c10::InferenceMode inference_mode;
    return finite(output_of(*model, input_.to(at::kBFloat16)), "the output in bf16");
  }

  const ModelEntry& entry_;
  Params params_;
  std::unique_ptr<Model> model_;
  at::Tensor input_;   // [3, C, H, W] or [3, C, T, H, W]
  at::Tensor output_;  // its logits or features
  std::vector<ConformanceResult> results_;
};

}  // namespace

std::vector<ConformanceResult> check_conformance(const ModelEntry& entry) {
  return Conformance(entry).run();
}

}  // namespace yardstick
