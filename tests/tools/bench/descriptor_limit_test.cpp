// Silent bug these tests would catch: a run of many connections that fails in its middle with "too
// many open files", although the system would have allowed them.

#include "tools/bench/descriptor_limit.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <string>

namespace walbench::tools {
namespace {

/// Whether `check` holds in a process of its own with these limits on open files.
bool holds_with_limits(rlim_t soft, rlim_t hard, const std::function<bool()>& check) {
  const pid_t child = ::fork();
  if (child == 0) {
    const rlimit limit{soft, hard};
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) ::_exit(2);
    ::_exit(check() ? 0 : 1);
  }
  int status = -1;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

rlim_t soft_limit() {
  rlimit limit{};
  return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 0;
}

// A connection needs 4, and 64 are for everything else.

TEST(DescriptorLimit, IsLeftAloneWhereItIsEnough) {
  EXPECT_TRUE(holds_with_limits(
      200, 300, [] { return !allow_open_connections(10).has_value() && soft_limit() == 200; }));
  EXPECT_TRUE(holds_with_limits(104, 300, [] {
    return !allow_open_connections(10).has_value() && soft_limit() == 104;
  })) << "exactly enough";
}

TEST(DescriptorLimit, IsRaisedAsFarAsNeeded) {
  EXPECT_TRUE(holds_with_limits(
      103, 300, [] { return !allow_open_connections(10).has_value() && soft_limit() == 104; }));
  EXPECT_TRUE(holds_with_limits(64, 264, [] {
    return !allow_open_connections(50).has_value() && soft_limit() == 264;
  })) << "exactly to the hard limit";
}

TEST(DescriptorLimit, SaysWhatToDoWhereTheSystemDoesNotAllowIt) {
  EXPECT_TRUE(holds_with_limits(64, 263, [] {
    return allow_open_connections(50) ==
           "50 connections need about 264 open files and this system allows 263; lower --threads, "
           "raise the limit (ulimit -n 264), or use --strategy shared-connection";
  }));
}

}  // namespace
}  // namespace walbench::tools
