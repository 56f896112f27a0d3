#include "models/methods/diffrate/diffrate_rates.h"

#include <yardstick/check.h>

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/dot.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/zeros.h>

#include <utility>

namespace yardstick {

KeptNumber::KeptNumber(const KeptNumberConfig& config) : config_(config) {
  YS_CHECK(config.patches > 0 && config.granularity > 0, config.patches, config.granularity);
  const std::int64_t count = (config.patches - 1) / config.granularity + 1;
  selected_probability = register_parameter("selected_probability", at::zeros({count}));
  kept_token_number = register_buffer("kept_token_number", expected().detach().to(at::kLong));
}

at::Tensor KeptNumber::candidates() const {
  return at::arange(config_.patches, 0, -config_.granularity,
                    selected_probability.options().dtype(at::kFloat).requires_grad(false));
}

at::Tensor KeptNumber::probabilities() const {
  return at::softmax(selected_probability.to(at::kFloat), -1);
}

at::Tensor KeptNumber::expected() const {
  const at::Tensor mean = at::dot(candidates(), probabilities());
  return mean + (mean.ceil() - mean).detach() + config_.prefix;
}

at::Tensor KeptNumber::probability() const {
  const at::Tensor probabilities = this->probabilities();
  const at::Tensor ranks =
      at::arange(config_.patches + config_.prefix, probabilities.options().requires_grad(false));
  const at::Tensor is_within =
      ranks.unsqueeze(1) < (candidates() + config_.prefix).unsqueeze(0);  // [tokens, candidates]
  return (is_within * probabilities).sum(1);
}

at::Tensor KeptNumber::mask(const at::Tensor& kept, const at::Tensor& present) const {
  const at::Tensor soft = probability();
  const at::Tensor ranks = at::arange(soft.size(0), soft.options().requires_grad(false));
  const at::Tensor is_removed = (ranks >= kept.detach()).logical_and(ranks < present.detach());
  return is_removed.logical_not().to(at::kFloat) - soft.detach() + soft;
}

void KeptNumber::set_kept(const at::Tensor& kept) {
  const at::NoGradGuard no_grad;
  kept_token_number.copy_(kept);
}

std::int64_t KeptNumber::kept() const {
  const void* data = kept_token_number.const_data_ptr();
  const std::int64_t version = kept_token_number._version();
  if (data != last_.data || version != last_.version) {
    last_ = {data, version, kept_token_number.item<std::int64_t>()};
  }
  return last_.kept;
}

BlockRates::BlockRates(const KeptNumberConfig& config)
    : prune(register_module("prune", std::make_shared<KeptNumber>(config))),
      merge(register_module("merge", std::make_shared<KeptNumber>(config))) {}

DiffRates::DiffRates(const DiffRatesConfig& config)
    : tokens_(config.number.patches + config.number.prefix) {
  for (std::int64_t i = 0; i < config.depth; ++i) {
    const bool is_whole = i == 0 || (config.is_last_block_whole && i == config.depth - 1);
    if (is_whole) {
      blocks_.push_back(nullptr);
    } else {
      blocks_.push_back(
          register_module(std::to_string(i), std::make_shared<BlockRates>(config.number)));
    }
  }
}

const BlockRates* DiffRates::block(std::int64_t index) const {
  return blocks_.at(static_cast<std::size_t>(index)).get();
}

KeptTokens DiffRates::kept() const {
  KeptTokens kept;
  for (const auto& rates : blocks_) {
    kept.prune.push_back(rates ? rates->prune->kept() : tokens_);
    kept.merge.push_back(rates ? rates->merge->kept() : tokens_);
  }
  return kept;
}

}  // namespace yardstick
