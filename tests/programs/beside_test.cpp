// Would catch: a process beside the measurement that starts before or outlives it, that gets
// another path than the database's, or whose failure nobody reads of; a stranger's snapshot that is
// laid at nobody's or at a writer's door.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tests/programs/bench_fixture.hpp"
#include "tests/programs/kept_database.hpp"
#include "tests/programs/program.hpp"

namespace walbench::programs {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

class BesideTest : public BenchFixture {
 protected:
  Outcome bench_beside(const std::string& command, const std::string& files = "4000") const {
    return bench({"--threads", "2", "--profile", "zero", "--strategy", "pooled-connection",
                  "--files", files, "--warmup", "0", "--beside", command});
  }
  json measured_beside() const { return only_json()["configurations"][0]["beside"]; }
};

TEST_F(BesideTest, ABackupOfTheShellsIsWhole) {
  const std::string copy = (scratch_ / "copy.db").string();
  const Outcome outcome = bench_beside("sqlite3 {db} \".timeout 60000\" \".backup " + copy + "\"");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  if (measured_beside()["stopped"] == true) GTEST_SKIP() << "the backup took longer than the run";
  ASSERT_EQ(measured_beside()["exit_code"], 0) << measured_beside();
  const KeptDatabase database(copy);
  EXPECT_EQ(database.files().size(), 4000U);
  EXPECT_EQ(database.integrity(), "ok");
}

TEST_F(BesideTest, AShellThatHoldsASnapshotIsNamedAsSomebodyOutside) {
  const Outcome outcome =
      bench_beside("(echo 'BEGIN; SELECT COUNT(*) FROM files;'; sleep 3600) | sqlite3 {db}");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(measured_beside()["stopped"], true);
  const json configuration = only_json()["configurations"][0];
  EXPECT_EQ(configuration["wal_keepers"][0]["who"], "outside") << configuration["wal_keepers"];
  EXPECT_THAT(outcome.out, HasSubstr("somebody outside of bench kept it"));
}

TEST_F(BesideTest, AFailureIsAWarning) {
  const Outcome outcome = bench_beside("echo first >&2; echo 'no such backup' >&2; exit 7");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(measured_beside()["exit_code"], 7);
  EXPECT_EQ(measured_beside()["last_error"], "no such backup");
  EXPECT_THAT(
      outcome.out,
      HasSubstr("the process beside it ended early, with exit code 7 and 'no such backup'"));
}

TEST_F(BesideTest, OneThatIgnoresItsEndIsKilled) {
  const Outcome outcome = bench_beside("trap '' TERM; while :; do sleep 0.1; done", "200");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(measured_beside()["stopped"], true);
  EXPECT_EQ(measured_beside()["signal"], 9);
  EXPECT_THAT(outcome.out, Not(HasSubstr("ended early")));
}

TEST_F(BesideTest, RunsOnceForEachMeasurement) {
  const std::string log = (scratch_ / "log").string();
  const Outcome outcome = bench({"--threads", "1,2", "--profile", "zero", "--files", "500",
                                 "--beside", "echo {db} >> " + log});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const std::string lines = read_file(log);
  EXPECT_EQ(std::ranges::count(lines, '\n'), 2) << lines;
  EXPECT_THAT(lines, HasSubstr(tmpdir().string()));
}

}  // namespace
}  // namespace walbench::programs
