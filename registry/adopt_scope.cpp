#include "registry/adopt_scope.h"

namespace yardstick {
namespace {

// LoadOptions goes through every family's key map to load_state, which this is for, and plug-ins
// call it with a signature of their own.
thread_local int depth = 0;

}  // namespace

AdoptScope::AdoptScope() { ++depth; }
AdoptScope::~AdoptScope() { --depth; }
bool AdoptScope::is_active() { return depth > 0; }

}  // namespace yardstick
