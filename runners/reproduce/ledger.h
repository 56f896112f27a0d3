#pragma once

#include "runners/reproduce/figures.h"
#include "runners/reproduce/printed_number.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace yardstick {

// What a paper claims, row by row, and what of Yardstick's measures it again
// (configs/papers/README.md). Names of models, methods and tasks are not looked up here: a ledger
// may be ahead of the registry.

// Name and value, in the ledger's order.
using NamedTexts = std::vector<std::pair<std::string, std::string>>;

struct LedgerSubject {
  std::string model;
  std::string tag;                   // of published weights; "" where none are known
  std::string weights;               // or a file below --weights
  std::vector<std::string> methods;  // "tome:r=13", in the order applied
  NamedTexts set;                    // the model's parameters
  std::string objective;             // of training steps; "" for supervised
};

enum class Confidence {
  kRead,       // in the paper, its code or a copy of it
  kRemembered  // never passes or fails anything
};

// How the published ratio is meant.
enum class Relation { kAbout, kAtLeast, kUpTo };

struct LedgerFigure {
  const FigureSpec* spec = nullptr;
  PrintedNumber published;
};

struct LedgerRow {
  std::string id;
  std::string about;
  std::optional<LedgerSubject> measure;  // none: `unmeasurable` says why
  std::string unmeasurable;
  std::optional<LedgerSubject> against;  // what the ratios are over
  std::vector<LedgerFigure> figures;     // never empty
  Relation relation = Relation::kAbout;
  NamedTexts setting;  // the table's, with this row's own in their place
  std::string source;
  Confidence confidence = Confidence::kRead;
  std::string not_judged;  // why the row's figures are only shown; "" where they are judged
  std::string note;

  bool is_remembered() const { return confidence == Confidence::kRemembered; }
};

enum class Media { kImages, kVideo };

struct LedgerTable {
  std::string id;
  std::string about;
  std::string task;          // of the accuracies; "" where there are none
  std::int64_t samples = 0;  // that the accuracies are over; 0: not said
  Media media = Media::kImages;
  std::vector<LedgerRow> rows;
};

struct Ledger {
  std::string path;
  std::string paper;  // the file's name without .json
  std::string title;
  std::string arxiv;  // "" where it is no paper
  std::int64_t year = 0;
  std::string venue;
  std::vector<std::string> notes;
  std::vector<LedgerTable> tables;
};

// A setting's value; null where the ledger does not say it.
const std::string* find_text(const NamedTexts& texts, const std::string& name);

}  // namespace yardstick
