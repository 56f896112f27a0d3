#include "registry/checkpoint/pickle.h"

#include <yardstick/error.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <utility>

namespace yardstick::checkpoint {

using Kind = Value::Kind;
namespace {

// Bounds of what a pickle of gigabytes can make: ten pushes for each object that Arena allows.
constexpr std::uint64_t kMaxPushes = 40'000'000;
constexpr std::size_t kMaxMemo = 4'000'000;

}  // namespace

PickleReader::PickleReader(std::string_view file, const std::string& path, Arena& arena)
    : file_(file), path_(path), arena_(arena), globals_(arena) {}

void PickleReader::refuse(const std::string& why) const {
  throw_data(concat(path_, ": pickle at offset ", opcode_at_, ": ", why));
}

template <typename T>
T PickleReader::take() {
  T value;
  std::memcpy(&value, take_bytes(sizeof value).data(), sizeof value);
  return value;
}

std::string_view PickleReader::take_bytes(std::uint64_t count) {
  if (count > end_ - at_) refuse("ends too early (truncated?)");
  const std::string_view bytes = file_.substr(at_, count);
  at_ += count;
  return bytes;
}

std::string_view PickleReader::take_line() {
  const std::size_t stop = file_.substr(0, end_).find('\n', at_);
  if (stop == std::string_view::npos) refuse("ends in the middle of a line");
  const std::string_view line = file_.substr(at_, stop - at_);
  at_ = stop + 1;
  return line;
}

void PickleReader::push(Value* value) {
  if (++pushes_ > kMaxPushes) refuse(concat("takes more than ", kMaxPushes, " steps"));
  stack_.push_back(value);
}

Value* PickleReader::pop() {
  const std::size_t floor = marks_.empty() ? 0 : marks_.back();
  if (stack_.size() <= floor) refuse("takes more than there is");
  Value* value = stack_.back();
  stack_.pop_back();
  return value;
}

Value* PickleReader::top() {
  Value* value = pop();
  stack_.push_back(value);
  return value;
}

std::vector<Value*> PickleReader::pop_to_mark() {
  if (marks_.empty()) refuse("closes what was not opened");
  const auto first = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
  std::vector<Value*> items(first, stack_.end());
  stack_.erase(first, stack_.end());
  marks_.pop_back();
  return items;
}

void PickleReader::put_memo(std::uint64_t index) {
  memo_[index] = top();
  if (memo_.size() > kMaxMemo) refuse(concat("remembers more than ", kMaxMemo, " objects"));
}

void PickleReader::get_memo(std::uint64_t index) {
  const auto found = memo_.find(index);
  if (found == memo_.end()) refuse(concat("refers to object ", index, ", which is not there"));
  push(found->second);
}

std::uint64_t PickleReader::line_index() {
  const std::string_view line = take_line();
  std::uint64_t index = 0;
  const auto [stop, error] = std::from_chars(line.data(), line.data() + line.size(), index);
  if (error != std::errc() || stop != line.data() + line.size()) refuse("has a broken index");
  return index;
}

Value* PickleReader::make_text(std::string text, Kind kind) {
  Value* value = arena_.make(kind);
  value->text = std::move(text);
  return value;
}

Value* PickleReader::make_int(std::int64_t integer) {
  Value* value = arena_.make(Kind::kInt);
  value->integer = integer;
  return value;
}

Value* PickleReader::make_float(double number) {
  Value* value = arena_.make(Kind::kFloat);
  value->number = number;
  return value;
}

// Two's complement of any length; one that does not fit 64 bits becomes its bytes.
Value* PickleReader::make_long(std::string_view little_endian) {
  if (little_endian.size() > 8) return make_text(std::string(little_endian), Kind::kBytes);
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < little_endian.size(); ++i) {
    bits |= std::uint64_t{static_cast<unsigned char>(little_endian[i])} << (8 * i);
  }
  if (!little_endian.empty() && little_endian.size() < 8 && (little_endian.back() & 0x80) != 0) {
    bits |= ~std::uint64_t{0} << (8 * little_endian.size());
  }
  return make_int(static_cast<std::int64_t>(bits));
}

void PickleReader::push_collection(Kind kind, std::vector<Value*> items) {
  Value* value = arena_.make(kind);
  value->items = std::move(items);
  push(value);
}

