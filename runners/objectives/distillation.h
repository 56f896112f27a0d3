#pragma once

#include <yardstick/registry.h>

#include <functional>
#include <memory>
#include <string>

namespace yardstick {

// Builds the teacher: a registered model (`name`, with its tag; "" where the file names it) with
// the weights of a file, on the CPU. Throws as the command line does on a model or file that does
// not do.
using TeacherLoader =
    std::function<std::unique_ptr<Model>(const std::string& name, const std::string& weights)>;

// "distillation": SupervisedLoss mixed with a teacher's opinion of the same (mixed) input, soft or
// hard (DeiT, arXiv 2012.12877, section 4). The teacher does not learn and sees the input as the
// student does, in the student's normalisation. One head learns both; DeiT's second head is not
// modelled.
void register_distillation(Registrar& registrar, TeacherLoader load_teacher);

}  // namespace yardstick
