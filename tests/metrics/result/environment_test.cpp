// Silent bugs these tests would catch: runs of two machines, builds or disks compared as if they
// were of one; runs of one machine that never compare, because its load differs; figures from
// memory or from a debug build without a word about it.

#include "metrics/result/environment.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace walbench::metrics {
namespace {

using testing::HasSubstr;

using Change = std::function<void(Environment&)>;
using NamedChange = std::pair<const char*, Change>;

Environment fit() {
  Environment environment;
  environment.walbench_version = "0.1.0";
  environment.build_type = "Release";
  environment.compiler = "gcc 12";
  environment.kernel = "Linux 6.1";
  environment.cpu_model = "a CPU";
  environment.cpu_count = 2;
  environment.cpu_governor = "performance";
  environment.file_system = "ext4";
  environment.sqlite_version = "3.40.1";
  environment.sqlite_source_id = "2022-12-28";
  return environment;
}

/// What is said about `environment` beyond what this build says of itself.
std::vector<std::string> warnings_about(const Environment& environment) {
  std::vector<std::string> warnings = environment_warnings(environment);
  for (const std::string& of_this_build : environment_warnings(fit())) {
    std::erase(warnings, of_this_build);
  }
  return warnings;
}

TEST(EnvironmentDigest, IsEightHexDigits) {
  const std::string digest = environment_digest(fit());
  EXPECT_EQ(digest.size(), 8U);
  EXPECT_EQ(digest.find_first_not_of("0123456789abcdef"), std::string::npos) << digest;
  EXPECT_EQ(environment_digest(fit()), digest);
  EXPECT_EQ(environment_digest(Environment()).size(), 8U);
}

TEST(EnvironmentDigest, ChangesWithEverythingThatIdentifies) {
  const std::vector<NamedChange> changes = {
      {"walbench_version", [](Environment& each) { each.walbench_version = "0.2.0"; }},
      {"build_type", [](Environment& each) { each.build_type = "Debug"; }},
      {"compiler", [](Environment& each) { each.compiler = "clang 14"; }},
      {"kernel", [](Environment& each) { each.kernel = "Linux 6.2"; }},
      {"cpu_model", [](Environment& each) { each.cpu_model = "another CPU"; }},
      {"cpu_count", [](Environment& each) { each.cpu_count = 3; }},
      {"cpu_governor", [](Environment& each) { each.cpu_governor = "powersave"; }},
      {"file_system", [](Environment& each) { each.file_system = "xfs"; }},
      {"sqlite_source_id", [](Environment& each) { each.sqlite_source_id = "2023-02-21"; }},
      {"mount_options", [](Environment& each) { each.mount_options = "rw,nobarrier"; }},
      {"rotates", [](Environment& each) { each.rotates = "maybe"; }},
      {"onetbb_version", [](Environment& each) { each.onetbb_version = "2022.1"; }},
      {"sqlite_compile_options",
       [](Environment& each) { each.sqlite_compile_options = {"THREADSAFE=2"}; }},
  };
  std::set<std::string> digests = {environment_digest(fit())};
  for (const auto& [name, change] : changes) {
    Environment environment = fit();
    change(environment);
    EXPECT_TRUE(digests.insert(environment_digest(environment)).second) << name;
  }
}

TEST(EnvironmentDigest, ChangesWithTheVersionOfSqliteToo) {
  Environment environment = fit();
  environment.sqlite_version = "3.41.0";
  EXPECT_NE(environment_digest(environment), environment_digest(fit()));
}

TEST(EnvironmentDigest, DoesNotChangeWithLoadAndMeasuredCosts) {
  const std::vector<NamedChange> changes = {
      {"load_average_1min", [](Environment& each) { each.load_average_1min = 3.5; }},
      {"clock_resolution_ns", [](Environment& each) { each.self_cost.clock_resolution_ns = 41; }},
      {"clock_read_ns", [](Environment& each) { each.self_cost.clock_read_ns = 22; }},
      {"record_enqueue_ns", [](Environment& each) { each.self_cost.record_enqueue_ns = 8; }},
      {"sample_record_ns", [](Environment& each) { each.self_cost.sample_record_ns = 3; }},
  };
  for (const auto& [name, change] : changes) {
    Environment environment = fit();
    change(environment);
    EXPECT_EQ(environment_digest(environment), environment_digest(fit())) << name;
  }
}

TEST(EnvironmentDigest, TellsApartWhereOneFieldEndsAndTheNextBegins) {
  Environment one = fit();
  Environment other = fit();
  one.compiler = "gcc 1";
  one.kernel = "2";
  other.compiler = "gcc ";
  other.kernel = "12";
  EXPECT_NE(environment_digest(one), environment_digest(other));
}

TEST(EnvironmentWarnings, TellOfWhatDisturbsAMeasurement) {
  const auto only_warning = [](const std::function<void(Environment&)>& change) {
    Environment environment = fit();
    change(environment);
    const std::vector<std::string> warnings = warnings_about(environment);
    return warnings.size() == 1 ? warnings.front() : std::to_string(warnings.size()) + " warnings";
  };
  EXPECT_THAT(only_warning([](Environment& each) { each.cpu_governor = "powersave"; }),
              HasSubstr("cpupower"));
  EXPECT_THAT(only_warning([](Environment& each) {
                each.cpu_count = 2;
                each.load_average_1min = 1.1;
              }),
              HasSubstr("1.1 on 2 cores"));
  EXPECT_THAT(only_warning([](Environment& each) { each.self_cost.clock_resolution_ns = 101; }),
              HasSubstr("steps of 101 ns"));
}

TEST(EnvironmentWarnings, ALittleLoadAndAFineClockAreFine) {
  Environment environment = fit();
  environment.cpu_count = 2;
  environment.load_average_1min = 1;
  environment.self_cost.clock_resolution_ns = 100;
  environment.cpu_governor = "unknown";
  EXPECT_THAT(warnings_about(environment), testing::IsEmpty());
}

TEST(EnvironmentWarnings, FitSurroundingsGetNone) {
  EXPECT_TRUE(warnings_about(fit()).empty());
  Environment environment = fit();
  environment.build_type = "RelWithDebInfo";
  for (const char* const disk : {"ext4", "xfs", "btrfs", "overlay", "zfs", "unknown"}) {
    environment.file_system = disk;
    EXPECT_TRUE(warnings_about(environment).empty()) << disk;
  }
}

TEST(EnvironmentWarnings, MemoryAndNetworkFileSystemsAreNamedWithARemedy) {
  const auto warned_of = [](const std::string& file_system, const std::string& cause) {
    Environment environment = fit();
    environment.file_system = file_system;
    const std::vector<std::string> warnings = warnings_about(environment);
    return warnings.size() == 1 && warnings[0].find(file_system) != std::string::npos &&
           warnings[0].find(cause) != std::string::npos &&
           warnings[0].find("disk") != std::string::npos;
  };
  for (const char* const memory : {"tmpfs", "ramfs", "devtmpfs"}) {
    EXPECT_TRUE(warned_of(memory, "is memory")) << memory;
  }
  for (const char* const network :
       {"nfs", "nfs4", "cifs", "smb3", "9p", "ceph", "fuse.sshfs", "virtiofs", "drvfs",
        "fuse.grpcfuse", "fakeowner", "vboxsf", "lustre", "fuse.glusterfs", "fuse.rclone"}) {
    EXPECT_TRUE(warned_of(network, "network file system")) << network;
  }
}

TEST(EnvironmentWarnings, BuildsThatUsersDoNotRunAreNamed) {
  for (const char* const build : {"Debug", "x", "release"}) {
    Environment environment = fit();
    environment.build_type = build;
    const std::vector<std::string> warnings = warnings_about(environment);
    ASSERT_EQ(warnings.size(), 1U) << build;
    EXPECT_NE(warnings[0].find(std::string("a ") + build + " build"), std::string::npos);
    EXPECT_NE(warnings[0].find("release preset"), std::string::npos);
  }
}

// What CMake calls a build for which nobody chose a type.
TEST(EnvironmentWarnings, ABuildWithoutATypeIsToldInASentence) {
  Environment environment = fit();
  environment.build_type = "";
  const std::vector<std::string> warnings = warnings_about(environment);
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_EQ(warnings[0].find("  "), std::string::npos) << warnings[0];
}

TEST(EnvironmentWarnings, EachCauseHasItsOwn) {
  Environment environment = fit();
  environment.build_type = "Debug";
  environment.file_system = "tmpfs";
  EXPECT_EQ(warnings_about(environment).size(), 2U);
}

TEST(Environment, IsObserved) {
  const Environment environment = observe_environment();
  EXPECT_EQ(environment.walbench_version, walbench_version());
  EXPECT_FALSE(environment.walbench_version.empty());
  EXPECT_TRUE(environment.compiler.starts_with("gcc ") ||
              environment.compiler.starts_with("clang "))
      << environment.compiler;
  EXPECT_TRUE(environment.kernel.starts_with("Linux ")) << environment.kernel;
  EXPECT_FALSE(environment.cpu_model.empty());
  EXPECT_FALSE(environment.cpu_governor.empty());
  EXPECT_GE(environment.cpu_count, 1);
  EXPECT_GE(environment.load_average_1min, 0);
  EXPECT_TRUE(environment.file_system.empty() && environment.sqlite_version.empty())
      << "which the caller fills in";
}

}  // namespace
}  // namespace walbench::metrics
