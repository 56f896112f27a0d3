#include "results/import.h"

#include "results/record_codec.h"
#include "results/record_json.h"
#include "results/store_impl.h"

#include <yardstick/error.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <optional>
#include <string_view>
#include <utility>

namespace yardstick {
namespace {

using detail::OrderedJson;

// The largest record and the largest document. A run over a million samples takes about 40 MB.
constexpr std::size_t kMostBytes = std::size_t{128} << 20;
constexpr std::size_t kLongestName = 1000;
constexpr std::size_t kMostProblems = 20;

bool has_shape(std::string_view text, std::string_view shape, auto&& is_digit) {
  return text.size() == shape.size() &&
         std::equal(text.begin(), text.end(), shape.begin(), [&](char c, char pattern) {
           return pattern == 'd' ? is_digit(static_cast<unsigned char>(c)) : c == pattern;
         });
}

// Leaderboards take the newest by its text: a date of another form would be the newest for ever.
bool is_time(std::string_view text) {
  const auto is_digit = [](unsigned char c) { return std::isdigit(c) != 0; };
  return has_shape(text, "dddd-dd-ddTdd:dd:dd.dddZ", is_digit) ||
         has_shape(text, "dddd-dd-ddTdd:dd:ddZ", is_digit);
}

bool is_uuid(std::string_view text) {
  return has_shape(text, "dddddddd-dddd-dddd-dddd-dddddddddddd",
                   [](unsigned char c) { return std::isdigit(c) != 0 || (c >= 'a' && c <= 'f'); });
}

bool is_name(std::string_view text) {
  return text.size() <= kLongestName && std::none_of(text.begin(), text.end(), [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return byte < 0x20 || byte == 0x7f;
         });
}

// What decode_record leaves open: values of the right type that no run of ours could have.
void check_values(const RunRecord& record, const std::string& where) {
  const auto refuse = [&where](const std::string& what) {
    throw_data(concat(where, ": ", what), "it is no record that this Yardstick writes");
  };
  if (!is_uuid(record.id)) refuse("id is no UUID in small letters");
  if (!is_time(record.started_at)) refuse("started_at is no time as 2026-11-25T21:14:45.123Z");
  if (!std::isfinite(record.duration_s) || record.duration_s < 0)
    refuse("duration_s is no duration");
  if (record.batch_size < 0) refuse("batch_size is negative");
  const std::pair<const char*, const std::string*> names[] = {
      {"model", &record.model},   {"weights_tag", &record.weights_tag},
      {"task", &record.task},     {"split", &record.split},
      {"device", &record.device}, {"precision", &record.precision}};
  for (const auto& [field, text] : names) {
    if (!is_name(*text)) refuse(concat(field, " is too long or has control characters"));
  }
  for (const Measurement& measurement : record.measurements) {
    if (measurement.tag.empty() || !is_name(measurement.tag)) {
      refuse("measurements.tag is empty, too long or has control characters");
    }
    if (measurement.n < 0) refuse("measurements.n is negative");
  }
  for (const SampleSeries& series : record.samples) {
    if (!is_name(series.tag)) refuse("samples.tag is too long or has control characters");
  }
}

// The next line without its end, at most kMostBytes of it; false at the end of the input.
bool read_line(std::istream& in, std::string& line, bool& is_too_long) {
  line.clear();
  is_too_long = false;
  std::streambuf& buffer = *in.rdbuf();
  for (int c = buffer.sbumpc();; c = buffer.sbumpc()) {
    if (c == std::char_traits<char>::eof()) {
      in.setstate(std::ios::eofbit);
      return !line.empty() || is_too_long;
    }
    if (c == '\n') return true;
    if (line.size() == kMostBytes) {
      is_too_long = true;
    } else {
      line += static_cast<char>(c);
    }
  }
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r") == std::string_view::npos;
}

class Import {
 public:
  explicit Import(ResultStore& into)
      : connection_(into.impl().connection), writer_(into.impl().run_writer()) {}

  void take(std::string_view json, const std::string& where) {
    RunRecord record;
    try {
      record = decode_record(json, where);
      check_values(record, where);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kData) throw;
      refuse(error.what(), /*is_conflict=*/false);
      return;
    }
    add(record, where);
  }

