#include "cli/reproduce_ledger.h"

#include "cli/config_file.h"

#include <yardstick/error.h>
#include <yardstick/names.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

namespace yardstick::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kSchema = 1;

// One object of the file: refuses what it does not know, and names the place of what is wrong.
class Fields {
 public:
  // `around` is the place of the nearest key outside, for an object without any.
  Fields(const ConfigValue::Object& members, std::string around, std::string what,
         const std::vector<std::string>& allowed)
      : members_(members),
        where_(members.empty() ? std::move(around) : members.front().where),
        what_(std::move(what)) {
    refuse_unknown_keys(members_, allowed, what_);
  }

  const std::string& where() const { return where_; }
  void rename(std::string what) { what_ = std::move(what); }
  const std::string& what() const { return what_; }

  const ConfigMember* find(const std::string& key) const {
    for (const ConfigMember& member : members_) {
      if (member.key == key) return &member;
    }
    return nullptr;
  }

  const ConfigMember& get(const std::string& key) const {
    if (const ConfigMember* member = find(key)) return *member;
    throw_user(concat(where_, ": ", what_, " has no ", key),
               "configs/papers/README.md lists the keys");
  }

  std::string text(const std::string& key) const { return text_of(get(key)); }
  std::string text_or(const std::string& key, std::string fallback) const {
    const ConfigMember* member = find(key);
    return member == nullptr ? std::move(fallback) : text_of(*member);
  }
  std::int64_t integer_or(const std::string& key, std::int64_t fallback) const {
    const ConfigMember* member = find(key);
    if (member == nullptr) return fallback;
    const auto* value = std::get_if<std::int64_t>(&single_value(*member));
    if (value == nullptr || *value < 0) refuse_shape(*member, "a whole number from 0");
    return *value;
  }
  std::vector<std::string> texts(const std::string& key) const {
    const ConfigMember* member = find(key);
    return member == nullptr ? std::vector<std::string>() : value_texts(*member);
  }
  NamedTexts named_texts(const std::string& key, const char* of_what) const {
    NamedTexts texts;
    const ConfigMember* member = find(key);
    if (member == nullptr) return texts;
    for (const ConfigMember& inner : object_value(*member, of_what)) {
      texts.emplace_back(inner.key, to_string(single_value(inner)));
    }
    return texts;
  }

  static std::string text_of(const ConfigMember& member) {
    const auto* text = std::get_if<std::string>(&single_value(member));
    if (text == nullptr) refuse_shape(member, "a text");
    return *text;
  }

 private:
  const ConfigValue::Object& members_;
  std::string where_;
  std::string what_;
};

// The objects of a list that must not be empty.
std::vector<const ConfigValue::Object*> objects_of(const ConfigMember& member) {
  const auto* list = std::get_if<ConfigValue::List>(&member.value.data);
  if (list == nullptr || list->empty()) refuse_shape(member, "a list of objects");
  std::vector<const ConfigValue::Object*> objects;
  for (const ConfigValue& value : *list) {
    const auto* object = std::get_if<ConfigValue::Object>(&value.data);
    if (object == nullptr) refuse_shape(member, "a list of objects");
    objects.push_back(object);
  }
  return objects;
}

// Ids are joined by slashes, typed behind --rows and matched by globs.
void check_id(const ConfigMember& member, const std::string& id) {
  const auto is_plain = [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view("_-.+@").find(static_cast<char>(c)) != std::string_view::npos;
  };
  if (id.empty() || !std::all_of(id.begin(), id.end(), is_plain)) {
    refuse_shape(member, "letters, digits and _-.+@");
  }
}

void check_once(const ConfigMember& member, const std::string& id, std::set<std::string>& seen) {
  if (!seen.insert(id).second) throw_user(concat(member.where, ": ", id, " is there twice"));
}

template <typename Value>
Value choice(const Fields& fields, const std::string& key,
             const std::vector<std::pair<std::string, Value>>& choices, Value fallback) {
  const ConfigMember* member = fields.find(key);
  if (member == nullptr) return fallback;
  const std::string text = Fields::text_of(*member);
  std::string all;
  for (const auto& [name, value] : choices) {
    if (name == text) return value;
    all += (all.empty() ? "" : ", ") + name;
  }
  refuse_shape(*member, "one of " + all);
}

Confidence confidence_of(const Fields& fields, Confidence fallback) {
  return choice<Confidence>(fields, "confidence",
                            {{"read", Confidence::kRead}, {"remembered", Confidence::kRemembered}},
                            fallback);
}

