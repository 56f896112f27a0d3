#include "models/layers/init_scope.h"

namespace yardstick::layers {
namespace {

// ModelEntry::build has no argument for it, and plug-ins rely on that signature.
thread_local int depth = 0;

}  // namespace

UnsetScope::UnsetScope() { ++depth; }
UnsetScope::~UnsetScope() { --depth; }
bool UnsetScope::is_active() { return depth > 0; }

}  // namespace yardstick::layers
