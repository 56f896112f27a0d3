#include "registry/checkpoint/pickle_globals.h"

#include <yardstick/error.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace yardstick::checkpoint {
namespace {

using Kind = Value::Kind;

struct DtypeRow {
  const char* name;     // torch.<name>
  const char* storage;  // torch.<storage>, or null for dtypes that came after typed storages
  Dtype dtype;
  std::size_t bytes;
};
constexpr std::array<DtypeRow, 14> kDtypes = {{
    {"float64", "DoubleStorage", Dtype::kFloat64, 8},
    {"float32", "FloatStorage", Dtype::kFloat32, 4},
    {"float16", "HalfStorage", Dtype::kFloat16, 2},
    {"bfloat16", "BFloat16Storage", Dtype::kBFloat16, 2},
    {"float8_e4m3fn", nullptr, Dtype::kFloat8E4M3, 1},
    {"float8_e5m2", nullptr, Dtype::kFloat8E5M2, 1},
    {"int64", "LongStorage", Dtype::kInt64, 8},
    {"int32", "IntStorage", Dtype::kInt32, 4},
    {"int16", "ShortStorage", Dtype::kInt16, 2},
    {"int8", "CharStorage", Dtype::kInt8, 1},
    {"uint8", "ByteStorage", Dtype::kUInt8, 1},
    {"bool", "BoolStorage", Dtype::kBool, 1},
    {"complex64", "ComplexFloatStorage", Dtype::kComplex64, 8},
    {"complex128", "ComplexDoubleStorage", Dtype::kComplex128, 16},
}};

const DtypeRow& row_of(Dtype dtype) {
  for (const DtypeRow& row : kDtypes) {
    if (row.dtype == dtype) return row;
  }
  throw Error(ErrorKind::kInternal, "a dtype is not in the table");
}

// Everything callable or usable as a type, besides dtypes and storages.
constexpr std::array kAllowed = {
    "_codecs encode",
    "__builtin__ bytearray",
    "__builtin__ frozenset",
    "__builtin__ object",
    "__builtin__ set",
    "argparse Namespace",
    "builtins bytearray",
    "builtins frozenset",
    "builtins object",
    "builtins set",
    "collections OrderedDict",
    "copy_reg _reconstructor",
    "copyreg _reconstructor",
    "numpy dtype",
    "numpy._core.multiarray scalar",
    "numpy.core.multiarray scalar",
    "torch Size",
    "torch Tensor",
    "torch device",
    "torch._tensor _rebuild_from_type_v2",
    "torch._utils _rebuild_parameter",
    "torch._utils _rebuild_parameter_with_state",
    "torch._utils _rebuild_tensor",
    "torch._utils _rebuild_tensor_v2",
    "torch._utils _rebuild_tensor_v3",
    "torch.nn.parameter Parameter",
};

const DtypeRow* storage_row(const std::string& module, const std::string& name) {
  if (module != "torch" && module != "torch.cuda" && module != "torch.storage") return nullptr;
  static constexpr DtypeRow kUntyped{"uint8", "UntypedStorage", Dtype::kUInt8, 1};
  if (name == kUntyped.storage) return &kUntyped;
  for (const DtypeRow& row : kDtypes) {
    if (row.storage != nullptr && name == row.storage) return &row;
  }
  return nullptr;
}

bool is_named(const Value& value, const char* full_name) {
  return value.kind == Kind::kGlobal && value.text == full_name;
}

const Value& argument(const Value& arguments, std::size_t index, const char* what) {
  if (arguments.kind != Kind::kTuple || index >= arguments.items.size()) {
    throw_data(concat(what, " lacks argument ", index));
  }
  return *arguments.items[index];
}

const Value& argument(const Value& arguments, std::size_t index, Kind kind, const char* what) {
  const Value& value = argument(arguments, index, what);
  if (value.kind != kind) throw_data(concat(what, " has an argument ", index, " of another type"));
  return value;
}

std::vector<std::int64_t> sizes_of(const Value& tuple, const char* what) {
  constexpr std::size_t kMaxDimensions = 64;
  if (tuple.kind != Kind::kTuple || tuple.items.size() > kMaxDimensions) {
    throw_data(concat("a tensor's ", what, " is not a tuple of at most 64"));
  }
  std::vector<std::int64_t> sizes;
  for (const Value* item : tuple.items) {
    if (item->kind != Kind::kInt || item->integer < 0) {
      throw_data(concat("a tensor's ", what, " has an entry that is no size"));
    }
    sizes.push_back(item->integer);
  }
  return sizes;
}

// Checks that every element of the view lies in its storage.
void check_view(const TensorView& view) {
  if (view.shape.size() != view.strides.size()) throw_data("a tensor has more sizes than strides");
  std::uint64_t last = view.offset;
  bool is_empty = false;
  for (std::size_t i = 0; i < view.shape.size(); ++i) {
    if (view.shape[i] == 0) is_empty = true;
  }
  for (std::size_t i = 0; i < view.shape.size() && !is_empty; ++i) {
    std::uint64_t reach = 0;
    if (__builtin_mul_overflow(static_cast<std::uint64_t>(view.shape[i] - 1),
                               static_cast<std::uint64_t>(view.strides[i]), &reach) ||
        __builtin_add_overflow(last, reach, &last)) {
      throw_data("a tensor's sizes overflow");
    }
  }
  const std::uint64_t elements = view.storage->bytes / element_bytes(view.dtype);
  if (!is_empty && last >= elements) {
    throw_data(concat("a tensor reaches element ", last, " of storage ", view.storage->key,
                      ", which has ", elements));
  }
}

}  // namespace

