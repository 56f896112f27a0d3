#pragma once

#include <yardstick/registry.h>

#include <functional>
#include <memory>
#include <string>

namespace yardstick {

struct Teacher {
  std::unique_ptr<Model> model;
  std::string sha256;  // of the file of its weights
};

// Builds the teacher: a registered model (`name`, with its tag; "" where the file names it) with
// the weights of a file, on the CPU. Throws as the command line does on a model or file that does
// not do.
using TeacherLoader = std::function<Teacher(const std::string& name, const std::string& weights)>;

// What an objective learns from beside the data. A run says which file it was, and goes on with no
// other.
class LearnsFromTeacher {
 public:
  virtual ~LearnsFromTeacher() = default;
  virtual const std::string& teacher_sha256() const = 0;
};

// The SHA-256 of the objective's teacher, or "".
std::string teacher_sha256(const Objective& objective);

// "distillation": SupervisedLoss mixed with a teacher's opinion of the same (mixed) input, soft or
// hard (DeiT, arXiv 2012.12877, section 4). The teacher does not learn and sees the input as the
// student does, in the student's normalisation. One head learns both; DeiT's second head is not
// modelled.
void register_distillation(Registrar& registrar, TeacherLoader load_teacher);

}  // namespace yardstick
