#include "models/mvit/pooled_attention.h"

#include "tests/support/throws_error.h"

#include <yardstick/weights.h>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <gmock/gmock.h>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace yardstick {
namespace {

using layers::TapScope;
using testing::ElementsAre;

struct Case {
  std::string name;
  PooledAttentionConfig config;
};

constexpr PoolShape kHalf = {.kernel = {1, 3, 3}, .stride = {1, 2, 2}};
constexpr PoolShape kHalfInSpace = {.kernel = {3, 3, 3}, .stride = {1, 2, 2}};
constexpr PoolShape kSmooth = {.kernel = {3, 3, 3}, .stride = {1, 1, 1}};

std::vector<Case> cases() {
  const PooledAttentionConfig plain{.width_in = 8, .width_out = 12, .heads = 3, .grid = {1, 4, 4}};
  std::vector<Case> all;
  const auto add = [&](std::string name, auto change) {
    PooledAttentionConfig config = plain;
    change(config);
    all.push_back({std::move(name), config});
  };
  add("unpooled", [](PooledAttentionConfig&) {});
  add("image", [](PooledAttentionConfig& config) {
    config.q_pool = config.kv_pool = kHalf;
    config.has_residual_pooling = true;
    config.space_table = 3;
  });
  add("separate", [](PooledAttentionConfig& config) {
    config.kv_pool = kHalf;
    config.has_separate_qkv = true;
    config.has_qkv_bias = false;
    config.space_table = 7;
  });
  add("clip", [](PooledAttentionConfig& config) {
    config.grid = {3, 4, 4};
    config.prefix_tokens = 1;
    config.q_pool = kSmooth;
    config.kv_pool = kHalfInSpace;
    config.has_residual_pooling = true;
    config.space_table = 7;
    config.time_table = 5;
  });
  // 7 places are pooled to 4, and cut off to 3 for the tables.
  add("interpolated_tables", [](PooledAttentionConfig& config) {
    config.grid = {2, 7, 7};
    config.q_pool = kHalf;
    config.kv_pool = kHalf;
    config.space_table = 5;
    config.time_table = 5;
  });
  add("time_alone", [](PooledAttentionConfig& config) {
    config.grid = {4, 2, 2};
    config.prefix_tokens = 1;
    config.time_table = 7;
  });
  add("means", [](PooledAttentionConfig& config) {
    config.grid = {3, 4, 4};
    config.mode = MvitPoolMode::kMean;
    config.q_pool = kHalf;
    config.kv_pool = kSmooth;
  });
  add("maxima", [](PooledAttentionConfig& config) {
    config.grid = {2, 4, 4};
    config.prefix_tokens = 1;
    config.mode = MvitPoolMode::kMax;
    config.kv_pool = kHalfInSpace;
  });
  add("pools_first", [](PooledAttentionConfig& config) {
    config.width_in = 6;
    config.prefix_tokens = 1;
    config.pools_first = true;
    config.q_pool = kHalf;
    config.kv_pool = kHalf;
  });
  add("pools_first_unshared", [](PooledAttentionConfig& config) {
    config.pools_first = true;
    config.mode = MvitPoolMode::kConvUnshared;
    config.kv_pool = kHalf;
  });
  return all;
}

// The formulas of the papers, head by head and with a matrix of scores, from the weights by name.
class Reference {
 public:
  Reference(const PooledAttentionConfig& config, TensorMap weights)
      : config_(config), weights_(std::move(weights)) {}

  at::Tensor operator()(const at::Tensor& x) const {
    const at::Tensor q = part("q", 0, x, config_.q_pool);  // [B, heads, N, d]
    const at::Tensor k = part("k", 1, x, config_.kv_pool);
    const at::Tensor v = part("v", 2, x, config_.kv_pool);
    const double scale = 1.0 / std::sqrt(static_cast<double>(config_.head_width()));
    at::Tensor scores = at::matmul(q, k.transpose(-2, -1)) * scale;
    if (config_.space_table > 0 || config_.time_table > 0) scores = scores + bias(q);
    at::Tensor out = at::matmul(at::softmax(scores, -1), v);
    if (config_.has_residual_pooling) {
      const at::Tensor behind =
          at::constant_pad_nd(q.slice(2, config_.prefix_tokens), {0, 0, config_.prefix_tokens, 0});
      out = out + behind;
    }
    out = out.transpose(1, 2).flatten(2);
    return at::linear(out, weights_.at("proj.weight"), weights_.at("proj.bias"));
  }