LedgerSubject read_subject(const ConfigMember& member) {
  const Fields fields(object_value(member, "what is measured"), member.where, member.key,
                      {"model", "tag", "weights", "methods", "set", "objective"});
  LedgerSubject subject{.model = fields.text("model"),
                        .tag = fields.text_or("tag", ""),
                        .weights = fields.text_or("weights", ""),
                        .methods = fields.texts("methods"),
                        .set = fields.named_texts("set", "the model's parameters"),
                        .objective = fields.text_or("objective", "")};
  if (subject.model.empty()) refuse_shape(fields.get("model"), "a model's name");
  if (!subject.tag.empty() && !subject.weights.empty()) {
    throw_user(concat(fields.where(), ": ", member.key, " has a tag and weights"),
               "a file of one's own has no tag");
  }
  return subject;
}

// The table's settings, with a row's own in their place.
NamedTexts overridden(NamedTexts setting, const NamedTexts& own) {
  for (const auto& [name, value] : own) {
    const auto same = [&name = name](const auto& text) { return text.first == name; };
    const auto found = std::find_if(setting.begin(), setting.end(), same);
    if (found == setting.end()) {
      setting.emplace_back(name, value);
    } else {
      found->second = value;
    }
  }
  return setting;
}

void check_range(const ConfigMember& member, const FigureSpec& spec, double value) {
  const bool is_share = spec.kind == FigureKind::kAccuracy && spec.unit == "%";
  if (is_share && (value < 0 || value > 100)) refuse_shape(member, "per cent from 0 to 100");
  if (!is_share && spec.kind != FigureKind::kNotMeasured && value <= 0) {
    refuse_shape(member, "a number above 0");
  }
}

std::vector<LedgerFigure> read_figures(const ConfigMember& member) {
  std::vector<LedgerFigure> figures;
  for (const ConfigMember& given : object_value(member, "figures, as {\"top1\": \"83.6\"}")) {
    const FigureSpec* spec = find_figure(given.key);
    if (spec == nullptr) {
      throw_user(concat(given.where, ": no figure is named ", given.key),
                 suggestion(given.key, figure_names()));
    }
    const auto* text = std::get_if<std::string>(&single_value(given));
    const auto number = text == nullptr ? std::nullopt : parse_printed_number(*text);
    if (!number) refuse_shape(given, "a number as printed, as a text: \"84.0\"");
    check_range(given, *spec, number->value);
    figures.push_back({spec, *number});
  }
  if (figures.empty()) refuse_shape(member, "at least one figure");
  return figures;
}

// What a published setting may say; an OFF names those that were other here.
NamedTexts read_setting(const Fields& fields) {
  static const std::vector<std::string> kNames = {
      "hardware", "precision", "batch",         "attention", "software",
      "timing",   "crop_pct",  "interpolation", "views",     "counts"};
  if (const ConfigMember* member = fields.find("setting")) {
    refuse_unknown_keys(object_value(*member, "the published setting"), kNames,
                        "a published setting");
  }
  return fields.named_texts("setting", "the published setting");
}

class LedgerReader {
 public:
  explicit LedgerReader(const std::string& path) : file_(ConfigFile::read(path)) {}

  Ledger read() {
    const Fields fields(file_.members, file_.path, "a ledger",
                        {"schema", "title", "arxiv", "year", "venue", "notes", "tables"});
    if (fields.integer_or("schema", 0) != kSchema) {
      throw_user(concat(fields.where(), ": this is no ledger of schema ", kSchema),
                 "a ledger begins with \"schema\": 1");
    }
    Ledger ledger{.path = file_.path,
                  .paper = fs::path(file_.path).stem().string(),
                  .title = fields.text("title"),
                  .arxiv = fields.text_or("arxiv", ""),
                  .year = fields.integer_or("year", 0),
                  .venue = fields.text_or("venue", ""),
                  .notes = fields.texts("notes"),
                  .tables = {}};
    const ConfigMember& tables = fields.get("tables");
    std::set<std::string> seen;
    for (const ConfigValue::Object* object : objects_of(tables)) {
      ledger.tables.push_back(read_table(*object, tables.where, seen));
    }
    return ledger;
  }

