// Would catch: a script that is refused after the run has begun, or without its place; somebody's
// database that is another one afterwards; executions that failed behind an exit code of 0; an
// example that does not run.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/programs/bench_fixture.hpp"
#include "tests/programs/lock_users.hpp"
#include "tests/programs/program.hpp"

namespace walbench::programs {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr const char* kJobs =
    "CREATE TABLE jobs(id INTEGER PRIMARY KEY, state TEXT, version INT);\n"
    "INSERT INTO jobs VALUES(1, 'new', 0), (2, 'new', 0);\n"
    "-- walbench: check SELECT count(*) = 2 FROM jobs\n";
constexpr const char* kClaim =
    "\\set id random(1, 2)\n"
    "SELECT version FROM jobs WHERE id = :id \\gset\n"
    "-- walbench: expect 1 else retry\n"
    "UPDATE jobs SET state = 'run', version = version + 1 WHERE id = :id AND version = :version;\n";

class ScriptsTest : public BenchFixture {
 protected:
  ScriptsTest() {
    write_file(scratch_ / "jobs.sql", kJobs);
    write_file(scratch_ / "claim.sql", kClaim);
  }
};

TEST_F(ScriptsTest, AScriptRunsOnItsTablesAndIsChecked) {
  const json result = measured(
      "-f claim.sql --setup jobs.sql -c 4 --iterations 300 --max-tries 0 --busy-timeout 20s");
  EXPECT_EQ(result["workload"], "claim");
  EXPECT_EQ(result["iterations"], 300);
  EXPECT_EQ(result["failed"], 0);
  EXPECT_EQ(result["verified_by"], "integrity+checks");
  EXPECT_EQ(result["strategy"], "pooled-connection");
  EXPECT_TRUE(result["verified"].get<bool>());
  EXPECT_THAT(names_in(tmpdir()), IsEmpty());
}

TEST_F(ScriptsTest, EachBuiltInScriptAndExampleRuns) {
  for (const std::string name : {"tpcb-like", "simple-update", "select-only", "tpcb-like@1 -S",
                                 "job-queue", "session-store", "counter", "ingest"}) {
    SCOPED_TRACE(name);
    const json result =
        measured("-c 2 --iterations 60 --quiet --max-tries 0 --busy-timeout 20s -b " + name);
    EXPECT_EQ(result["iterations"], 60);
    EXPECT_TRUE(result["verified"].get<bool>());
  }
}

TEST_F(ScriptsTest, WhatIsWrongInAScriptIsNamedBeforeTheRun) {
  write_file(scratch_ / "broken.sql", "\\set a randum(1, 2)\nSELECT :b;\n\\sleep 5 h\n");
  const Outcome broken = bench("-f broken.sql --setup jobs.sql -T 1");
  EXPECT_EQ(broken.exit_code, 2);
  EXPECT_THAT(broken.err, AllOf(HasSubstr("broken.sql:1:"), HasSubstr("broken.sql:2:"),
                                HasSubstr("broken.sql:3:")));
  const Outcome no_table = bench("-f claim.sql -T 1");
  EXPECT_EQ(no_table.exit_code, 2);
  EXPECT_THAT(no_table.err, StartsWith("claim.sql:2:1: no such table: jobs\n"));
  for (const auto& [arguments, says] : std::vector<std::pair<std::string, std::string>>{
           {"-f missing.sql", "there is no file 'missing.sql'"},
           {"-f claim.sql --files 5", "write --iterations"},
           {"-f claim.sql --ceiling", "depends on what it draws"},
           {"-f claim.sql --profile zero", "pauses with \\sleep"},
           {"-f claim.sql --study", "--fail-if"},
           {"-f claim.sql --guard version", "a script has its own"},
           {"-f claim.sql --strategy batch", "may undo its own"},
           {"-f claim.sql --setup jobs.sql --strategy group-commit", "claim.sql:2 reads outside"},
           {"-b tpcb-like -t 100", "--iterations"},
           {"-b tpcb-like -j 2", "-c says how many"},
           {"-b tpcb-like -C", "--connection per-file"},
           {"--setup jobs.sql", "name one with --script"}}) {
    SCOPED_TRACE(arguments);
    const Outcome refused = bench(arguments);
    EXPECT_EQ(refused.exit_code, 2);
    EXPECT_THAT(refused.err, HasSubstr(says));
  }
  expect_nothing_left_over();
}

TEST_F(ScriptsTest, SomebodysDatabaseStaysAsItIs) {
  make_database(scratch_ / "theirs.db", "wal");
  const std::string before = read_file(scratch_ / "theirs.db");
  const json result = measured("-f claim.sql --setup jobs.sql --db theirs.db -c 2 -T 200ms");
  EXPECT_GT(result["iterations"].get<int>(), 0);
  EXPECT_EQ(read_file(scratch_ / "theirs.db"), before);
  EXPECT_THAT(names_in(tmpdir()), IsEmpty());
  const Outcome missing = bench("-f claim.sql --db nobodys.db -T 1");
  EXPECT_EQ(missing.exit_code, 2);
  EXPECT_THAT(missing.err, HasSubstr("nobodys.db"));
}

TEST_F(ScriptsTest, ExecutionsThatFailAreInTheExitCode) {
  write_file(scratch_ / "fails.sql", "-- walbench: expect 5\nUPDATE jobs SET state = 'run';\n");
  const Outcome failed = bench("-f fails.sql --setup jobs.sql -c 1 --iterations 10");
  EXPECT_EQ(failed.exit_code, 1);
  EXPECT_THAT(failed.err, HasSubstr("10 executions failed, the first for: fails.sql:2"));
  EXPECT_EQ(only_json()["configurations"][0]["given_up"]["failed"], 10);

  // Lost races are results, unless somebody sets a limit.
  write_file(scratch_ / "lost.sql",
             "-- walbench: expect 1 else conflict\nUPDATE jobs SET state = 'run' WHERE id = 9;\n");
  EXPECT_EQ(bench("-f lost.sql --setup jobs.sql -c 1 --iterations 10").exit_code, 0);
  EXPECT_EQ(bench({"-f", "lost.sql", "--setup", "jobs.sql", "-c", "1", "--iterations", "10",
                   "--fail-if", "failed>0.1%"})
                .exit_code,
            1);
}

TEST_F(ScriptsTest, SigintLeavesNothingBehind) {
  Program program(bench_path(),
                  {"-f", "claim.sql", "--setup", "jobs.sql", "-T", "600", "--progress", "always"},
                  options());
  ASSERT_TRUE(program.wait_for_error_text("c=10 claim"));
  program.send_signal(SIGINT);
  EXPECT_EQ(program.wait().exit_code, 130);
  EXPECT_THAT(names_in(tmpdir()), IsEmpty());
}

}  // namespace
}  // namespace walbench::programs