 private:
  at::Tensor weight(const std::string& name) const {
    return weights_.contains(name) ? weights_.at(name) : at::Tensor();
  }

  at::Tensor project(const std::string& name, std::int64_t index, const at::Tensor& x) const {
    if (weights_.contains(name + ".weight")) {
      return at::linear(x, weight(name + ".weight"), weight(name + ".bias"));
    }
    return at::linear(x, weight("qkv.weight"), weight("qkv.bias")).chunk(3, -1)[index];
  }

  static at::Tensor split(const at::Tensor& x, std::int64_t groups) {
    return x.unflatten(-1, {groups, x.size(-1) / groups}).transpose(1, 2);  // [B, groups, N, C]
  }

  at::Tensor part(const std::string& name, std::int64_t index, const at::Tensor& x,
                  const std::optional<PoolShape>& shape) const {
    if (!config_.pools_first) {
      const at::Tensor heads = split(project(name, index, x), config_.heads);
      return shape ? pool(name, heads, *shape) : heads;
    }
    if (!shape) return split(project(name, index, x), config_.heads);
    const bool is_unshared = config_.mode == MvitPoolMode::kConvUnshared;
    const at::Tensor pooled = pool(name, split(x, is_unshared ? 1 : config_.heads), *shape);
    return split(project(name, index, pooled.transpose(1, 2).flatten(2)), config_.heads);
  }

  at::Tensor pool(const std::string& name, const at::Tensor& heads, const PoolShape& shape) const {
    const auto [t, h, w] = config_.grid;
    const Thw padding = shape.padding();
    const at::Tensor grid = heads.slice(2, config_.prefix_tokens)
                                .reshape({-1, t, h, w, heads.size(3)})
                                .permute({0, 4, 1, 2, 3});  // [B * heads, C, T, H, W]
    at::Tensor pooled;
    if (config_.mode == MvitPoolMode::kMax) {
      pooled = at::max_pool3d(grid, shape.kernel, shape.stride, padding);
    } else if (config_.mode == MvitPoolMode::kMean) {
      pooled = at::avg_pool3d(grid, shape.kernel, shape.stride, padding);
    } else {
      pooled = at::conv3d(grid, weight("pool_" + name + ".weight"), {}, shape.stride, padding,
                          /*dilation=*/1, /*groups=*/heads.size(3));
    }
    pooled = pooled.flatten(2).transpose(1, 2).unflatten(0, {heads.size(0), heads.size(1)});
    pooled = at::cat({heads.slice(2, 0, config_.prefix_tokens), pooled}, 2);
    if (!weights_.contains("norm_" + name + ".weight")) return pooled;
    return at::layer_norm(pooled, {pooled.size(-1)}, weight("norm_" + name + ".weight"),
                          weight("norm_" + name + ".bias"), 1e-6);
  }

  // The table's row for two places, one query and key at a time.
  static at::Tensor row(const at::Tensor& table, std::int64_t q, std::int64_t k,
                        std::int64_t queries, std::int64_t keys) {
    const std::int64_t length = 2 * std::max(queries, keys) - 1;
    at::Tensor fitting = table;
    if (table.size(0) != length) {
      fitting = at::upsample_linear1d(table.t().unsqueeze(0), {length}, false)[0].t();
    }
    const double q_step = std::max(static_cast<double>(keys) / static_cast<double>(queries), 1.0);
    const double k_step = std::max(static_cast<double>(queries) / static_cast<double>(keys), 1.0);
    const double at = static_cast<double>(q) * q_step - static_cast<double>(k) * k_step +
                      static_cast<double>(keys - 1) * k_step;
    return fitting[static_cast<std::int64_t>(at)];
  }

  at::Tensor bias(const at::Tensor& q) const {
    const Thw queries = config_.q_grid();
    const Thw keys = config_.kv_grid();
    const char* names[] = {"rel_pos_t", "rel_pos_h", "rel_pos_w"};
    std::vector<at::Tensor> columns;
    for (std::int64_t key = 0; key < count_of(keys); ++key) {
      std::vector<at::Tensor> rows;
      for (std::int64_t query = 0; query < count_of(queries); ++query) {
        const Thw from = place(query, queries);
        const Thw to = place(key, keys);
        at::Tensor vector = at::zeros({config_.head_width()});
        for (std::size_t d = 0; d < 3; ++d) {
          if (!weights_.contains(names[d])) continue;
          vector = vector + row(weights_.at(names[d]), from[d], to[d], queries[d], keys[d]);
        }
        rows.push_back((q.select(2, config_.prefix_tokens + query) * vector).sum(-1));
      }
      columns.push_back(at::stack(rows, -1));  // [B, heads, queries]
    }
    const std::int64_t prefix = config_.prefix_tokens;
    return at::constant_pad_nd(at::stack(columns, -1), {prefix, 0, prefix, 0});
  }

