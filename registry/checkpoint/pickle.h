#pragma once

#include "registry/checkpoint/pickle_globals.h"
#include "registry/checkpoint/value.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace yardstick::checkpoint {

// Reads pickles (protocols 0 to 5) of one file as plain data. Nothing is executed: a global that is
// not among those of pickle_globals.h is refused with its name and offset.
class PickleReader {
 public:
  // `file` is the whole file, so that messages give offsets in it; all outlive the reader.
  PickleReader(std::string_view file, const std::string& path, Arena& arena);

  // Reads the pickle that starts at `offset` and ends before `end`. Throws Data.
  Value* read(std::uint64_t offset, std::uint64_t end);
  // Offset behind the last pickle's final byte.
  std::uint64_t end_offset() const noexcept { return at_; }

 private:
  [[noreturn]] void refuse(const std::string& why) const;
  template <typename T>
  T take();
  std::string_view take_bytes(std::uint64_t count);
  std::string_view take_line();

  void push(Value* value);
  Value* pop();
  Value* top();
  std::vector<Value*> pop_to_mark();
  void put_memo(std::uint64_t index);
  void get_memo(std::uint64_t index);
  std::uint64_t line_index();

  Value* make_text(std::string text, Value::Kind kind = Value::Kind::kText);
  Value* make_int(std::int64_t value);
  Value* make_float(double value);
  Value* make_long(std::string_view little_endian);
  void push_collection(Value::Kind kind, std::vector<Value*> items);
  void push_line_number(std::string_view line);
  void set_items(Value* target, const std::vector<Value*>& items);
  void append_items(Value* target, const std::vector<Value*>& items);

  // Each returns false where the opcode is not of its group.
  bool step_value(unsigned char opcode);
  bool step_text(unsigned char opcode);
  bool step_collection(unsigned char opcode);
  bool step_stack(unsigned char opcode);
  bool step_object(unsigned char opcode);

  std::string_view file_;
  const std::string& path_;
  Arena& arena_;
  Globals globals_;
  std::vector<Value*> stack_;
  std::vector<std::size_t> marks_;
  std::map<std::uint64_t, Value*> memo_;  // ordered: a file chooses its keys
  std::uint64_t pushes_ = 0;
  std::uint64_t at_ = 0;
  std::uint64_t end_ = 0;
  std::uint64_t opcode_at_ = 0;
};

}  // namespace yardstick::checkpoint
