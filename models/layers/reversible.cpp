#include "models/layers/reversible.h"

#include "models/layers/residual.h"

#include <yardstick/error.h>

#include <ATen/TensorOperators.h>
#include <ATen/autocast_mode.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/csrc/autograd/function_hook.h>

#include <cstddef>
#include <utility>
#include <vector>

namespace yardstick::layers {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct AutocastState {
  c10::DeviceType device = c10::DeviceType::CPU;
  bool is_enabled = false;
  c10::ScalarType type = c10::ScalarType::Float;
};

AutocastState autocast_now(c10::DeviceType device) {
  if (!at::autocast::is_autocast_available(device)) return {.device = device};
  return {.device = device,
          .is_enabled = at::autocast::is_autocast_enabled(device),
          .type = at::autocast::get_autocast_dtype(device)};
}

// Autocast as `state` says, without its cache of cast weights: the backward pass mostly runs
// outside of an autocast scope, where nobody would empty it before the weights change.
class AutocastGuard {
 public:
  explicit AutocastGuard(const AutocastState& state)
      : before_(autocast_now(state.device)), had_cache_(at::autocast::is_autocast_cache_enabled()) {
    set(state);
    at::autocast::set_autocast_cache_enabled(false);
  }
  ~AutocastGuard() {
    set(before_);
    at::autocast::set_autocast_cache_enabled(had_cache_);
  }
  AutocastGuard(const AutocastGuard&) = delete;
  AutocastGuard& operator=(const AutocastGuard&) = delete;

 private:
  static void set(const AutocastState& state) {
    if (!at::autocast::is_autocast_available(state.device)) return;
    at::autocast::set_autocast_enabled(state.device, state.is_enabled);
    at::autocast::set_autocast_dtype(state.device, state.type);
  }

  AutocastState before_;
  bool had_cache_;
};

// A block with what one forward pass chose for it.
struct Pass {
  std::shared_ptr<const ReversibleBlock> block;
  at::Tensor keep;                                       // [B], undefined where nothing is dropped
  c10::ScalarType branch_type = c10::ScalarType::Float;  // what the branches take

  at::Tensor run(const ReversibleBranch& branch, const at::Tensor& x, const TapScope& tap) const {
    at::Tensor out = branch.forward(x.to(branch_type), tap);
    return keep.defined() ? layers::drop_path(out, block->drop_path(), keep) : out;
  }

  Streams forward(const Streams& x, const TapScope& tap) const {
    Streams y;
    y.first = add_branch(x.first, run(block->f(), x.second, tap.in("F")), tap);
    y.second = add_branch(x.second, run(block->g(), y.first, tap.in("G")), tap);
    return y;
  }
};

// What a block's backward pass needs besides the gradients of its outputs.
struct Step final : torch::CustomClassHolder {
  Pass pass;
  AutocastState autocast;
  variable_list parameters;            // those of F, then those of G, that ask for a gradient
  std::size_t f_count = 0;             // how many are F's
  std::vector<std::int64_t> versions;  // of the parameters, when they were used
  std::shared_ptr<Streams> outputs;    // left by the block behind; null for the last of a run
  std::shared_ptr<Streams> inputs;     // to be left for the block before; null for the first
};

void require_unchanged(const Step& step) {
  for (std::size_t i = 0; i < step.parameters.size(); ++i) {
    if (step.parameters[i]._version() == step.versions[i]) continue;
    throw_user("a parameter of a reversible block changed between its forward and backward pass",
               "update the weights after the backward pass");
  }
}

// Keeps hooks of parameters from running: they belong to the gradient that leaves the block, not to
// the one found on the way.
class HooksAside {
 public:
  explicit HooksAside(const variable_list& parameters) : parameters_(parameters) {
    for (const at::Tensor& parameter : parameters_) {
      hooks_.push_back(std::exchange(torch::autograd::impl::hooks(parameter), {}));
    }
  }
  ~HooksAside() {
    // Backwards, as a parameter that is there twice had its hooks taken the first time.
    for (std::size_t i = parameters_.size(); i-- > 0;) {
      torch::autograd::impl::hooks(parameters_[i]) = std::move(hooks_[i]);
    }
  }
  HooksAside(const HooksAside&) = delete;
  HooksAside& operator=(const HooksAside&) = delete;

