#pragma once

#include "runners/process/parent_link.h"

#include <yardstick/plugin_loader.h>
#include <yardstick/registry.h>
#include <yardstick/run.h>
#include <yardstick/weights_catalog.h>

#include <memory>
#include <ostream>
#include <string>
#include <vector>

namespace yardstick::cli {

// What main hands to every command. Costly parts are made when first asked for, so that a command
// pays only for what it uses.
class Context {
 public:
  struct Setup {
    std::vector<std::string> words;         // what the user typed behind the program's name
    std::vector<std::string> plugin_files;  // --plugin, in order
    StopRequested stop;
    std::ostream& out;  // results only
    std::ostream& err;  // everything else
    ParentLink* parent = nullptr;
  };
  explicit Context(Setup setup);

  std::ostream& out() { return setup_.out; }
  std::ostream& err() { return setup_.err; }
  // For runners and others that ask between steps.
  const StopRequested& stop_condition() const { return setup_.stop; }
  bool is_stopping() const { return setup_.stop(); }
  // Where records and progress go in a process that another Yardstick has started to measure; null
  // in any other.
  ParentLink* parent() const { return setup_.parent; }
  const std::vector<std::string>& words() const { return setup_.words; }
  const std::vector<std::string>& plugin_files() const { return setup_.plugin_files; }

  // Built-ins, then --plugin in order, then the libraries of $YARDSTICK_PLUGIN_PATH. Throws User
  // where a plug-in cannot be loaded.
  const Registrar& registrar();
  const std::vector<LoadedPlugin>& plugins();
  // The built-ins alone, for commands that load plug-ins themselves. Their objectives may refer to
  // this context.
  Registrar built_ins();

  // Tags from <share>/configs/models.
  const WeightsCatalog& weights();

  // $YARDSTICK_SHARE, else share/yardstick beside the executable's folder.
  const std::string& share_dir() const { return share_dir_; }
  const std::string& executable() const { return executable_; }

 private:
  void load_all();

  Setup setup_;
  std::string executable_;
  std::string share_dir_;
  std::unique_ptr<Registrar> registrar_;
  std::vector<LoadedPlugin> plugins_;
  std::unique_ptr<WeightsCatalog> weights_;
};

}  // namespace yardstick::cli
