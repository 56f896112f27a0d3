#include "cli/context.h"

#include "cli/subject_plan.h"
#include "metrics/builtin_metrics.h"
#include "models/builtin_models.h"
#include "runners/objectives/builtin_objectives.h"
#include "tasks/builtin_tasks.h"

#include <cstdlib>
#include <filesystem>
#include <utility>

namespace yardstick::cli {
namespace {

namespace fs = std::filesystem;

std::string find_executable() {
  std::error_code error;
  return fs::read_symlink("/proc/self/exe", error).string();
}

std::string find_share_dir(const std::string& executable) {
  if (const char* chosen = std::getenv("YARDSTICK_SHARE"); chosen != nullptr && *chosen != '\0') {
    return chosen;
  }
  return (fs::path(executable).parent_path().parent_path() / "share" / "yardstick").string();
}

}  // namespace

Context::Context(Setup setup)
    : setup_(std::move(setup)),
      executable_(find_executable()),
      share_dir_(find_share_dir(executable_)) {}

Registrar Context::built_ins() {
  Registrar registrar;
  register_builtin_models(registrar);
  register_builtin_tasks(registrar, share_dir_);
  register_builtin_metrics(registrar);
  register_builtin_objectives(registrar, [this](const std::string& name, const std::string& file) {
    BuiltSubject built = build_from_weights(name, file, *this);
    return Teacher{std::move(built.model), std::move(built.subject.checkpoint_sha256)};
  });
  return registrar;
}

void Context::load_all() {
  auto registrar = std::make_unique<Registrar>(built_ins());
  std::vector<std::string> files = setup_.plugin_files;
  if (const char* path = std::getenv("YARDSTICK_PLUGIN_PATH"); path != nullptr) {
    const auto found = find_plugins(path);
    files.insert(files.end(), found.begin(), found.end());
  }
  for (const std::string& file : files) plugins_.push_back(load_plugin(file, *registrar));
  registrar_ = std::move(registrar);
}

const Registrar& Context::registrar() {
  if (!registrar_) load_all();
  return *registrar_;
}

const std::vector<LoadedPlugin>& Context::plugins() {
  registrar();
  return plugins_;
}

const WeightsCatalog& Context::weights() {
  if (!weights_) {
    weights_ = std::make_unique<WeightsCatalog>(
        WeightsCatalog::load((fs::path(share_dir_) / "configs" / "models").string()));
  }
  return *weights_;
}

}  // namespace yardstick::cli
