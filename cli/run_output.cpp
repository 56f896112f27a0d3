#include "cli/run_output.h"

#include "cli/exit_code.h"
#include "results/record_codec.h"

#include <yardstick/error.h>
#include <yardstick/sha256.h>

#include <nlohmann/json.hpp>

namespace yardstick::cli {
namespace {

using Json = nlohmann::ordered_json;

}  // namespace

RunOutput::RunOutput(const std::string& database, const CommandLine& line, Context& context)
    : context_(context),
      as_json_(line.has("json")),
      detail_(line.has("details") ? RecordDetail::kFull : RecordDetail::kBrief) {
  if (context.parent() == nullptr) store_.emplace(database, ResultStore::Mode::kReadWrite);
}

void RunOutput::keep(const RunRecord& record) { store_->append(record); }

void RunOutput::take(const RunRecord& record) {
  all_ok_ = all_ok_ && record.status == RunStatus::kOk;
  if (!store_) {
    context_.parent()->send(RecordMessage{encode_record(record)});
    return;
  }
  if (as_json_) records_.push_back(record_to_json(record, /*with_samples=*/true));
  try {
    store_->append(record);
  } catch (const Error&) {
    if (as_json_) {
      finish();
    } else {
      print(record);
    }
    throw;
  }
  if (!as_json_) print(record);
  if (record.status != RunStatus::kOk) {
    context_.err() << "yardstick: " << to_string(record.kind) << " of " << record.model << " "
                   << to_string(record.status)
                   << (record.reason.empty() ? "" : ": " + record.reason) << "\n";
  }
}

void RunOutput::print(const RunRecord& record) {
  std::string text = record_to_text(record, detail_);
  if (!text.ends_with('\n')) text += '\n';
  context_.out() << text << std::flush;
}

int RunOutput::finish() {
  if (as_json_ && store_) {
    Json runs = Json::array();
    for (const std::string& record : records_) runs.push_back(Json::parse(record));
    context_.out() << Json{{"runs", std::move(runs)}}.dump(2) << "\n";
  }
  return all_ok_ ? kOk : kSomeFailed;
}

Provenance caller_provenance(Context& context) {
  Provenance provenance;
  std::string typed = "yardstick";
  for (const std::string& word : context.words()) typed += concat(" ", shell_quoted(word));
  provenance["command_line"] = typed;
  std::string plugins;
  for (const LoadedPlugin& plugin : context.plugins()) {
    plugins += concat(plugins.empty() ? "" : "; ", plugin.name, " ", plugin.version,
                      " sha256:", sha256_of_file(plugin.path));
  }
  if (!plugins.empty()) provenance["plugins"] = plugins;
  return provenance;
}

}  // namespace yardstick::cli
