#include "tools/bench/descriptor_limit.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>

namespace walbench::tools {
namespace {

// A connection holds the database and its -wal open. SQLite defers closing descriptors while
// another connection needs their locks, so that there may be as many again.
constexpr std::int64_t kDescriptorsPerConnection = 4;
constexpr std::int64_t kDescriptorsBesides = 64;

}  // namespace

std::optional<std::string> allow_open_connections(std::int64_t connections) {
  const auto needed =
      static_cast<rlim_t>(connections * kDescriptorsPerConnection + kDescriptorsBesides);
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= needed) return std::nullopt;
  const rlim_t before = limit.rlim_cur;
  limit.rlim_cur = std::min(needed, limit.rlim_max);
  if (setrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur >= needed) return std::nullopt;
  return fmt::format(
      "{} connections need about {} open files and this system allows {}; lower --threads, raise "
      "the limit (ulimit -n {}), or use --strategy shared-connection",
      connections, needed, std::max(before, limit.rlim_cur), needed);
}

}  // namespace walbench::tools
