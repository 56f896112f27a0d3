#include "metrics/builtin_metrics.h"

#include "metrics/classification/classification_metric.h"

#include <memory>

namespace yardstick {

void register_builtin_metrics(Registrar& registrar) {
  registrar.add(
      MetricEntry{.name = "classification",
                  .summary = "accuracy, likelihood and calibration of single-label classification",
                  .tags = ClassificationMetric::tags(),
                  .build = [] { return std::make_unique<ClassificationMetric>(); },
                  .origin = {}});
}

}  // namespace yardstick
