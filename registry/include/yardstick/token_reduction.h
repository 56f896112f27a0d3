#pragma once

#include <yardstick/export.h>
#include <yardstick/model.h>

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace yardstick {

// The tokens that a model's first block sees, and how official codes reduce them in such a model.
struct TokenLayout {
  std::int64_t depth = 0;  // blocks
  std::int64_t width = 0;  // of a token
  std::int64_t heads = 0;
  std::int64_t input_channels = 0;  // of the image or clip
  std::vector<std::int64_t> grid;   // of the patches: [h, w], or [t, h, w] of clips
  // Leading tokens that are no patches: class, distillation and register tokens.
  std::int64_t special = 0;
  // Leading tokens that must stay, in their places: the special ones, in some models a patch too.
  std::int64_t prefix = 0;
  bool has_class_token = false;         // token 0 is one
  bool has_distillation_token = false;  // token 1 is one
  // Whether merged tokens count by their size in attention unless the user says otherwise.
  bool has_proportional_attention = true;
  // Whether the model pools by TokenPass::pool; otherwise sizes do not matter to what it pools.
  bool pools_by_size = false;

  std::int64_t patches() const {
    std::int64_t count = 1;
    for (const std::int64_t side : grid) count *= side;
    return count;
  }
  std::int64_t tokens() const { return special + patches(); }
};

// One block between the residual of its attention and its MLP. Tensors may be views.
struct BlockTokens {
  std::int64_t block = 0;  // from 0
  at::Tensor x;            // [B, N, width], the residual stream with the attention added
  // [B, N, heads, d], as the attention multiplies them (after query and key norms where there are
  // some), not yet scaled: its logits are q k^T / sqrt(d) + TokenPass::key_bias().
  at::Tensor queries;
  at::Tensor keys;
};

// What is known of the tokens between two blocks.
struct TokenState {
  at::Tensor size;    // [B, N], how many first tokens each stands for; undefined while all are 1.
                      // float32 whatever the network computes in (double in double precision)
  at::Tensor source;  // of size's type, [B, N, tokens at first]: 1 where a first token is part of a
                      // token. Undefined where it is not traced or nothing was reduced yet
};

// One forward pass of a reducer: it holds the pass's state and is asked by each block in turn.
// Everything is recorded by autograd where gradients are on, unless the pass says otherwise.
class YS_API TokenPass {
 public:
  virtual ~TokenPass();

  // Added to the logits of each key in the next block's attention, [B, N]; undefined for none. Of
  // size's type.
  virtual at::Tensor key_bias() const = 0;
  // An attention in place of the model's fused one: q, k, v [B, N, heads, d], which may be strided,
  // to [B, N, heads, d]. key_bias() is then of no account. Undefined by default: the model's.
  virtual at::Tensor attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v);
  // The tokens that go on, [B, M, width] with M <= N and the layout's prefix in front; may be
  // block.x itself. Brings state() up to date.
  virtual at::Tensor reduce(const BlockTokens& block) = 0;
  // The mean of [B, N, C], tokens of the last block behind the prefix, where the layout pools by
  // size. By default sum(x * size) / sum(size): each patch counts once.
  virtual at::Tensor pool(const at::Tensor& patches) const;

  const TokenState& state() const noexcept { return state_; }

 protected:
  TokenState state_;
};

enum class PassMode { kInference, kTraining };

// How tokens are reduced in every forward pass of a model that holds it. Has no state of a pass.
class YS_API TokenReducer {
 public:
  virtual ~TokenReducer();

  virtual std::string name() const = 0;  // the method's, "tome"
  // A pass over tokens of `layout`. Both this reducer and `layout` outlive it.
  virtual std::unique_ptr<TokenPass> start(const TokenLayout& layout, PassMode mode) const = 0;
};

// The capability of transformers whose blocks take any number of tokens, so that tokens can be
// merged or dropped between a block's attention and its MLP (ToMe, arXiv 2210.09461; PiToMe,
// 2405.16148; DiffRate, 2305.17997). Without a reducer the model computes what it always does.
// With one, a tap gets beside the usual activations, where defined: "blocks.I.size" after each
// block and, after the last, "size" [B, N, 1] and "source" [B, N, tokens at first].
class YS_API TokenReducible {
 public:
  virtual ~TokenReducible();

  virtual const TokenLayout& token_layout() const = 0;
  virtual const TokenReducer* token_reducer() const = 0;  // or null
  // Null takes the present one off.
  virtual void use_token_reducer(std::unique_ptr<const TokenReducer> reducer) = 0;
};

// Why no (further) reducer can act on `model`, in a sentence for Method::refusal, or nothing.
YS_API std::optional<std::string> token_reduction_refusal(Model& model);

}  // namespace yardstick
