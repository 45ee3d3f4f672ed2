// Would catch: a reader that keeps the WAL and that the report does not name, or names with another
// time or other frames than the files have; read latencies that reach no table, file or page.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/programs/bench_fixture.hpp"
#include "tests/programs/program.hpp"

namespace walbench::programs {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::Contains;
using testing::EndsWith;
using testing::HasSubstr;

class ReadersTest : public BenchFixture {
 protected:
  /// Until the WAL has some thousand frames.
  static constexpr const char* kFiles = "2000";

  test_support::Arguments run(const std::string& hold) const {
    return {"--threads",       "2",    "--profile", "zero", "--strategy", "pooled-connection",
            "--files",         kFiles, "--warmup",  "0",    "--readers",  "1",
            "--hold-snapshot", hold};
  }
};

TEST_F(ReadersTest, ReportNamesTheReaderItsTimeAndTheFrames) {
  const Outcome outcome = bench(run("1h"));
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const json measured = only_json()["configurations"][0];
  ASSERT_EQ(measured["wal_keepers"][0]["who"], "reader 1");
  const double held_s = measured["wal_keepers"][0]["longest_ns"].get<double>() / 1e9;
  const double elapsed_s = measured["elapsed_seconds"].get<double>();
  EXPECT_GT(held_s, elapsed_s / 10) << "it held from the start to the end";
  EXPECT_LT(held_s, elapsed_s * 10);
  const auto frames = measured["wal_frames_kept"].get<std::int64_t>();
  const auto written = measured["wal_frames"].get<std::int64_t>();
  EXPECT_GT(frames, written / 10);
  EXPECT_LE(frames, written);

  EXPECT_THAT(outcome.out, AllOf(HasSubstr("The WAL could start over 0 times and could not "),
                                 HasSubstr("reader 1 kept it"), HasSubstr("Try shorter read")));
  const Outcome told = run_report(hgrm_files());
  EXPECT_THAT(told.out, HasSubstr("reader 1 kept it"));
  EXPECT_THAT(hgrm_files(), Contains(HasSubstr(".readers.unfinished.snapshot_age")));
}

TEST_F(ReadersTest, ReadLatencyIsInTablesAndFiles) {
  const Outcome outcome = bench(run("1ms"));
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("Segments of readers, ms"), HasSubstr("snapshot_age")));
  EXPECT_THAT(hgrm_files(), AllOf(Contains(HasSubstr(".readers.read")),
                                  Contains(HasSubstr(".readers.snapshot_age"))));
  const json planned = only_json()["configurations"][0];
  EXPECT_EQ(planned["readers"], 1);
  EXPECT_EQ(planned["hold_snapshot_ns"], 1'000'000);
}

TEST_F(ReadersTest, AHoldWithoutReadersIsRefused) {
  const Outcome outcome = bench({"--hold-snapshot", "1s"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("--hold-snapshot"));
}

}  // namespace
}  // namespace walbench::programs
