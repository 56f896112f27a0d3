#pragma once

namespace yardstick::cli {

// What the process returns (docs/cli.md). Errors carry theirs in ErrorKind.
enum ExitCode {
  kOk = 0,
  kSomeFailed = 1,   // it ran, but a run, a case or a check failed or was interrupted
  kUsage = 2,        // as ErrorKind::kUser
  kData = 3,         // as ErrorKind::kData
  kEnvironment = 4,  // as ErrorKind::kEnvironment
  kUnresolved = 5,   // a gate that could not decide
  kInternal = 70,    // as ErrorKind::kInternal
};

}  // namespace yardstick::cli
