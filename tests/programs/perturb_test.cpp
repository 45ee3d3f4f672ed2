// Silent bugs these tests would catch: a strategy that loses acknowledged writes on a schedule that
// a scheduler may choose; one that is called exposed and never loses; pauses in figures that are
// compared or merged with others.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <string>

#include "storage/wal_reset.hpp"
#include "tests/programs/bench_fixture.hpp"
#include "tests/programs/fixed_sqlite.hpp"

namespace walbench::programs {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;

const std::string kUsual = "--profile zero --synchronous off --quiet ";
/// Pauses on which what is exposed is caught: pooled connections nearly every time, group commit
/// one time in three.
const std::string kPooledPauses = " --threads 4 --files 3000 --wal-autocheckpoint 50 --perturb 1ms";
const std::string kGroupPauses = " --threads 8 --files 6000 --wal-autocheckpoint 50 --perturb 5ms";

struct PerturbedCase {
  std::string name;
  std::string arguments;
};

void PrintTo(const PerturbedCase& each, std::ostream* out) {
  *out << each.arguments;
}

class PerturbTest : public BenchFixture {
 protected:
  Outcome perturbed(const std::string& arguments, int seed) const {
    return bench(kUsual + (arguments + " --seed " + std::to_string(seed)));
  }
};

class ExposedTest : public PerturbTest, public testing::WithParamInterface<PerturbedCase> {};

INSTANTIATE_TEST_SUITE_P(
    Plans, ExposedTest,
    testing::Values(PerturbedCase{"GroupCommit",
                                  "--strategy group-commit --checkpoint background:passive "
                                  "--wal-cap 60" +
                                      kGroupPauses},
                    PerturbedCase{"PooledConnection",
                                  "--strategy pooled-connection" + kPooledPauses}),
    [](const auto& each) { return each.param.name; });

TEST_P(ExposedTest, IsCaughtWhereTheLibraryHasTheBug) {
  constexpr int kMostRuns = 40;
  const bool has_bug = storage::has_wal_reset_bug(sqlite3_libversion_number());
  for (int seed = 1; seed <= (has_bug ? kMostRuns : 3); ++seed) {
    const Outcome outcome = perturbed(GetParam().arguments, seed);
    if (outcome.exit_code == 0) continue;
    EXPECT_TRUE(has_bug) << outcome.err;
    EXPECT_EQ(outcome.exit_code, 3);
    EXPECT_THAT(outcome.err, HasSubstr("a suspect is the WAL-reset bug of SQLite " +
                                       std::string(sqlite3_libversion()) + ", which"));
    EXPECT_THAT(outcome.err, ContainsRegex("lost again in [0-9]+ of 10 repeats"));
    EXPECT_THAT(outcome.err, ContainsRegex("/bench/file_[0-9]+.txt|malformed")) << "which one";
    return;
  }
  EXPECT_FALSE(has_bug) << "nothing was lost in any of the runs";
}

TEST_P(ExposedTest, LosesNothingWithAFixedLibrary) {
  const Outcome fixed = fixed_sqlite();
  if (fixed.exit_code != 0) GTEST_SKIP() << "there is no fixed SQLite here: " << fixed.out;
  for (const int seed : {1, 2, 3}) {
    const Outcome outcome = perturbed(GetParam().arguments + " --library " + fixed.out, seed);
    if (outcome.err.find("built with a SQLite of its own") != std::string::npos) {
      GTEST_SKIP() << outcome.err;
    }
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  }
}

class NotExposedTest : public PerturbTest, public testing::WithParamInterface<PerturbedCase> {};

INSTANTIATE_TEST_SUITE_P(
    Plans, NotExposedTest,
    testing::Values(
        PerturbedCase{"GroupCommitAuto",
                      "--strategy group-commit --checkpoint auto" + kGroupPauses},
        PerturbedCase{
            "GroupCommitFull",
            "--strategy group-commit --checkpoint background:full --wal-cap 60" + kGroupPauses},
        PerturbedCase{"PooledConnectionFull",
                      "--strategy pooled-connection --checkpoint background:full --wal-cap 60" +
                          kPooledPauses},
        PerturbedCase{"FairQueue", "--strategy fair-queue" + kPooledPauses},
        PerturbedCase{"SharedConnection", "--strategy shared-connection" + kPooledPauses},
        PerturbedCase{"Batch", "--strategy batch" + kPooledPauses}),
    [](const auto& each) { return each.param.name; });

TEST_P(NotExposedTest, LosesNothing) {
  for (const int seed : {1, 2}) {
    const Outcome outcome = perturbed(GetParam().arguments, seed);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr("timings are not for comparing"));
  }
}

TEST_F(PerturbTest, FiguresAreNeverComparedOrMergedWithOthers) {
  const std::string before = (results() / "before").string();
  const std::string after = (results() / "after").string();
  const std::string few = kUsual + "--threads 4 --strategy fair-queue --files 50 --warmup 0 ";
  ASSERT_EQ(bench(few + ("--results " + before)).exit_code, 0);
  ASSERT_EQ(bench(few + ("--perturb 100us --results " + after)).exit_code, 0);
  const Outcome compared = run_report({"--compare", before, "--with", after});
  EXPECT_EQ(compared.exit_code, 3);
  EXPECT_THAT(compared.err, HasSubstr("made to pause"));
  const Outcome forced = run_report({"--compare", before, "--with", after, "--force"});
  EXPECT_EQ(forced.exit_code, 3);
  EXPECT_EQ(forced.out, "");
  EXPECT_THAT(forced.err, HasSubstr("not even with --force"));
  const Outcome merged = run_report({"--merge", (results() / "all/").string(), before, after});
  EXPECT_EQ(merged.exit_code, 3);
  EXPECT_THAT(merged.err, HasSubstr("perturb"));
}

TEST_F(PerturbTest, RefusesWhatWouldCompareItsTimings) {
  for (const char* const other : {"--mitigation batch", "--study", "--ceiling"}) {
    const Outcome outcome = bench(kUsual + "--perturb 1ms " + other);
    EXPECT_EQ(outcome.exit_code, 2) << other;
    EXPECT_THAT(outcome.err, HasSubstr("--perturb"));
  }
  EXPECT_EQ(bench(kUsual + "--perturb 0").exit_code, 2);
  expect_nothing_left_over();
}

}  // namespace
}  // namespace walbench::programs
