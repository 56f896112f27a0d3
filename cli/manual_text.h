#pragma once

namespace yardstick::cli {

// The chapters of docs/cli.md that belong to no command.
extern const char* const kManualOpening;
extern const char* const kManualClosing;

}  // namespace yardstick::cli