void PickleReader::push_line_number(std::string_view line) {
  if (line == "00" || line == "01") {  // protocol 0's booleans
    Value* flag = arena_.make(Kind::kBool);
    flag->integer = line == "01";
    push(flag);
    return;
  }
  if (!line.empty() && line.back() == 'L') line.remove_suffix(1);
  std::int64_t value = 0;
  const auto [stop, error] = std::from_chars(line.data(), line.data() + line.size(), value);
  if (error != std::errc() || stop != line.data() + line.size()) refuse("has a broken integer");
  push(make_int(value));
}

void PickleReader::set_items(Value* target, const std::vector<Value*>& items) {
  if (target->kind != Kind::kDict || items.size() % 2 != 0) {
    refuse("sets items of something that is no dictionary");
  }
  target->items.insert(target->items.end(), items.begin(), items.end());
}

void PickleReader::append_items(Value* target, const std::vector<Value*>& items) {
  if (target->kind != Kind::kList && target->kind != Kind::kSet) {
    refuse("appends to something that is no list or set");
  }
  target->items.insert(target->items.end(), items.begin(), items.end());
}

bool PickleReader::step_value(unsigned char opcode) {
  switch (opcode) {
    case 'N':
      push(arena_.make(Kind::kNone));
      return true;
    case 0x88:
    case 0x89: {
      Value* flag = arena_.make(Kind::kBool);
      flag->integer = opcode == 0x88;
      push(flag);
      return true;
    }
    case 'I':
    case 'L':
      push_line_number(take_line());
      return true;
    case 'J':
      push(make_int(take<std::int32_t>()));
      return true;
    case 'K':
      push(make_int(take<std::uint8_t>()));
      return true;
    case 'M':
      push(make_int(take<std::uint16_t>()));
      return true;
    case 0x8a:
      push(make_long(take_bytes(take<std::uint8_t>())));
      return true;
    case 0x8b:
      push(make_long(take_bytes(take<std::uint32_t>())));
      return true;
    case 'F': {
      const std::string_view line = take_line();
      double number = 0;
      const auto [stop, error] = std::from_chars(line.data(), line.data() + line.size(), number);
      if (error != std::errc() || stop != line.data() + line.size()) refuse("has a broken number");
      push(make_float(number));
      return true;
    }
    case 'G':
      push(make_float(std::bit_cast<double>(__builtin_bswap64(take<std::uint64_t>()))));
      return true;
    default:
      return false;
  }
}

bool PickleReader::step_text(unsigned char opcode) {
  const auto push_text = [&](std::uint64_t count, Kind kind) {
    push(make_text(std::string(take_bytes(count)), kind));
    return true;
  };
  switch (opcode) {
    case 'S': {
      std::string_view line = take_line();
      const bool is_quoted = line.size() >= 2 && line.front() == line.back() &&
                             (line.front() == '\'' || line.front() == '"');
      if (!is_quoted || line.find('\\') != std::string_view::npos) refuse("has a broken string");
      push(make_text(std::string(line.substr(1, line.size() - 2))));
      return true;
    }
    case 'V': {
      const std::string_view line = take_line();
      if (line.find('\\') != std::string_view::npos) refuse("has an escaped string");
      push(make_text(std::string(line)));
      return true;
    }
    case 'T':
    case 'X':
      return push_text(take<std::uint32_t>(), Kind::kText);
    case 'U':
    case 0x8c:
      return push_text(take<std::uint8_t>(), Kind::kText);
    case 0x8d:
      return push_text(take<std::uint64_t>(), Kind::kText);
    case 'B':
      return push_text(take<std::uint32_t>(), Kind::kBytes);
    case 'C':
      return push_text(take<std::uint8_t>(), Kind::kBytes);
    case 0x8e:
    case 0x96:
      return push_text(take<std::uint64_t>(), Kind::kBytes);
    default:
      return false;
  }
}

