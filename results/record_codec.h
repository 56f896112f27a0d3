#pragma once

#include <yardstick/run.h>

#include <string>
#include <string_view>

namespace yardstick {

// A record as JSON that gives it back as it was: every sample and outcome, every double to the bit
// (of the NaNs there is one), the bytes of embedded JSON. The form is that of record_to_json except
// for values that JSON has no form for. Text that is not UTF-8 is replaced.
std::string encode_record(const RunRecord& record);

// Reads what encode_record wrote, or record_to_json with samples. A record that is returned can be
// stored. Throws Data, naming `where`, on anything else; the text need not be trusted.
RunRecord decode_record(std::string_view json, const std::string& where);

}  // namespace yardstick