 private:
  const variable_list& parameters_;
  std::vector<std::vector<std::unique_ptr<torch::autograd::FunctionPreHook>>> hooks_;
};

struct Recomputed {
  at::Tensor output;
  at::Tensor input_gradient;          // undefined where not asked for
  variable_list parameter_gradients;  // of those asked for; undefined where unused
};

// Runs a branch again and goes back through it.
Recomputed recompute(const Pass& pass, const ReversibleBranch& branch, const at::Tensor& x,
                     const at::Tensor& gradient, bool wants_input,
                     const variable_list& parameters) {
  const at::AutoGradMode with_gradients(wants_input || !parameters.empty());
  const at::Tensor input = x.detach();
  input.set_requires_grad(wants_input);
  const at::Tensor output = pass.run(branch, input, TapScope());
  Recomputed result;
  result.output = output.detach();
  result.parameter_gradients.resize(parameters.size());
  if (!output.requires_grad()) return result;

  variable_list asked = parameters;
  if (wants_input) asked.push_back(input);
  const HooksAside hooks(parameters);
  variable_list found =
      torch::autograd::grad({output}, asked, {gradient.to(output.scalar_type())},
                            /*retain_graph=*/false, /*create_graph=*/false, /*allow_unused=*/true);
  if (wants_input) {
    result.input_gradient = found.back();
    found.pop_back();
  }
  result.parameter_gradients = std::move(found);
  return result;
}

at::Tensor sum_of(const at::Tensor& gradient, const at::Tensor& more) {
  return more.defined() ? gradient + more : gradient;
}

class RecomputedBlock : public torch::autograd::Function<RecomputedBlock> {
 public:
  // Of forward's arguments, and so of backward's results: `step` and `tap` are no tensors.
  static constexpr std::size_t kFirst = 2;
  static constexpr std::size_t kSecond = 3;
  static constexpr std::size_t kParameters = 4;

  static variable_list forward(AutogradContext* context, const c10::intrusive_ptr<Step>& step,
                               const TapScope& tap, const at::Tensor& first,
                               const at::Tensor& second, at::TensorList /*parameters*/) {
    const AutocastGuard autocast(step->autocast);
    const Streams y = step->pass.forward({first, second}, tap);
    if (step->outputs == nullptr) context->save_for_backward({y.first, y.second});
    context->saved_data["step"] = c10::IValue::make_capsule(step);
    return {y.first, y.second};
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    if (at::GradMode::is_enabled()) {
      throw_user("a backward pass that recomputes its activations cannot be differentiated",
                 "take the ordinary one (--set recompute=false) for second derivatives");
    }
    const auto holder = context->saved_data.at("step").toCapsule();
    const Step& step = static_cast<const Step&>(*holder);
    require_unchanged(step);
    const AutocastGuard autocast(step.autocast);
    const ReversibleBlock& block = *step.pass.block;

    const auto is_wanted = [&](std::size_t argument) {
      return context->needs_input_grad(argument - kFirst);  // which counts tensors alone
    };
    const bool wants_inputs = is_wanted(kFirst) || is_wanted(kSecond);
    variable_list results(kParameters + step.parameters.size());
    std::vector<std::size_t> of_f;
    std::vector<std::size_t> of_g;
    for (std::size_t i = 0; i < step.parameters.size(); ++i) {
      if (is_wanted(kParameters + i)) (i < step.f_count ? of_f : of_g).push_back(i);
    }
    const auto chosen = [&](const std::vector<std::size_t>& indices) {
      variable_list parameters;
      for (const std::size_t i : indices) parameters.push_back(step.parameters[i]);
      return parameters;
    };
    const auto put = [&](const std::vector<std::size_t>& indices, variable_list&& found) {
      for (std::size_t i = 0; i < indices.size(); ++i) {
        results[kParameters + indices[i]] = std::move(found[i]);
      }
    };
    const bool wants_f = wants_inputs || !of_f.empty();

    Streams y = take_outputs(*context, step);
    Recomputed g = recompute(step.pass, block.g(), y.first, gradients[1], wants_f, chosen(of_g));
    put(of_g, std::move(g.parameter_gradients));
    if (!wants_f) return results;

    Streams x;
    x.second = y.second - g.output;
    const at::Tensor first_gradient = sum_of(gradients[0], g.input_gradient);
    y.second = g.output = g.input_gradient = at::Tensor();
    Recomputed f =
        recompute(step.pass, block.f(), x.second, first_gradient, wants_inputs, chosen(of_f));
    put(of_f, std::move(f.parameter_gradients));
    if (!wants_inputs) return results;

    x.first = y.first - f.output;
    results[kFirst] = first_gradient;
    results[kSecond] = sum_of(gradients[1], f.input_gradient);
    if (step.inputs != nullptr) *step.inputs = std::move(x);
    return results;
  }

