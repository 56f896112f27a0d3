#include "models/rev_vit/rev_vit.h"

#include "models/rev_vit/rev_vit_config.h"
#include "tests/models/built.h"
#include "tests/models/keeping_tap.h"
#include "tests/models/key_fixture.h"
#include "tests/support/throws_error.h"

#include <yardstick/random_draws.h>

#include <ATen/ATen.h>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <memory>
#include <string>
#include <utility>

namespace yardstick {
namespace {

using test::batch_of;
using test::build_model;
using test::random_weights;
using test::ThrowsError;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Optional;
using testing::Pair;
using testing::UnorderedElementsAre;

at::Tensor images(std::int64_t count = 2) { return at::randn({count, 3, 32, 32}); }

TEST(RevVitTest, ShowsItsHeadBothStreams) {
  const auto model = build_model("rev_vit_test");

  const ModelOutput output = model->forward(batch_of(images()));

  EXPECT_THAT(output.features.sizes().vec(), ElementsAre(2, 2 * 32));
  EXPECT_THAT(output.logits.sizes().vec(), ElementsAre(2, 10));
  EXPECT_EQ(model->capability<ReplaceableHead>()->head_width(), 2 * 32);
}

TEST(RevVitTest, ShowsItsHeadOneWidthWhereStreamsAreReduced) {
  for (const char* fusion : {"add", "avg", "max", "min"}) {
    const auto model = build_model("rev_vit_test", {{"fuse", fusion}, {"mean_pooling", "true"}});

    EXPECT_THAT(model->forward(batch_of(images())).features.sizes().vec(), ElementsAre(2, 32))
        << fusion;
  }
}

TEST(RevVitTest, FollowsDepthAndImageSize) {
  const auto model = build_model("rev_vit_test", {{"depth", "5"}, {"img_size", "48"}});

  const TensorMap state = state_of(model->module());

  EXPECT_TRUE(state.contains("rev_backbone.layers.4.G.mlp.fc2.bias"));
  EXPECT_FALSE(state.contains("rev_backbone.layers.5.G.mlp.fc2.bias"));
  EXPECT_THAT(state.at("pos_embed").sizes().vec(), ElementsAre(1, 36, 32));
  EXPECT_THAT(model->info().summary, HasSubstr("of 5 blocks"));
}

TEST(RevVitTest, NamesTheOptionsAsTheOfficialCode) {
  const auto model = build_model(
      "rev_vit_test",
      {{"fuse", "ln+concat_linear_2"}, {"separate_qkv", "false"}, {"norm_stem", "true"}});

  const TensorMap state = state_of(model->module());

  for (const char* name :
       {"norm_stem.weight", "rev_backbone.layers.0.F.attn.qkv.weight", "fuse.fuse_fn.0.weight",
        "fuse.fuse_fn.1.fc1.weight", "norm.weight", "head.projection.bias"}) {
    EXPECT_TRUE(state.contains(name)) << name;
  }
  EXPECT_THAT(state.at("fuse.fuse_fn.1.fc1.weight").sizes().vec(), ElementsAre(128, 64));
}

TEST(RevVitTest, RefusesWhatDoesNotGoTogether) {
  EXPECT_THAT([] { build_model("rev_vit_test", {{"fuse", "avg"}}); },
              ThrowsError(ErrorKind::kUser, HasSubstr("mean pooling")));
  EXPECT_THAT([] { build_model("rev_vit_test", {{"fuse", "sum"}}); },
              ThrowsError(ErrorKind::kUser, HasSubstr("no fusion is named sum")));
  EXPECT_THAT([] { build_model("rev_vit_test", {{"fuse", "concat_linear_2_0.1"}}); },
              ThrowsError(ErrorKind::kUser, HasSubstr("dropout")));
  EXPECT_THAT([] { build_model("rev_vit_test", {{"img_size", "30"}}); },
              ThrowsError(ErrorKind::kUser, HasSubstr("30 is no multiple of patch stride 8")));
}

// A whole step's loss, from the same weights and draws.
TensorMap gradients_of(Model& model, const at::Tensor& input) {
  model.module().train();
  at::manual_seed(9);
  const at::Tensor logits = model.forward(batch_of(input)).logits;
  (logits * at::linspace(-1, 1, logits.numel()).view_as(logits)).sum().backward();
  TensorMap gradients;
  for (const auto& [name, parameter] : state_of(model.module())) gradients[name] = parameter.grad();
  return gradients;
}

TEST(RevVitTest, GivesTheSameGradientsWithAndWithoutRecomputing) {
  const auto recomputing = build_model("rev_vit_test", {{"drop_path", "0.3"}});
  const auto ordinary = build_model("rev_vit_test", {{"drop_path", "0.3"}, {"recompute", "false"}});
  ordinary->load_weights(state_of(recomputing->module()), {});
  const at::Tensor input = images(4);

  const TensorMap ours = gradients_of(*recomputing, input);
  const TensorMap theirs = gradients_of(*ordinary, input);

  for (const auto& [name, gradient] : theirs) {
    EXPECT_TRUE(at::allclose(ours.at(name), gradient, 1e-4, 1e-5)) << name;
  }
}

TEST(RevVitTest, DrawsOnceForEachBlockWhoseRateIsAboveZero) {
  class Counting final : public RandomDraws {
   public:
    at::Tensor uniform(std::string_view, at::IntArrayRef shape, c10::Device) override {
      ++draws;
      return at::full(shape, 0.9F);
    }
    double uniform(std::string_view) override { return 0; }
    int draws = 0;
  } counting;
  const auto model = build_model("rev_vit_test", {{"drop_path", "0.3"}});
  model->module().train();
  const DrawsScope scope(counting);

  model->forward(batch_of(images())).logits.sum().backward();

  EXPECT_EQ(counting.draws, 2);  // of three blocks, the first of which never drops
}

TEST(RevVitTest, RecordsWhatGoldenCasesAskFor) {
  const auto model = build_model("rev_vit_test");
  test::KeepingTap tap;

  model->forward(batch_of(images()), &tap);

  EXPECT_THAT(tap["patch_embed"].sizes().vec(), ElementsAre(2, 16, 32));
  EXPECT_THAT(tap["tokens"].sizes().vec(), ElementsAre(2, 16, 32));
  EXPECT_THAT(tap["rev_backbone"].sizes().vec(), ElementsAre(2, 16, 64));
  EXPECT_THAT(tap["pooled"].sizes().vec(), ElementsAre(2, 64));
  EXPECT_TRUE(at::equal(tap["rev_backbone.layers.2.y1"], tap["rev_backbone"].narrow(2, 0, 32)));
}

TEST(RevVitTest, TakesAProbeInPlaceOfItsHead) {
  const auto model = build_model("rev_vit_test");

  model->capability<ReplaceableHead>()->use_linear_probe_head();

  EXPECT_TRUE(state_of(model->module()).contains("head.1.weight"));
  EXPECT_THAT(model->forward(batch_of(images())).logits.sizes().vec(), ElementsAre(2, 10));
}

TEST(RevVitConfigTest, CutsClipsInSpaceAndTime) {
  const RevVitConfig config{.input = {4, 32, 32},
                            .kernel = {2, 8, 8},
                            .stride = {2, 8, 8},
                            .padding = {0, 0, 0},
                            .classes = 10,
                            .width = 32,
                            .depth = 1,
                            .heads = 2,
                            .positions = RevVitPositions::kSeparate};
  const auto net = std::make_shared<RevVit>(config);
  net->init_weights();

  const TensorMap state = state_of(*net);

  EXPECT_THAT(state.at("pos_embed_spatial").sizes().vec(), ElementsAre(1, 16, 32));
  EXPECT_THAT(state.at("pos_embed_temporal").sizes().vec(), ElementsAre(1, 2, 32));
  EXPECT_THAT(net->forward_features(at::randn({2, 3, 4, 32, 32}), layers::TapScope()).sizes().vec(),
              ElementsAre(2, 64));
}

TEST(RevVitConfigTest, ExplainsWhatDoesNotFit) {
  RevVitConfig heads;
  heads.heads = 7;
  RevVitConfig overlapping;
  overlapping.kernel = {18, 18};

  EXPECT_THAT(problem_of(heads), Optional(HasSubstr("7 heads")));
  EXPECT_THAT(problem_of(overlapping), Optional(HasSubstr("do not cut 224 into 14")));
}

TEST(RevVitKeysTest, TakesWrappersOffAndReportsTheFilesNames) {
  const auto model = build_model("rev_vit_test");

  const LoadReport report =
      model->load_weights(test::wrapped_in("model_state.module.", random_weights(*model)), {});

  EXPECT_TRUE(report.is_complete());
  EXPECT_THAT(report.renamed,
              Contains(Pair("model_state.module.head.projection.bias", "head.projection.bias")));
}

TEST(RevVitKeysTest, KeepsARandomHeadWhereClassesDifferWhenAsked) {
  const auto model = build_model("rev_vit_test", {{"classes", "7"}});
  const TensorMap weights = random_weights(*build_model("rev_vit_test"));

  EXPECT_THAT(
      [&] { model->load_weights(weights, {}); },
      ThrowsError(ErrorKind::kData, AllOf(HasSubstr("10 classes"), HasSubstr("classes=10"))));
  EXPECT_THAT(model->load_weights(weights, test::kResetHead).reset,
              UnorderedElementsAre("head.projection.weight", "head.projection.bias"));
}

// A case of PySlowFast's configuration tree, with `changes` (a merge patch) on top.
GoldenCase rev_case(const char* changes, const char* mode = "eval") {
  auto config = nlohmann::json::parse(R"({
    "MODEL": {"NUM_CLASSES": 10},
    "DATA": {"TRAIN_CROP_SIZE": 32, "TEST_CROP_SIZE": 32},
    "MVIT": {"PATCH_2D": true, "PATCH_KERNEL": [8, 8], "PATCH_STRIDE": [8, 8],
             "PATCH_PADDING": [0, 0], "EMBED_DIM": 32, "NUM_HEADS": 4, "DEPTH": 2,
             "CLS_EMBED_ON": false, "REV": {"ENABLE": true}}})");
  config.merge_patch(nlohmann::json::parse(changes));
  GoldenCase golden;
  golden.name = "written_here";
  golden.family = "rev_vit";
  golden.constructor = "slowfast.models.MViT (reversible)";
  golden.mode = mode;
  golden.entry = "classify";
  golden.config = Arguments::parse(config.dump(), "written_here");
  golden.inputs["x"] = images();
  golden.wanted = {"logits", "probs"};
  return golden;
}

std::unique_ptr<Model> model_of(const GoldenCase& golden) {
  const Registrar registrar = test::builtin_registrar();
  auto model = registrar.golden_families.get("rev_vit").build(golden);
  model->load_weights(random_weights(*model), {});
  return model;
}

TensorMap computed(const GoldenCase& golden) {
  const auto model = model_of(golden);
  const Registrar registrar = test::builtin_registrar();
  return registrar.golden_families.get("rev_vit").compute(*model, golden);
}

TEST(RevVitGoldenTest, ReadsEveryOptionOfTheConfiguration) {
  const GoldenCase golden = rev_case(R"({
    "MODEL": {"HEAD_ACT": "sigmoid"},
    "MVIT": {"SEPARATE_QKV": false, "POOL_FIRST": true, "QKV_BIAS": false, "NORM_STEM": true,
             "USE_ABS_POS": false, "MODE": "conv", "POOL_KV_STRIDE": [], "POOL_KVQ_KERNEL": null,
             "REV": {"RESPATH_FUSE": "ln+concat_linear_2", "BUFFER_LAYERS": []}}})");

