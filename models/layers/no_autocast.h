#pragma once

#include <c10/core/DispatchKeySet.h>
#include <c10/core/impl/LocalDispatchKeySet.h>

namespace yardstick::layers {

// While one lives, operators compute in the types that they are given, whatever autocast is on:
// similarities in half precision tie by the hundred, and what ties is matched by chance.
class NoAutocast {
 private:
  c10::impl::ExcludeDispatchKeyGuard guard_{c10::autocast_dispatch_keyset};
};

}  // namespace yardstick::layers
