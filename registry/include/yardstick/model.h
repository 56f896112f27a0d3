#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <ATen/core/Tensor.h>

#include <yardstick/export.h>
#include <yardstick/params.h>
#include <yardstick/preprocessing.h>
#include <yardstick/tensor_file.h>
#include <yardstick/weights.h>

namespace torch::nn {
class Module;
}

namespace yardstick {

// What goes into a model. Fields that a task does not fill are undefined tensors.
struct Batch {
  at::Tensor input;    // float [N, C, H, W] or [N, C, T, H, W], normalised
  at::Tensor targets;  // int64 [N], class indices
  at::Tensor indices;  // int64 [N], position of each sample in its dataset

  std::int64_t size() const { return input.defined() ? input.size(0) : 0; }
};

// What comes out. Undefined where a model does not compute it.
struct ModelOutput {
  at::Tensor logits;    // [N, classes], before any softmax
  at::Tensor features;  // [N, width], what the classifier head sees
};

// Receives intermediate activations during a forward pass, under the official module's name
// ("blocks.0", "patch_embed"). Models call it where they are asked to; it must not change `value`.
class YS_API ActivationTap {
 public:
  virtual ~ActivationTap();
  virtual void record(std::string_view name, const at::Tensor& value) = 0;
};

struct Paper {
  std::string title;
  std::string arxiv;  // "2010.11929"
  int year = 0;
};

// What is known of a model without building it.
struct ModelInfo {
  std::string name;    // "vit_base_patch16_224"
  std::string family;  // "vit"
  std::string summary; // one line
  Paper paper;
  std::string official_repository;  // named, never fetched
  std::string licence;              // of this implementation's reference weights, or "-"
  std::vector<std::int64_t> input_shape;  // without the batch: [3, 224, 224]
  Preprocessing preprocessing;  // where no weights entry says otherwise
  bool is_test_variant = false;
};

// A network with what Yardstick must know of it. Not thread-safe; one thread uses it at a time.
// Capabilities (below) are further interfaces that an implementation may inherit.
class YS_API Model {
 public:
  virtual ~Model();

  virtual const ModelInfo& info() const = 0;
  // The whole network: parameters, buffers, train/eval mode, device and dtype are set through it.
  virtual torch::nn::Module& module() = 0;
  // `tap` may be null. In training mode drop path draws from the DrawsScope that is open
  // (random_draws.h); dropout, and drop path outside of one, from the default generator of the
  // input's device.
  virtual ModelOutput forward(const Batch& batch, ActivationTap* tap) = 0;
  // Official keys to this model's. The default takes them as they are and is strict.
  virtual LoadReport load_weights(const TensorMap& weights, const LoadOptions& options);

  ModelOutput forward(const Batch& batch) { return forward(batch, nullptr); }

  // The capability T of this model, or null.
  template <typename T>
  T* capability() {
    return dynamic_cast<T*>(this);
  }
};

// A classifier whose head can be exchanged, as linear probing and fine-tuning do.
class YS_API ReplaceableHead {
 public:
  virtual ~ReplaceableHead();
  // Input width of the head.
  virtual std::int64_t head_width() const = 0;
  virtual std::int64_t num_classes() const = 0;
  // Puts a head of batch norm (no weight and bias, eps 1e-6) and a linear layer, named head.0 and
  // head.1, in place of the present one (MAE, appendix A.1).
  virtual void use_linear_probe_head() = 0;
};

// One registered model. `build` makes it with random weights; `params` are of `schema`.
struct ModelEntry {
  std::string name;
  ModelInfo info;
  ParamSchema schema;
  std::function<std::unique_ptr<Model>(const Params& params)> build;
  std::string origin;  // "built-in" or the plug-in's file
};

}  // namespace yardstick
