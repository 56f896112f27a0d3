#pragma once

#include "models/methods/diffrate/diffrate_macs.h"

#include <torch/nn/module.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace yardstick {

struct KeptNumberConfig {
  std::int64_t patches = 0;
  std::int64_t granularity = 1;  // tokens from one candidate to the next
  std::int64_t prefix = 1;       // class tokens, which are always kept and counted
};

// How many tokens a block keeps, as a parameter: the differentiable discrete proxy of DiffRate
// (arXiv 2305.17997, section 3.2; class DiffRate, ddp.py of OpenGVLab/DiffRate). The candidates are
// patches, patches - granularity, ... down to the last above 0; their logits start equal.
class KeptNumber : public torch::nn::Module {
 public:
  // Requires: patches and granularity of at least 1. Logits are set whatever init scope is open.
  explicit KeptNumber(const KeptNumberConfig& config);

  at::Tensor candidates() const;  // float32 [candidates], without the prefix
  // The candidates' expectation, rounded up, and the prefix: a float32 scalar that has the
  // expectation's own gradient.
  at::Tensor expected() const;
  // float32 [tokens]: how probably the token of each rank of importance is kept.
  at::Tensor probability() const;
  // float32 [tokens]: 0 for the ranks from `kept` to below `present`, both scalars, and 1 for all
  // others; the gradient is that of probability() (straight-through).
  at::Tensor mask(const at::Tensor& kept, const at::Tensor& present) const;
  // Makes `kept`, an expected(), the number that evaluation keeps.
  void set_kept(const at::Tensor& kept);
  // That number on the host. Waits for the device, but only where it has changed since the last
  // call, so that a captured graph has no wait in it.
  std::int64_t kept() const;

  at::Tensor selected_probability;  // [candidates], the logits, by their official name
  // int64 []: a number of its own, as the official code's, since the logits of a model in half
  // precision would round to others.
  at::Tensor kept_token_number;

 private:
  at::Tensor probabilities() const;  // [candidates]

  struct Reading {
    const void* data = nullptr;
    std::int64_t version = 0;
    std::int64_t kept = 0;
  };

  KeptNumberConfig config_;
  mutable Reading last_;
};

// Both numbers of one block.
struct BlockRates : torch::nn::Module {
  explicit BlockRates(const KeptNumberConfig& config);

  std::shared_ptr<KeptNumber> prune;
  std::shared_ptr<KeptNumber> merge;
};

struct DiffRatesConfig {
  std::int64_t depth = 0;
  KeptNumberConfig number = {};
  bool is_last_block_whole = false;  // as the first one always is: they have no numbers to learn
};

// The numbers of all blocks, named <block>.prune.selected_probability and <block>.merge. ...
class DiffRates : public torch::nn::Module {
 public:
  explicit DiffRates(const DiffRatesConfig& config);

  // Null where the block keeps all of its tokens.
  const BlockRates* block(std::int64_t index) const;
  KeptTokens kept() const;

  // What the last training pass cost; kept here for the objective.
  void set_macs(at::Tensor macs) { macs_ = std::move(macs); }
  const at::Tensor& macs() const noexcept { return macs_; }

 private:
  std::int64_t tokens_;
  std::vector<std::shared_ptr<BlockRates>> blocks_;  // null where whole
  at::Tensor macs_;
};

}  // namespace yardstick
