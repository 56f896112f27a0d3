#pragma once

#include <yardstick/registry.h>

#include <c10/core/Device.h>

#include <string>
#include <vector>

namespace yardstick {

// How one tensor of a golden case compares: |ours - theirs| <= atol + rtol * |theirs| everywhere.
struct TensorVerdict {
  std::string name;  // "out.logits", "grad.head.weight"
  bool passed = false;
  double max_abs = 0;
  double max_rel = 0;
  double share_of_tolerance = 0;  // largest |difference| / tolerance; at most 1 passes
  std::string worst_at;           // index of that element, as [0, 3, 17]
  std::string reason;             // "" or why it could not be compared: absent, another shape
};

struct CaseVerdict {
  std::string path;
  std::string name;
  std::string family;
  bool passed = false;
  std::string reason;  // why the case could not be computed; "" otherwise
  std::vector<TensorVerdict> tensors;
};

// Folders with a case.json below `paths`, in natural order. Throws User on a path that does not
// exist and where nothing is found.
std::vector<std::string> find_golden_cases(const std::vector<std::string>& paths);

// Builds, loads strictly, computes on `device` in fp32 and compares one case. What is wrong with
// the case or the family is in the verdict; nothing is thrown but Internal.
CaseVerdict verify_case(const std::string& folder, const Registrar& registrar,
                        c10::Device device = c10::kCPU);

}  // namespace yardstick
