// Would catch: an example that says something else than pgbench's language, or than SQL that both
// understand.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "tests/programs/program.hpp"

namespace walbench::programs {
namespace {

class Pgbench : public testing::TestWithParam<std::string> {};

TEST_P(Pgbench, RunsTheExampleAsItStands) {
  if (std::getenv("WALBENCH_POSTGRES") == nullptr) {
    GTEST_SKIP() << "needs a server: tools/dev postgres -- tools/dev test";
  }
  const std::filesystem::path examples =
      std::filesystem::path(WALBENCH_SOURCE_DIR) / "tools/bench/examples";
  const std::string script = (examples / GetParam()).string() + ".sql";
  const std::string setup = (examples / GetParam()).string() + ".setup.sql";
  // A schema of its own, which no other test sees.
  const std::string commands =
      "set -e\n"
      "name=walbench_test_$$\n"
      "pgbench=$(ls /usr/lib/postgresql/*/bin/pgbench | sort -V | tail -1)\n"
      "psql -qX -v ON_ERROR_STOP=1 \"$WALBENCH_POSTGRES\" -c \"CREATE SCHEMA $name\"\n"
      "export PGOPTIONS=\"-c search_path=$name -c client_min_messages=warning\"\n"
      "psql -qX -v ON_ERROR_STOP=1 \"$WALBENCH_POSTGRES\" -f '" +
      setup +
      "'\n"
      "\"$pgbench\" -n -M prepared -c 1 -t 20 -f '" +
      script +
      "' \"$WALBENCH_POSTGRES\"\n"
      "psql -qX \"$WALBENCH_POSTGRES\" -c \"DROP SCHEMA $name CASCADE\"\n";
  Program shell("/bin/sh", {"-c", commands}, {});
  const Outcome outcome = shell.wait();
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, testing::HasSubstr("actually processed: 20/20"));
}

INSTANTIATE_TEST_SUITE_P(Examples, Pgbench,
                         testing::Values("counter", "ingest", "job-queue", "session-store"),
                         [](const auto& example) {
                           std::string name = example.param;
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace walbench::programs
