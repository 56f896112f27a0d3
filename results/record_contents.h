#pragma once

#include <yardstick/run.h>

#include <string>

namespace yardstick {

// What record_to_text leaves out: the settings as they were asked for, a line for each series of
// samples (how many, least, quartiles, greatest), and a line on the outcomes. "" where there is
// none of it.
std::string record_contents_text(const RunRecord& record);

// record_to_json without values, and with what record_contents_text says of each series under
// "summary": {"min", "q1", "median", "q3", "max"}, null for a series without a finite value.
std::string record_contents_json(const RunRecord& record);

}  // namespace yardstick