 private:
  LedgerTable read_table(const ConfigValue::Object& object, const std::string& around,
                         std::set<std::string>& seen) {
    const Fields fields(
        object, around, "a table",
        {"id", "about", "task", "samples", "media", "setting", "source", "confidence", "rows"});
    LedgerTable table{.id = fields.text("id"),
                      .about = fields.text_or("about", ""),
                      .task = fields.text_or("task", ""),
                      .samples = fields.integer_or("samples", 0),
                      .media = choice<Media>(fields, "media",
                                             {{"images", Media::kImages}, {"video", Media::kVideo}},
                                             Media::kImages),
                      .rows = {}};
    check_id(fields.get("id"), table.id);
    check_once(fields.get("id"), table.id, seen);
    const ConfigMember& rows = fields.get("rows");
    std::set<std::string> ids;
    for (const ConfigValue::Object* row : objects_of(rows)) {
      table.rows.push_back(read_row(*row, rows.where, fields, table, ids));
    }
    return table;
  }

  LedgerRow read_row(const ConfigValue::Object& object, const std::string& around,
                     const Fields& table_fields, const LedgerTable& table,
                     std::set<std::string>& ids) {
    Fields fields(object, around, "a row",
                  {"id", "about", "measure", "unmeasurable", "against", "figures", "relation",
                   "setting", "source", "confidence", "not_judged", "note"});
    LedgerRow row;
    row.id = fields.text("id");
    check_id(fields.get("id"), row.id);
    check_once(fields.get("id"), row.id, ids);
    fields.rename("row " + row.id);
    row.about = fields.text_or("about", "");
    row.unmeasurable = fields.text_or("unmeasurable", "");
    if (const ConfigMember* measure = fields.find("measure")) row.measure = read_subject(*measure);
    if (const ConfigMember* against = fields.find("against")) row.against = read_subject(*against);
    row.figures = read_figures(fields.get("figures"));
    row.relation = choice<Relation>(
        fields, "relation",
        {{"about", Relation::kAbout}, {"at least", Relation::kAtLeast}, {"up to", Relation::kUpTo}},
        Relation::kAbout);
    row.setting = overridden(read_setting(table_fields), read_setting(fields));
    row.source = fields.text_or("source", table_fields.text_or("source", ""));
    row.confidence = confidence_of(fields, confidence_of(table_fields, Confidence::kRead));
    row.not_judged = fields.text_or("not_judged", "");
    row.note = fields.text_or("note", "");
    check_row(fields, row, table);
    return row;
  }

  static void check_row(const Fields& fields, const LedgerRow& row, const LedgerTable& table) {
    const auto refuse = [&fields](const std::string& what, const std::string& hint) {
      throw_user(concat(fields.where(), ": ", fields.what(), " ", what), hint);
    };
    if (row.source.empty()) refuse("has no source", "say where its figures were read");
    if (row.measure.has_value() == !row.unmeasurable.empty()) {
      refuse("needs either measure or unmeasurable",
             "measure names the model, unmeasurable says why none can be");
    }
    for (const LedgerFigure& figure : row.figures) {
      const std::string name(figure.spec->name);
      if (figure.spec->is_ratio() && row.measure && !row.against) {
        refuse(name + " is a ratio without against", "against names what it is over");
      }
      if (figure.spec->kind == FigureKind::kAccuracy && table.task.empty()) {
        refuse(name + " is of no task", "give the table a task");
      }
      if (row.relation == Relation::kUpTo && figure.spec->is_ratio() &&
          figure.published.value <= 1) {
        refuse(name + " is a gain of up to less than 1", "turn the ratio round");
      }
    }
  }

  ConfigFile file_;
};

fs::path shipped_folder(const Context& context) {
  return fs::path(context.share_dir()) / "configs" / "papers";
}

}  // namespace

Ledger read_ledger(const std::string& path) { return LedgerReader(path).read(); }

std::vector<std::string> all_ledgers(const Context& context) {
  std::vector<std::string> paths;
  std::error_code unreadable;  // then none
  for (const auto& entry : fs::directory_iterator(shipped_folder(context), unreadable)) {
    if (entry.path().extension() == ".json") paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::string find_ledger(const std::string& text, const Context& context) {
  if (fs::is_regular_file(text)) return text;
  if (const fs::path shipped = shipped_folder(context) / (text + ".json"); fs::exists(shipped)) {
    return shipped.string();
  }
  std::vector<std::string> names;
  for (const std::string& path : all_ledgers(context)) names.push_back(fs::path(path).stem());
  const std::string near = suggestion(text, names);
  std::string all;
  for (const std::string& name : names) all += (all.empty() ? "" : ", ") + name;
  throw_user(concat("no ledger of ", text, ": no such paper and no such file"),
             !near.empty() ? near
             : all.empty() ? ""
                           : concat("there are ", all));
}

}  // namespace yardstick::cli
