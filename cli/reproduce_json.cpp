#include "cli/reproduce_output.h"

#include <nlohmann/json.hpp>

#include <optional>
#include <string_view>

namespace yardstick::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string dump(const Json& json, int indent) {
  return json.dump(indent, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

Json texts_json(const NamedTexts& texts) {
  Json json = Json::object();
  for (const auto& [name, value] : texts) json[name] = value;
  return json;
}

Json subject_json(const std::optional<LedgerSubject>& subject) {
  if (!subject) return nullptr;
  return {{"model", subject->model},         {"tag", subject->tag},
          {"weights", subject->weights},     {"methods", subject->methods},
          {"set", texts_json(subject->set)}, {"objective", subject->objective}};
}

std::string_view confidence_text(Confidence confidence) {
  return confidence == Confidence::kRead ? "read" : "remembered";
}

std::string_view relation_text(Relation relation) {
  switch (relation) {
    case Relation::kAtLeast:
      return "at least";
    case Relation::kUpTo:
      return "up to";
    case Relation::kAbout:
      break;
  }
  return "about";
}

Json figure_json(const FigureResult& figure) {
  Json json{{"figure", figure.figure->spec->name},
            {"unit", figure.figure->spec->unit},
            {"published", figure.figure->published.text},
            {"published_text", published_text(*figure.figure)},
            {"measured", nullptr},
            {"low", nullptr},
            {"high", nullptr},
            {"measured_text", measured_text(figure)},
            {"verdict", to_string(figure.judgement.verdict)},
            {"reason", figure.judgement.reason},
            {"resolved", figure.judgement.is_resolved},
            {"differs", figure.differs},
            {"runs", figure.run_ids}};
  if (figure.measured) json["measured"] = *figure.measured;
  if (figure.interval) {
    json["low"] = figure.interval->low;
    json["high"] = figure.interval->high;
  }
  return json;
}

Json row_json(const RowResult& result) {
  const LedgerRow& row = *result.plan->row;
  Json json{{"id", row.id},
            {"claim", result.plan->id()},
            {"about", row.about},
            {"measure", subject_json(row.measure)},
            {"against", subject_json(row.against)},
            {"relation", relation_text(row.relation)},
            {"setting", texts_json(row.setting)},
            {"source", row.source},
            {"confidence", confidence_text(row.confidence)},
            {"note", row.note},
            {"figures", Json::array()}};
  for (const FigureResult& figure : result.figures) json["figures"].push_back(figure_json(figure));
  return json;
}

Json ledger_json(const ReproduceReport& report, const Ledger& ledger) {
  Json json{{"paper", ledger.paper},
            {"title", ledger.title},
            {"arxiv", ledger.arxiv},
            {"year", ledger.year},
            {"venue", ledger.venue},
            {"machine", report.machine},
            {"quick", report.options.is_quick},
            {"quick_note", quick_note(report.options)},
            {"interrupted", report.was_stopped},
            {"tables", Json::array()}};
  for (const TableResult& table : by_table(report.rows)) {
    if (table.ledger != &ledger) continue;
    Json entry{{"id", table.table->id},
               {"about", table.table->about},
               {"task", table.table->task},
               {"rows", Json::array()}};
    for (const RowResult* row : table.rows) entry["rows"].push_back(row_json(*row));
    json["tables"].push_back(std::move(entry));
  }
  return json;
}

}  // namespace

std::string paper_json(const ReproduceReport& report, const Ledger& ledger) {
  return dump(ledger_json(report, ledger), -1);
}

std::string reproduce_json(const ReproduceReport& report) {
  const ReproduceOptions& options = report.options;
  Json json{{"schema", 1},
            {"processes", options.processes},
            {"protocol", options.protocol},
            {"level", options.alpha},
            {"seed", options.seed},
            {"quick", options.is_quick},
            {"interrupted", report.was_stopped},
            {"duration_s", report.duration_s},
            {"exit_code", report.exit_code()},
            {"verdicts", Json::object()},
            {"papers", Json::array()}};
  for (const auto& [verdict, count] : report.counts()) {
    json["verdicts"][std::string(to_string(verdict))] = count;
  }
  for (const Ledger& ledger : report.ledgers) {
    json["papers"].push_back(ledger_json(report, ledger));
  }
  return dump(json, 2) + "\n";
}

}  // namespace yardstick::cli
