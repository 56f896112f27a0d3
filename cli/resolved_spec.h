#pragma once

#include "cli/sources.h"

#include <yardstick/params.h>

#include <map>
#include <string>
#include <vector>

namespace yardstick::cli {

// A run's whole specification with the origin of each value: what --dry-run prints and what the
// record stores as requested and effective.
class ResolvedSpec {
 public:
  explicit ResolvedSpec(std::string command) : command_(std::move(command)) {}

  ResolvedSpec& add(std::string name, const ParamValue& value, std::string origin);
  ResolvedSpec& add(std::string name, const Sourced& sourced);
  // `json` is a JSON value as text.
  ResolvedSpec& add_json(std::string name, std::string json, std::string origin);
  // Every value of `params` as <prefix><name>. `origins` replaces the origin of single ones.
  ResolvedSpec& add(const Params& params, const std::string& prefix = {},
                    const std::map<std::string, std::string>& origins = {});

  // {"task": {"value": "digits", "origin": "flag"}, ...}
  std::string effective_json() const;
  // {"task": "digits", ...}: what the user gave, by flag or file.
  std::string requested_json() const;
  // What --dry-run prints.
  std::string to_text() const;
  std::string to_json() const;

 private:
  struct Value {
    std::string name;
    std::string json;
    std::string text;
    std::string origin;
  };

  std::string command_;
  std::vector<Value> values_;
};

}  // namespace yardstick::cli
