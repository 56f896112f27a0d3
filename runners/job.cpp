#include "runners/job.h"

#include "runners/provenance.h"
#include "runners/record_notes.h"

#include <yardstick/error.h>

#include <chrono>
#include <cstdio>
#include <ctime>
#include <random>

namespace yardstick {
namespace {

std::string utc_now() {
  const auto now = std::chrono::system_clock::now();
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(
                      now - std::chrono::system_clock::from_time_t(seconds))
                      .count();
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char date[32];
  std::strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &utc);
  char text[48];
  std::snprintf(text, sizeof text, "%s.%03dZ", date, static_cast<int>(ms));
  return text;
}

}  // namespace

std::string make_uuid() {
  std::random_device entropy;
  std::uint32_t words[4];
  for (std::uint32_t& word : words) word = entropy();
  words[1] = (words[1] & 0xFFFF0FFFu) | 0x00004000u;  // version 4
  words[2] = (words[2] & 0x3FFFFFFFu) | 0x80000000u;  // variant of RFC 4122
  char text[37];
  std::snprintf(text, sizeof text, "%08x-%04x-%04x-%04x-%04x%08x", words[0], words[1] >> 16,
                words[1] & 0xFFFFu, words[2] >> 16, words[2] & 0xFFFFu, words[3]);
  return text;
}

RunRecord blank_record(RunKind kind) {
  RunRecord record;
  record.id = make_uuid();
  record.kind = kind;
  record.started_at = utc_now();
  record.flags = build_flags_against_leaderboards();
  record.on_leaderboard = record.flags.empty();
  return record;
}

RunRecord begin_record(RunKind kind, const Subject& subject, const JobContext& context) {
  RunRecord record = blank_record(kind);
  record.model = subject.model.info().name;
  record.weights_tag = subject.weights_tag;
  record.methods = subject.methods;
  record.device = context.device.device().str();
  record.requested = context.requested;
  record.effective = context.effective;

  record.provenance = context.provenance;
  describe_host(record.provenance);
  describe_numerics(record.provenance);
  context.device.describe(record.provenance);
  record.provenance["model_params"] = params_to_json(subject.model_params);
  record.provenance["preprocessing"] = to_json(subject.preprocessing);
  if (!subject.checkpoint_path.empty()) {
    record.provenance["checkpoint_path"] = subject.checkpoint_path;
    record.provenance["checkpoint_sha256"] = subject.checkpoint_sha256;
  }
  return record;
}

}  // namespace yardstick
