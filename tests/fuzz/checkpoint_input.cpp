#include "tests/fuzz/checkpoint_input.h"

#include <yardstick/check.h>

#include <string>

#include "registry/checkpoint/object_graph.h"
#include "registry/checkpoint/pickle.h"
#include "registry/checkpoint/safetensors_header.h"
#include "registry/checkpoint/shard_index.h"
#include "registry/checkpoint/torch_file.h"

namespace yardstick::test {
namespace {

using namespace checkpoint;

const std::string kPath = "input";

// Reads through volatile, so that the compiler keeps the access for the sanitizer to judge.
void touch(std::string_view bytes, std::uint64_t offset) {
  [[maybe_unused]] const volatile char byte = *(bytes.data() + offset);
}

void touch_view(std::string_view bytes, const TensorView& view) {
  std::uint64_t last = view.offset;
  for (std::size_t i = 0; i < view.shape.size(); ++i) {
    if (view.shape[i] == 0) return;
    last += static_cast<std::uint64_t>((view.shape[i] - 1) * view.strides[i]);
  }
  const std::uint64_t element = element_bytes(view.dtype);
  // Also where a neighbour's bytes, not the end of memory, lie behind the storage.
  YS_CHECK((last + 1) * element <= view.storage->bytes, last);
  YS_CHECK(view.storage->file_offset + view.storage->bytes <= bytes.size(), view.storage->file_offset);
  touch(bytes, view.storage->file_offset + view.offset * element);
  touch(bytes, view.storage->file_offset + (last + 1) * element - 1);
}

void read_pickle(std::string_view bytes) {
  Arena arena(bytes.size());
  PickleReader reader(bytes, kPath, arena);
  const Value* root = reader.read(0, bytes.size());
  ObjectGraph graph(*root, kPath, bytes.size());
  graph.tensors();
  graph.metadata_json();
}

}  // namespace

void read_untrusted(std::string_view bytes) {
  if (TorchFile::is_one(bytes)) {
    const TorchFile file(bytes, kPath);
    for (const NamedTensor& tensor : file.tensors()) touch_view(bytes, *tensor.view);
    file.metadata_json();
  } else if (bytes.starts_with('{')) {
    read_shard_index(bytes, kPath);
  } else if (bytes.starts_with('\x80') || bytes.starts_with('(')) {
    read_pickle(bytes);
  } else {
    for (const SafetensorsEntry& entry : read_safetensors_header(bytes, kPath).entries) {
      if (entry.begin == entry.end) continue;
      touch(bytes, entry.begin);
      touch(bytes, entry.end - 1);
    }
  }
}

}  // namespace yardstick::test
