#include <yardstick/random_draws.h>

namespace yardstick {
namespace {

// Here, in the shared library, so that host and plug-ins see the same one.
thread_local RandomDraws* innermost = nullptr;

}  // namespace

RandomDraws::~RandomDraws() = default;

DrawsScope::DrawsScope(RandomDraws& draws) : outer_(innermost) { innermost = &draws; }
DrawsScope::~DrawsScope() { innermost = outer_; }
RandomDraws* DrawsScope::current() noexcept { return innermost; }

}  // namespace yardstick