std::size_t element_bytes(Dtype dtype) { return row_of(dtype).bytes; }

const char* storage_name(Dtype dtype) { return row_of(dtype).storage; }

const char* dtype_name(Dtype dtype) { return row_of(dtype).name; }

Dtype dtype_from_name(const std::string& name) {
  for (const DtypeRow& row : kDtypes) {
    if (name.starts_with("torch.") && name.substr(6) == row.name) return row.dtype;
  }
  throw_data(concat("no dtype is named ", name));
}

Value* Globals::find(const std::string& module, const std::string& name) {
  if (module == "torch") {
    for (const DtypeRow& row : kDtypes) {
      if (name == row.name) {
        Value* dtype = arena_.make(Kind::kText);
        dtype->text = "torch." + name;
        return dtype;
      }
    }
  }
  const std::string full = module + " " + name;
  const bool is_allowed =
      storage_row(module, name) != nullptr ||
      std::find(kAllowed.begin(), kAllowed.end(), std::string_view(full)) != kAllowed.end();
  if (!is_allowed) {
    throw_data(concat("names ", module, ".", name, ", which is not data that a checkpoint needs"),
               "nothing of the file was executed");
  }
  Value* global = arena_.make(Kind::kGlobal);
  global->text = full;
  return global;
}

Value* Globals::storage(const Value& id) {
  constexpr const char* kWhat = "a storage reference";
  const Value& tag = argument(id, 0, Kind::kText, kWhat);
  const Value& type = argument(id, 1, Kind::kGlobal, kWhat);
  const Value& key = argument(id, 2, Kind::kText, kWhat);
  const Value& elements = argument(id, 4, Kind::kInt, kWhat);
  if (tag.text != "storage") throw_data(concat("a persistent object of the unknown kind ", tag.text));
  if (id.items.size() > 5 && id.items[5]->kind != Kind::kNone) {
    throw_data("a storage is a view of another, as only PyTorch before 0.4 wrote it",
               "load and save it once with a newer PyTorch");
  }
  const std::size_t space = type.text.find(' ');
  const DtypeRow* row = storage_row(type.text.substr(0, space), type.text.substr(space + 1));
  if (row == nullptr) throw_data(concat(type.text, " is no storage type"));
  std::uint64_t bytes = 0;
  if (elements.integer < 0 ||
      __builtin_mul_overflow(static_cast<std::uint64_t>(elements.integer), row->bytes, &bytes)) {
    throw_data(concat("storage ", key.text, " has an impossible size"));
  }

  auto [known, is_new] = storages_.try_emplace(key.text, nullptr);
  if (is_new) {
    known->second = arena_.make_storage();
    *known->second = {key.text, row->dtype, bytes, 0};
  } else if (known->second->bytes != bytes) {
    throw_data(concat("storage ", key.text, " has ", known->second->bytes, " bytes in one place and ",
                      bytes, " in another"));
  }
  Value* value = arena_.make(Kind::kStorage);
  value->storage = known->second;
  value->integer = static_cast<std::int64_t>(row->dtype);
  return value;
}