bool PickleReader::step_collection(unsigned char opcode) {
  switch (opcode) {
    case ')':
      push_collection(Kind::kTuple, {});
      return true;
    case 't':
      push_collection(Kind::kTuple, pop_to_mark());
      return true;
    case 0x85:
    case 0x86:
    case 0x87: {
      std::vector<Value*> items(opcode - 0x84);
      for (auto item = items.rbegin(); item != items.rend(); ++item) *item = pop();
      push_collection(Kind::kTuple, std::move(items));
      return true;
    }
    case ']':
      push_collection(Kind::kList, {});
      return true;
    case 'l':
      push_collection(Kind::kList, pop_to_mark());
      return true;
    case '}':
      push_collection(Kind::kDict, {});
      return true;
    case 'd': {
      const std::vector<Value*> items = pop_to_mark();
      push_collection(Kind::kDict, {});
      set_items(top(), items);
      return true;
    }
    case 0x8f:
      push_collection(Kind::kSet, {});
      return true;
    case 0x91:
      push_collection(Kind::kSet, pop_to_mark());
      return true;
    case 'a': {
      Value* item = pop();
      append_items(top(), {item});
      return true;
    }
    case 'e':
    case 0x90: {
      const std::vector<Value*> items = pop_to_mark();
      append_items(top(), items);
      return true;
    }
    case 's': {
      Value* value = pop();
      Value* key = pop();
      set_items(top(), {key, value});
      return true;
    }
    case 'u': {
      const std::vector<Value*> items = pop_to_mark();
      set_items(top(), items);
      return true;
    }
    default:
      return false;
  }
}

bool PickleReader::step_stack(unsigned char opcode) {
  switch (opcode) {
    case '(':
      if (marks_.size() >= kMaxMemo) refuse("opens more than it closes");
      marks_.push_back(stack_.size());
      return true;
    case '0':
      pop();
      return true;
    case '1':
      pop_to_mark();
      return true;
    case '2':
      push(top());
      return true;
    case 'p':
      put_memo(line_index());
      return true;
    case 'q':
      put_memo(take<std::uint8_t>());
      return true;
    case 'r':
      put_memo(take<std::uint32_t>());
      return true;
    case 0x94:
      put_memo(memo_.size());
      return true;
    case 'g':
      get_memo(line_index());
      return true;
    case 'h':
      get_memo(take<std::uint8_t>());
      return true;
    case 'j':
      get_memo(take<std::uint32_t>());
      return true;
    case 0x80:
      if (take<std::uint8_t>() > 5) refuse("has a protocol newer than 5");
      return true;
    case 0x95:
      take<std::uint64_t>();  // a frame's length says only how to buffer
      return true;
    default:
      return false;
  }
}

bool PickleReader::step_object(unsigned char opcode) {
  switch (opcode) {
    case 'c': {
      const std::string module(take_line());
      push(globals_.find(module, std::string(take_line())));
      return true;
    }
    case 0x93: {
      const Value* name = pop();
      const Value* module = pop();
      if (name->kind != Kind::kText || module->kind != Kind::kText) refuse("has a broken name");
      push(globals_.find(module->text, name->text));
      return true;
    }
    case 'R':
    case 0x81: {
      const Value* arguments = pop();
      const Value* callee = pop();
      push(globals_.call(*callee, *arguments));
      return true;
    }
    case 'b': {
      const Value* state = pop();
      globals_.build(*top(), *state);
      return true;
    }
    case 'Q':
      push(globals_.storage(*pop()));
      return true;
    default:
      return false;
  }
}

Value* PickleReader::read(std::uint64_t offset, std::uint64_t end) {
  at_ = offset;
  end_ = std::min<std::uint64_t>(end, file_.size());
  opcode_at_ = offset;
  if (at_ > end_) refuse("starts behind the end of the file");
  stack_.clear();
  marks_.clear();
  memo_.clear();
  while (true) {
    opcode_at_ = at_;
    const auto opcode = take<unsigned char>();
    if (opcode == '.') break;
    bool is_known = false;
    try {
      is_known = step_value(opcode) || step_text(opcode) || step_stack(opcode) ||
                 step_collection(opcode) || step_object(opcode);
    } catch (Error& error) {
      // What Globals refuses comes without a place.
      if (error.message().starts_with(path_)) throw;
      throw error.add_context(concat(path_, ": pickle at offset ", opcode_at_));
    }
    if (!is_known) refuse(concat("has the unsupported opcode ", static_cast<int>(opcode)));
  }
  if (stack_.size() != 1 || !marks_.empty()) refuse("ends with something left over");
  return stack_.front();
}

}  // namespace yardstick::checkpoint
