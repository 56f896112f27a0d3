#pragma once

#include <yardstick/tensor_file.h>
#include <yardstick/weights.h>

#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace yardstick {

// A checkpoint's tensors on their way into a model: what a family's key map works on. Each keeps
// the name it has in the file, so that the report can say what became of it.
class MappedWeights {
 public:
  // `model` holds the receiving model's tensors by name (state_of) and must outlive this object.
  MappedWeights(const TensorMap& file, const TensorMap& model);

  bool has(std::string_view name) const;
  bool has_any(std::string_view prefix) const;
  // Throws Internal where there is none.
  const at::Tensor& tensor(std::string_view name) const;
  // The model's tensor of that name, or null.
  const at::Tensor* wanted(std::string_view name) const;
  bool model_has_any(std::string_view prefix) const;

  // Takes wrappers ("module.", "model.") off the names, outermost first and repeatedly, as long as
  // no tensor of the model starts with them.
  void strip_wrappers(std::span<const std::string_view> wrappers);
  // Replaces the start of every name that begins with `from`. Throws Data where the new name is
  // taken.
  void rename_prefix(std::string_view from, std::string_view to);
  // Puts the file's tensor in another layout, with the same numbers.
  void reshape(std::string_view name, at::Tensor tensor);
  // Puts a resampled tensor in place of the file's.
  void resize(std::string_view name, at::Tensor tensor);
  // Leaves the file's tensors that start with `prefix` out: they belong to another network.
  void ignore(std::string_view prefix);
  // Drops the file's tensors that start with `prefix` and keeps the model's own that do.
  void keep_own(std::string_view prefix);
  // The same, unless the file has each of the model's tensors there in its shape, and no others.
  void keep_own_unless_fitting(std::string_view prefix);

  // Loads all into `module` with load_state and tells what happened. Nothing is loaded unless the
  // report is complete. Of what a method added to the model (kMethodModules) a file may know
  // nothing: the model then keeps its own.
  LoadReport load_into(torch::nn::Module& module, WeightsMemory memory) &&;

 private:
  struct Item {
    at::Tensor tensor;
    std::string file_name;  // "" where the tensor is the model's own
    bool is_resized = false;
    bool is_own = false;
  };

  void rename(const std::function<std::string(const std::string&)>& new_name);

  std::map<std::string, Item, std::less<>> items_;
  const TensorMap& model_;
  std::vector<std::string> ignored_;
};

// What fine-tuned checkpoints are wrapped in by training scripts: DistributedDataParallel,
// torch.compile, a model inside a larger one.
inline constexpr std::string_view kCommonWrappers[] = {"_orig_mod.", "module.", "model.",
                                                       "encoder.", "backbone."};

// Modules that methods put into a network, whose parameters no published checkpoint has.
inline constexpr std::string_view kMethodModules[] = {"diffrate."};

// Throws Data, with what to do, where the file's classifier `name` (its weight) has another number
// of classes than the model's.
void require_same_classes(const MappedWeights& weights, std::string_view name);

}  // namespace yardstick