Value* Globals::rebuild_tensor(const Value& arguments, const Value* dtype) {
  constexpr const char* kWhat = "a tensor";
  const Value& storage = argument(arguments, 0, Kind::kStorage, kWhat);
  const Value& offset = argument(arguments, 1, Kind::kInt, kWhat);
  if (offset.integer < 0) throw_data("a tensor has a negative offset");
  Value* value = arena_.make(Kind::kTensor);
  TensorView& view = *arena_.make_tensor();
  value->tensor = &view;
  view.storage = storage.storage;
  view.dtype = dtype != nullptr ? dtype_from_name(dtype->text) : static_cast<Dtype>(storage.integer);
  view.offset = static_cast<std::uint64_t>(offset.integer);
  arena_.charge(128);
  view.shape = sizes_of(argument(arguments, 2, kWhat), "shape");
  view.strides = sizes_of(argument(arguments, 3, kWhat), "strides");
  check_view(view);
  return value;
}

Value* Globals::numpy_scalar(const Value& arguments) {
  constexpr const char* kWhat = "a numpy scalar";
  const Value& dtype = argument(arguments, 0, Kind::kText, kWhat);
  const Value& bytes = argument(arguments, 1, Kind::kBytes, kWhat);
  const auto read = [&]<typename T>(T value) {
    if (bytes.text.size() != sizeof value) throw_data("a numpy scalar has another size than its dtype");
    std::memcpy(&value, bytes.text.data(), sizeof value);
    return value;
  };
  const auto integer = [&](auto value) {
    Value* result = arena_.make(Kind::kInt);
    result->integer = static_cast<std::int64_t>(read(value));
    return result;
  };
  const auto number = [&](auto value) {
    Value* result = arena_.make(Kind::kFloat);
    result->number = static_cast<double>(read(value));
    return result;
  };
  if (dtype.text == "numpy.f8") return number(double{});
  if (dtype.text == "numpy.f4") return number(float{});
  if (dtype.text == "numpy.i8") return integer(std::int64_t{});
  if (dtype.text == "numpy.i4") return integer(std::int32_t{});
  if (dtype.text == "numpy.i2") return integer(std::int16_t{});
  if (dtype.text == "numpy.i1") return integer(std::int8_t{});
  if (dtype.text == "numpy.u8") return integer(std::uint64_t{});
  if (dtype.text == "numpy.u4") return integer(std::uint32_t{});
  if (dtype.text == "numpy.u2") return integer(std::uint16_t{});
  if (dtype.text == "numpy.u1") return integer(std::uint8_t{});
  if (dtype.text == "numpy.b1") {
    Value* flag = integer(std::uint8_t{});
    flag->kind = Kind::kBool;
    return flag;
  }
  throw_data(concat("a numpy scalar of the dtype ", dtype.text, " is not supported"));
}

// Protocol 2 has no byte strings; pickle writes them as text to be encoded in Latin-1.
Value* Globals::encode(const Value& arguments) {
  const Value& text = argument(arguments, 0, Kind::kText, "_codecs.encode");
  const Value& codec = argument(arguments, 1, Kind::kText, "_codecs.encode");
  if (codec.text != "latin1" && codec.text != "latin-1") {
    throw_data(concat("bytes are encoded as ", codec.text, ", not as Latin-1"));
  }
  Value* bytes = arena_.make(Kind::kBytes);
  arena_.charge(text.text.size());
  for (std::size_t i = 0; i < text.text.size(); ++i) {
    const auto lead = static_cast<unsigned char>(text.text[i]);
    if (lead < 0x80) {
      bytes->text += static_cast<char>(lead);
      continue;
    }
    // Latin-1 has the code points up to U+00FF: two bytes in UTF-8.
    if ((lead != 0xc2 && lead != 0xc3) || i + 1 == text.text.size()) {
      throw_data("bytes hold a character that Latin-1 has not");
    }
    const auto next = static_cast<unsigned char>(text.text[++i]);
    if ((next & 0xc0) != 0x80) throw_data("bytes are not valid text");
    bytes->text += static_cast<char>(((lead & 0x03) << 6) | (next & 0x3f));
  }
  return bytes;
}