  static Thw place(std::int64_t token, const Thw& grid) {
    return {token / (grid[1] * grid[2]), token / grid[2] % grid[1], token % grid[2]};
  }

  PooledAttentionConfig config_;
  TensorMap weights_;
};

class PooledAttentionTest : public testing::TestWithParam<Case> {
 protected:
  PooledAttentionTest() : attention_(GetParam().config) {
    at::manual_seed(4);
    const at::NoGradGuard no_grad;
    for (const auto& parameter : attention_.parameters()) parameter.normal_(0.0, 0.5);
    const PooledAttentionConfig& config = GetParam().config;
    x_ = at::randn({2, config.prefix_tokens + count_of(config.grid), config.width_in});
  }

  PooledAttention attention_;
  at::Tensor x_;
};

TEST_P(PooledAttentionTest, EqualsThePlainFormulas) {
  attention_.eval();
  const at::NoGradGuard no_grad;

  const at::Tensor out = attention_.forward(x_, TapScope());

  EXPECT_TRUE(
      at::allclose(out, Reference(GetParam().config, state_of(attention_))(x_), 1e-4, 1e-5));
}

TEST_P(PooledAttentionTest, EqualsThePlainFormulasAndTheirGradientsInTraining) {
  at::Tensor theirs_in = x_.clone().set_requires_grad(true);
  x_.set_requires_grad(true);
  const at::Tensor out = attention_.forward(x_, TapScope());
  const at::Tensor weights = at::randn_like(out);
  (out * weights).sum().backward();
  TensorMap ours;
  for (const auto& [name, parameter] : state_of(attention_)) {
    ours[name] = parameter.grad().clone();
    parameter.mutable_grad().zero_();
  }

  const at::Tensor expected = Reference(GetParam().config, state_of(attention_))(theirs_in);
  (expected * weights).sum().backward();

  EXPECT_TRUE(at::allclose(out, expected, 1e-4, 1e-5));
  EXPECT_TRUE(at::allclose(x_.grad(), theirs_in.grad(), 1e-3, 1e-4));
  for (const auto& [name, parameter] : state_of(attention_)) {
    EXPECT_TRUE(at::allclose(ours.at(name), parameter.grad(), 1e-3, 1e-4)) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(Configs, PooledAttentionTest, testing::ValuesIn(cases()),
                         [](const auto& test) { return test.param.name; });

TEST(PooledAttentionWeightsTest, DoNotPoolWithTheKernelOfOne) {
  const PoolShape one = PoolShape::of_stride({1, 1, 1});
  const PoolShape eight = PoolShape::of_stride({1, 8, 8});

  EXPECT_TRUE(one.is_identity());
  EXPECT_THAT(eight.kernel, ElementsAre(1, 9, 9));
  EXPECT_THAT(eight.pooled({16, 56, 56}), ElementsAre(16, 7, 7));
}

TEST(RelativePositionsTest, StayTheSameOnAnotherTypeAndBack) {
  at::Tensor table = at::randn({5, 4});
  const RelativePositions positions({.time = {}, .rows = table, .columns = table}, {1, 3, 3},
                                    {1, 3, 3}, /*prefix_tokens=*/0);
  const at::Tensor q = at::randn({1, 9, 2, 4});
  const RelativePositions::Folded first = positions.fold(q, q, /*scale=*/0.5);

  // As a module is moved to another type.
  const at::Tensor single = table.clone();
  table.set_data(single.to(at::kBFloat16));
  const at::Tensor half = q.to(at::kBFloat16);
  EXPECT_EQ(positions.fold(half, half, 0.5).k.scalar_type(), at::kBFloat16);
  table.set_data(single);

  EXPECT_EQ(first.k.size(3) % 8, 0);
  EXPECT_TRUE(at::equal(positions.fold(q, q, 0.5).k, first.k));
  const at::Tensor products =
      at::matmul(first.q.transpose(1, 2), first.k.permute({0, 2, 3, 1}));  // [1, 2, 9, 9]
  const at::Tensor scores = at::matmul(q.transpose(1, 2), q.permute({0, 2, 3, 1}));
  EXPECT_TRUE(at::allclose(0.5 * (products - scores), positions.bias(q), 1e-4, 1e-5));
}

}  // namespace
}  // namespace yardstick
