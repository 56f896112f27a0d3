#pragma once

#include "cli/context.h"
#include "cli/methods.h"
#include "runners/process/child_process.h"
#include "runners/reproduce/ledger.h"

#include <yardstick/params.h>
#include <yardstick/registry.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace yardstick::cli {

// How claims are measured.
struct ReproduceOptions {
  bool is_quick = false;
  std::string weights_folder;       // "" none
  std::string data_folder;          // "" none
  bool is_gpu = false;              // that is measured on
  std::string device;               // as given
  std::int64_t processes = 9;       // of each side of a ratio
  std::string protocol;             // of each process
  double alpha = 0.05;              // of intervals
  std::int64_t batch = 0;           // 0: by what is measured
  std::vector<std::string> common;  // words of every measured process
  bool has_precision = false;       // the user's, in `common`; so the published one does not count
  bool has_attention = false;       // likewise
  double budget_s = 0;              // after which no measurement begins; 0: none
  std::uint64_t seed = 0;           // of the order of processes
  bool is_quiet = false;
  ChildLimits limits;
};

// What a ledger's subject is here.
struct ResolvedSubject {
  const ModelEntry* entry = nullptr;
  Params params;
  std::vector<MethodChoice> methods;
  std::string why_not;  // "" where it can be built
};
ResolvedSubject resolve_subject(const LedgerSubject& subject, Context& context);

// The words behind `yardstick bench`, without what training minimises: model, methods, parameters.
std::vector<std::string> words_of(const LedgerSubject& subject);
// The same as one text: what is counted, and the same for equal subjects. Weights do not belong to
// it.
std::string label_of(const LedgerSubject& subject);

enum class WorkKind {
  kCount,   // parameters and MACs of `measure`
  kTiming,  // interleaved processes of `measure` and, where there is one, `against`
  kMemory,  // growth of training memory with the batch, of both
  kScoring  // eval of `measure` with its weights
};

// One measurement. Rows that need the same share it.
struct Work {
  WorkKind kind = WorkKind::kCount;
  LedgerSubject measure = {};
  std::optional<LedgerSubject> against = {};
  bool is_training = false;  // of a timing
  std::int64_t batch = 1;
  std::vector<std::string> options = {};  // of both sides: "--precision=fp16"
  std::string weights_file = {};          // of a scoring
  std::string task = {};
  std::string data = {};                 // "" what ships with the task
  std::vector<std::string> claims = {};  // ids of the rows: "tome/augreg/vit_small_r13"
  std::string why_not = {};              // why it is not run; "" where it is
};

// A row with what its figures are read from; indices into ReproducePlan::works.
struct RowPlan {
  const Ledger* ledger = nullptr;
  const LedgerTable* table = nullptr;
  const LedgerRow* row = nullptr;
  std::optional<std::size_t> count = {};
  std::optional<std::size_t> against_count = {};
  std::optional<std::size_t> inference = {};
  std::optional<std::size_t> training = {};
  std::optional<std::size_t> memory = {};
  std::optional<std::size_t> scoring = {};
  std::string why_not = {};  // why nothing of it is measured; "" where something may be

  std::string id() const;  // "tome/augreg/vit_small_r13"
};

struct ReproducePlan {
  std::vector<RowPlan> rows;
  std::vector<Work> works;
};

// What the chosen rows of the ledgers take. `table` is a table's id or "", `glob` matches row ids.
// Throws User where they choose nothing, with the nearest.
ReproducePlan plan_reproduction(const std::vector<Ledger>& ledgers, const std::string& table,
                                const std::string& glob, const ReproduceOptions& options,
                                Context& context);

}  // namespace yardstick::cli