Value* Globals::dictionary(const Value& arguments) {
  Value* dictionary = arena_.make(Kind::kDict);
  if (arguments.items.empty()) return dictionary;
  const Value& pairs = argument(arguments, 0, Kind::kList, "an OrderedDict");
  arena_.charge(2 * pairs.items.size());
  for (const Value* pair : pairs.items) {
    const bool is_pair =
        (pair->kind == Kind::kList || pair->kind == Kind::kTuple) && pair->items.size() == 2;
    if (!is_pair) throw_data("an OrderedDict is made of something else than pairs");
    dictionary->items.insert(dictionary->items.end(), pair->items.begin(), pair->items.end());
  }
  return dictionary;
}

Value* Globals::call(const Value& callee, const Value& arguments) {
  if (callee.kind != Kind::kGlobal || arguments.kind != Kind::kTuple) {
    throw_data("calls something that is no name, or without a tuple of arguments");
  }
  const std::string& name = callee.text;
  if (name == "torch._utils _rebuild_tensor_v2" || name == "torch._utils _rebuild_tensor") {
    return rebuild_tensor(arguments, nullptr);
  }
  if (name == "torch._utils _rebuild_tensor_v3") {
    return rebuild_tensor(arguments, &argument(arguments, 6, Kind::kText, "a tensor"));
  }
  if (name == "torch._utils _rebuild_parameter" ||
      name == "torch._utils _rebuild_parameter_with_state") {
    argument(arguments, 0, Kind::kTensor, "a parameter");
    return arguments.items[0];
  }
  if (name == "torch._tensor _rebuild_from_type_v2") {
    const Value& inner = argument(arguments, 0, Kind::kGlobal, "a tensor");
    if (!inner.text.starts_with("torch._utils ")) {
      throw_data(concat("a tensor is rebuilt by ", inner.text));
    }
    return call(inner, argument(arguments, 2, Kind::kTuple, "a tensor"));
  }
  if (name == "collections OrderedDict") return dictionary(arguments);
  if (name == "_codecs encode") return encode(arguments);
  if (name.ends_with("multiarray scalar")) return numpy_scalar(arguments);
  if (name == "numpy dtype") {
    Value* dtype = arena_.make(Kind::kText);
    dtype->text = "numpy." + argument(arguments, 0, Kind::kText, "a numpy dtype").text;
    return dtype;
  }
  if (name == "torch Size") {
    argument(arguments, 0, Kind::kTuple, "a size");
    return arguments.items[0];
  }
  if (name == "torch device") {
    Value* device = arena_.make(Kind::kText);
    device->text = argument(arguments, 0, Kind::kText, "a device").text;
    return device;
  }
  if (name.ends_with(" set") || name.ends_with(" frozenset")) {
    Value* set = arena_.make(Kind::kSet);
    if (!arguments.items.empty()) {
      const Value& list = argument(arguments, 0, Kind::kList, "a set");
      arena_.charge(list.items.size());
      set->items = list.items;
    }
    return set;
  }
  if (name.ends_with(" bytearray")) {
    if (arguments.items.empty()) return arena_.make(Kind::kBytes);
    argument(arguments, 0, Kind::kBytes, "a bytearray");
    return arguments.items[0];
  }
  if (name == "argparse Namespace") return arena_.make(Kind::kObject);
  if (name.ends_with(" _reconstructor") && is_named(argument(arguments, 0, name.c_str()),
                                                    "argparse Namespace")) {
    return arena_.make(Kind::kObject);
  }
  throw_data(concat("calls ", name, ", which is not data"));
}

void Globals::build(Value& object, const Value& state) {
  switch (object.kind) {
    case Kind::kObject:
      if (state.kind != Kind::kDict) throw_data("a namespace has a state that is no dictionary");
      arena_.charge(state.items.size());
      object.items = state.items;
      return;
    case Kind::kDict:    // attributes of an OrderedDict, as a state dict's _metadata
    case Kind::kTensor:  // attributes of a tensor
      return;
    case Kind::kText:
      // A numpy dtype's state is (version, byte order, ...).
      if (object.text.starts_with("numpy.") && state.kind == Kind::kTuple && state.items.size() > 1) {
        if (state.items[1]->text == ">") throw_data("a numpy scalar is big-endian");
        return;
      }
      [[fallthrough]];
    default:
      throw_data("sets the state of something that has none");
  }
}

}  // namespace yardstick::checkpoint