  void refuse(const std::string& what, bool is_conflict) {
    ++report_.refused;
    if (report_.problems.size() < kMostProblems) report_.problems.push_back({what, is_conflict});
  }

  ImportReport& report() { return report_; }

 private:
  void add(const RunRecord& record, const std::string& where) {
    const auto known = detail::find_run(connection_, record.id);
    if (!known) {
      writer_.write(record);
      ++report_.added;
    } else if (encode_record(detail::read_run(connection_, *known, detail::PerSample::kLoaded)) ==
               encode_record(record)) {
      ++report_.already_there;
    } else {
      refuse(concat(where, ": another run has the id ", record.id, " in ", connection_.path(),
                    "; `yardstick results show ", record.id, " --db ", connection_.path(),
                    "` shows it"),
             /*is_conflict=*/true);
    }
  }

  const detail::Connection& connection_;
  detail::RunWriter& writer_;
  ImportReport report_;
};

// Everything that is left, behind `begin`.
std::string read_rest(std::istream& in, std::string begin, const std::string& name) {
  begin += '\n';
  char block[1 << 16];
  while (in.read(block, sizeof block) || in.gcount() > 0) {
    begin.append(block, static_cast<std::size_t>(in.gcount()));
    if (begin.size() > kMostBytes) {
      throw_data(concat(name, " is one JSON document of over ", kMostBytes >> 20, " MiB"),
                 "write one record a line, as `yardstick results export` does");
    }
  }
  return begin;
}

OrderedJson parse_document(const std::string& text, const std::string& name) {
  // Two levels above those of a record; decode_record checks the records' own.
  constexpr int kDeepest = 70;
  const auto is_shallow = [&name](int depth, OrderedJson::parse_event_t, const OrderedJson&) {
    if (depth > kDeepest) throw_data(concat(name, ": JSON that is nested too deeply"));
    return true;
  };
  try {
    return OrderedJson::parse(text, is_shallow);
  } catch (const OrderedJson::exception&) {
    throw_data(concat(name, ":1: neither a record nor the beginning of a JSON document"),
               "`yardstick results export` writes one record a line");
  }
}

// One document: {"runs": [...]} as the commands print it, or one record over several lines.
void take_document(Import& import, const OrderedJson& document, const std::string& name) {
  const bool is_list = document.is_object() && document.contains("runs");
  if (!is_list) {
    import.take(detail::dump(document, -1), name);
    return;
  }
  if (!document["runs"].is_array()) throw_data(concat(name, ": runs is no list"));
  std::size_t number = 0;
  for (const OrderedJson& record : document["runs"]) {
    ++number;
    import.take(detail::dump(record, -1), concat(name, ": run ", number));
  }
}

// Of a document of several runs, or of one over several lines. A broken first line of many is none.
bool begins_document(std::string_view line) {
  std::string bare;
  for (const char c : line.substr(0, 20)) {
    if (c != ' ' && c != '\t' && c != '\r') bare += c;
  }
  return bare == "{" || bare.starts_with("{\"runs\":");
}

}  // namespace

ImportReport import_runs(ResultStore& into, std::istream& in, const std::string& name,
                         BadLines bad_lines, const StopRequested& stop) {
  detail::WriteTransaction transaction(into.impl().connection, into.impl().run_writer());
  Import import(into);
  std::string line;
  bool is_too_long = false;
  bool is_first = true;
  for (std::int64_t number = 1; read_line(in, line, is_too_long); ++number) {
    if (stop && stop()) {
      ImportReport stopped;
      stopped.is_stopped = true;
      return stopped;
    }
    if (is_too_long) {
      import.refuse(concat(name, ':', number, ": a line of over ", kMostBytes >> 20,
                           " MiB; one record stands on each"),
                    /*is_conflict=*/false);
    } else if (!is_blank(line)) {
      if (is_first && begins_document(line)) {
        const std::string text = read_rest(in, std::move(line), name);
        take_document(import, parse_document(text, name), name);
        break;
      }
      is_first = false;
      import.take(line, concat(name, ':', number));
    }
  }
  ImportReport& report = import.report();
  if (in.bad()) throw_environment(concat(name, " cannot be read to its end"));
  if (report.refused > 0 && bad_lines == BadLines::kRefuseFile) {
    report.added = 0;
    return report;  // the transaction is undone
  }
  transaction.commit();
  return report;
}

}  // namespace yardstick