  const auto model = model_of(golden);
  const TensorMap state = state_of(model->module());
  const TensorMap results = computed(golden);

  EXPECT_TRUE(state.contains("rev_backbone.layers.1.F.attn.k.weight"));  // POOL_FIRST's layout
  EXPECT_FALSE(state.contains("rev_backbone.layers.1.F.attn.k.bias"));
  EXPECT_FALSE(state.contains("pos_embed"));
  EXPECT_TRUE(at::allclose(results.at("probs"), at::sigmoid(results.at("logits"))));
  EXPECT_THAT(golden.config.unread(), testing::IsEmpty());
}

TEST(RevVitGoldenTest, LeavesUnknownArgumentsUnread) {
  const GoldenCase golden = rev_case(R"({"MVIT": {"GATED": true}})");

  computed(golden);

  EXPECT_THAT(golden.config.unread(), ElementsAre("MVIT.GATED"));
}

TEST(RevVitGoldenTest, RefusesWhatItDoesNotImplement) {
  const auto refuses = [](const char* changes, const std::string& what) {
    EXPECT_THAT([&] { model_of(rev_case(changes)); },
                ThrowsError(ErrorKind::kData, HasSubstr(what)))
        << changes;
  };

  refuses(R"({"MVIT": {"CLS_EMBED_ON": true}})", "CLS_EMBED_ON");
  refuses(R"({"MVIT": {"REV": {"ENABLE": false}}})", "ENABLE");
  refuses(R"({"MVIT": {"REV": {"BUFFER_LAYERS": [1]}}})", "BUFFER_LAYERS");
  refuses(R"({"MVIT": {"REV": {"RESPATH_FUSE": "sum"}}})", "RESPATH_FUSE sum");
  refuses(R"({"MVIT": {"REV": {"RESPATH_FUSE": "avg"}}})", "mean pooling");
  refuses(R"({"MVIT": {"DIM_MUL": [[1, 2.0]]}})", "DIM_MUL");
  refuses(R"({"MVIT": {"POOL_KV_STRIDE_ADAPTIVE": [1, 4, 4]}})", "POOL_KV_STRIDE_ADAPTIVE");
  refuses(R"({"MVIT": {"REL_POS_SPATIAL": true}})", "REL_POS_SPATIAL");
  refuses(R"({"MVIT": {"USE_FIXED_SINCOS_POS": true}})", "USE_FIXED_SINCOS_POS");
  refuses(R"({"MVIT": {"NORM": "batchnorm"}})", "NORM batchnorm");
  refuses(R"({"DATA": {"TEST_CROP_SIZE": 64}})", "TEST_CROP_SIZE");
  refuses(R"({"DATA": {"NUM_FRAMES": 4}})", "one frame");
}

TEST(RevVitGoldenTest, RefusesDropsWhoseDrawsTheCaseDoesNotGive) {
  const char* const kDropPath = R"({"MVIT": {"DROPPATH_RATE": 0.5}})";
  GoldenCase misshapen = rev_case(kDropPath, "train");
  misshapen.inputs["drop_path"] = at::ones({3, 2});

  EXPECT_THAT([&] { computed(rev_case(kDropPath, "train")); },
              ThrowsError(ErrorKind::kData, HasSubstr("drop rate of 0.5")));
  EXPECT_THAT([&] { computed(rev_case(R"({"MVIT": {"DROPOUT_RATE": 0.1}})", "train")); },
              ThrowsError(ErrorKind::kData, HasSubstr("drop rate of 0.1")));
  EXPECT_THAT([&] { computed(misshapen); },
              ThrowsError(ErrorKind::kData, HasSubstr("each of 2 blocks")));
  computed(rev_case(kDropPath, "eval"));
}

}  // namespace
}  // namespace yardstick