 private:
  static Streams take_outputs(const AutogradContext& context, const Step& step) {
    if (step.outputs == nullptr) {
      const variable_list saved = context.get_saved_variables();
      return {saved[0].detach(), saved[1].detach()};
    }
    Streams y = std::exchange(*step.outputs, {});
    if (!y.first.defined()) {
      throw_user("a gradient entered between two reversible blocks, where nothing was kept",
                 "use what the last block gives, or the ordinary backward (recompute=false)");
    }
    return y;
  }
};

std::vector<at::Tensor> asking(const torch::nn::Module& module) {
  std::vector<at::Tensor> found;
  for (at::Tensor& parameter : module.parameters()) {
    if (parameter.requires_grad()) found.push_back(std::move(parameter));
  }
  return found;
}

// `inputs` and `outputs` are as in Step.
Streams forward_without_saving(Pass pass, const Streams& x, const TapScope& tap,
                               std::shared_ptr<Streams> inputs, std::shared_ptr<Streams> outputs) {
  auto step = c10::make_intrusive<Step>();
  step->autocast = autocast_now(x.first.device().type());
  step->parameters = asking(pass.block->f());
  step->f_count = step->parameters.size();
  for (at::Tensor& parameter : asking(pass.block->g())) {
    step->parameters.push_back(std::move(parameter));
  }
  for (const at::Tensor& parameter : step->parameters) {
    step->versions.push_back(parameter._version());
  }
  step->pass = std::move(pass);
  step->inputs = std::move(inputs);
  step->outputs = std::move(outputs);
  const at::TensorList parameters = step->parameters;
  const variable_list y = RecomputedBlock::apply(step, tap, x.first, x.second, parameters);
  return {y[0], y[1]};
}

Streams in_type(const Streams& x, c10::ScalarType type) {
  const at::Tensor first = x.first.to(type);
  return {first, x.second.is_same(x.first) ? first : x.second.to(type)};
}

}  // namespace

ReversibleBlock::ReversibleBlock(std::shared_ptr<ReversibleBranch> f,
                                 std::shared_ptr<ReversibleBranch> g, double drop_path)
    : f_(register_module("F", std::move(f))),
      g_(register_module("G", std::move(g))),
      drop_path_(drop_path) {}

Streams run_reversible(const ReversibleRun& run, const Streams& x, const TapScope& tap) {
  if (run.blocks.empty()) return x;
  const bool trains = run.blocks.front()->is_training();
  const bool recomputes =
      trains && at::GradMode::is_enabled() && run.backward == ReversibleBackward::kRecompute;
  const c10::ScalarType type = x.first.scalar_type();
  Streams y = trains && c10::isReducedFloatingType(type) ? in_type(x, at::kFloat) : x;

  std::shared_ptr<Streams> between;  // of this block's backward pass and that of the one before
  for (std::size_t i = 0; i < run.blocks.size(); ++i) {
    const auto& block = run.blocks[i];
    const TapScope scope = tap.in("layers", run.first_index + static_cast<std::int64_t>(i));
    Pass pass{.block = block, .keep = {}, .branch_type = type};
    if (trains && block->drop_path() > 0) pass.keep = drop_path_keep(y.first, block->drop_path());
    if (recomputes) {
      const bool is_last = i + 1 == run.blocks.size();
      auto outputs = is_last ? nullptr : std::make_shared<Streams>();
      y = forward_without_saving(std::move(pass), y, scope, std::move(between), outputs);
      between = std::move(outputs);
    } else {
      y = pass.forward(y, scope);
    }
    scope.record("y1", y.first);
    scope.record("y2", y.second);
  }
  return in_type(y, type);
}

}  // namespace yardstick::layers
