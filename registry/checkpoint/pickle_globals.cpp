#include "registry/checkpoint/pickle_globals.h"

#include "registry/checkpoint/printable.h"

#include <yardstick/error.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <optional>
#include <string_view>

namespace yardstick::checkpoint {
namespace {

using Kind = Value::Kind;

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

// The dtype of a storage class; kUInt8 for the untyped one.
std::optional<Dtype> storage_dtype(std::string_view module, std::string_view name) {
  if (module != "torch" && module != "torch.cuda" && module != "torch.storage") return std::nullopt;
  if (name == "UntypedStorage") return Dtype::kUInt8;
  return dtype_from_storage_name(name);
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

// Of the elements that the sizes span; throws where they cannot be counted.
std::int64_t count_elements(const std::vector<std::int64_t>& shape) {
  std::int64_t spanned = 1;  // without the sizes that are 0, as PyTorch wants them countable too
  bool is_empty = false;
  for (const std::int64_t size : shape) {
    is_empty = is_empty || size == 0;
    if (size != 0 && __builtin_mul_overflow(spanned, size, &spanned)) {
      throw_data("a tensor's sizes overflow");
    }
  }
  return is_empty ? 0 : spanned;
}

// Checks that every element of the view lies in its storage.
void check_view(const TensorView& view) {
  // A view may repeat elements (expand), which would make terabytes of a byte.
  constexpr std::uint64_t kMaxRepeatedBytes = std::uint64_t{256} << 20;
  if (view.shape.size() != view.strides.size()) throw_data("a tensor has more sizes than strides");
  const std::int64_t count = count_elements(view.shape);
  const std::uint64_t element = element_bytes(view.dtype);
  std::uint64_t bytes = 0;
  if (__builtin_mul_overflow(static_cast<std::uint64_t>(count), element, &bytes) ||
      (bytes > view.storage->bytes && bytes > kMaxRepeatedBytes)) {
    throw_data(concat("a tensor of ", count, " elements repeats those of storage ",
                      printable(view.storage->key), ", which has ", view.storage->bytes, " bytes"));
  }
  if (count == 0) return;
  std::uint64_t last = view.offset;
  for (std::size_t i = 0; i < view.shape.size(); ++i) {
    std::uint64_t reach = 0;
    if (__builtin_mul_overflow(static_cast<std::uint64_t>(view.shape[i] - 1),
                               static_cast<std::uint64_t>(view.strides[i]), &reach) ||
        __builtin_add_overflow(last, reach, &last)) {
      throw_data("a tensor's sizes overflow");
    }
  }
  const std::uint64_t elements = view.storage->bytes / element;
  if (last >= elements) {
    throw_data(concat("a tensor reaches element ", last, " of storage ",
                      printable(view.storage->key), ", which has ", elements));
  }
}

// Conjugate and negated views are flags beside the bytes; reading the bytes alone would be wrong.
void refuse_lazy_bits(const Value& arguments, std::size_t index) {
  if (arguments.items.size() <= index) return;
  const Value& metadata = *arguments.items[index];
  if (metadata.kind != Kind::kDict) return;
  for (std::size_t i = 1; i < metadata.items.size(); i += 2) {
    if (metadata.items[i]->integer != 0) {
      throw_data("a tensor is a conjugated or negated view",
                 "save it with resolve_conj() and resolve_neg()");
    }
  }
}

// IEEE 754 half precision.
double half_to_double(std::uint16_t bits) {
  const int exponent = (bits >> 10) & 0x1f;
  const int fraction = bits & 0x3ff;
  double value =
      exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
  if (exponent == 0x1f) value = fraction == 0 ? HUGE_VAL : std::nan("");
  return (bits & 0x8000) != 0 ? -value : value;
}

}  // namespace

Value* Globals::find(const std::string& module, const std::string& name) {
  if (module == "torch" && dtype_from_name(name)) {
    Value* dtype = arena_.make(Kind::kText);
    dtype->text = "torch." + name;
    return dtype;
  }
  const std::string full = module + " " + name;
  const bool is_allowed =
      storage_dtype(module, name) ||
      std::find(kAllowed.begin(), kAllowed.end(), std::string_view(full)) != kAllowed.end();
  if (!is_allowed) {
    throw_data(concat("names ", printable(module), ".", printable(name),
                      ", which is not data that a checkpoint needs"),
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
  if (tag.text != "storage")
    throw_data(concat("a persistent object of the unknown kind ", printable(tag.text)));
  if (id.items.size() > 5 && id.items[5]->kind != Kind::kNone) {
    throw_data("a storage is a view of another, as only PyTorch before 0.4 wrote it",
               "load and save it once with a newer PyTorch");
  }
  const std::size_t space = type.text.find(' ');
  const std::string_view type_name = type.text;
  const auto dtype = storage_dtype(type_name.substr(0, space), type_name.substr(space + 1));
  if (!dtype) throw_data(concat(type.text, " is no storage type"));
  std::uint64_t bytes = 0;
  if (elements.integer < 0 || __builtin_mul_overflow(static_cast<std::uint64_t>(elements.integer),
                                                     element_bytes(*dtype), &bytes)) {
    throw_data(concat("storage ", printable(key.text), " has an impossible size"));
  }

  auto [known, is_new] = storages_.try_emplace(key.text, nullptr);
  if (is_new) {
    known->second = arena_.make_storage();
    *known->second = {key.text, *dtype, bytes, 0};
  } else if (known->second->bytes != bytes) {
    throw_data(concat("storage ", printable(key.text), " has ", known->second->bytes,
                      " bytes in one place and ", bytes, " in another"));
  }
  Value* value = arena_.make(Kind::kStorage);
  value->storage = known->second;
  value->integer = static_cast<std::int64_t>(*dtype);
  return value;
}

Value* Globals::rebuild_tensor(const Value& arguments, const Value* dtype) {
  constexpr const char* kWhat = "a tensor";
  const Value& storage = argument(arguments, 0, Kind::kStorage, kWhat);
  const Value& offset = argument(arguments, 1, Kind::kInt, kWhat);
  if (offset.integer < 0) throw_data("a tensor has a negative offset");
  refuse_lazy_bits(arguments, dtype == nullptr ? 6 : 7);
  Value* value = arena_.make(Kind::kTensor);
  TensorView& view = *arena_.make_tensor();
  value->tensor = &view;
  view.storage = storage.storage;
  view.dtype = static_cast<Dtype>(storage.integer);
  if (dtype != nullptr) {
    constexpr std::string_view kPrefix = "torch.";
    const std::string_view name = dtype->text;
    const auto named =
        name.starts_with(kPrefix) ? dtype_from_name(name.substr(kPrefix.size())) : std::nullopt;
    if (!named) throw_data(concat("no dtype is named ", printable(name)));
    view.dtype = *named;
  }
  view.offset = static_cast<std::uint64_t>(offset.integer);
  view.shape = sizes_of(argument(arguments, 2, kWhat), "shape");
  view.strides = sizes_of(argument(arguments, 3, kWhat), "strides");
  arena_.charge(view.shape.size() + view.strides.size());
  check_view(view);
  return value;
}

Value* Globals::numpy_scalar(const Value& arguments) {
  constexpr const char* kWhat = "a numpy scalar";
  const Value& dtype = argument(arguments, 0, Kind::kText, kWhat);
  const Value& bytes = argument(arguments, 1, Kind::kBytes, kWhat);
  const auto read = [&]<typename T>(T value) {
    if (bytes.text.size() != sizeof value)
      throw_data("a numpy scalar has another size than its dtype");
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
  if (dtype.text == "numpy.f2") {
    Value* result = number(std::uint16_t{});
    result->number = half_to_double(static_cast<std::uint16_t>(result->number));
    return result;
  }
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
  throw_data(concat("a numpy scalar of the dtype ", printable(dtype.text), " is not supported"));
}

// Protocol 2 has no byte strings; pickle writes them as text to be encoded in Latin-1.
Value* Globals::encode(const Value& arguments) {
  const Value& text = argument(arguments, 0, Kind::kText, "_codecs.encode");
  const Value& codec = argument(arguments, 1, Kind::kText, "_codecs.encode");
  if (codec.text != "latin1" && codec.text != "latin-1") {
    throw_data(concat("bytes are encoded as ", printable(codec.text), ", not as Latin-1"));
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
  if (name.ends_with(" _reconstructor") &&
      is_named(argument(arguments, 0, name.c_str()), "argparse Namespace")) {
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
      if (object.text.starts_with("numpy.") && state.kind == Kind::kTuple &&
          state.items.size() > 1) {
        if (state.items[1]->text == ">") throw_data("a numpy scalar is big-endian");
        return;
      }
      [[fallthrough]];
    default:
      throw_data("sets the state of something that has none");
  }
}

}  // namespace yardstick::checkpoint
