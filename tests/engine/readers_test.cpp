// Silent bugs these tests would catch: readers that are counted as writers, or stop before the last
// writer has ended; a read that was cut short and told as if it had ended, or not at all; readers
// that group commit, or scripts, do without; a reader that nobody hears of when it fails.

#include "engine/readers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "tests/engine/sqlite_measurement.hpp"

namespace walbench::engine {
namespace {

using metrics::ConfigurationResult;
using metrics::Segment;
using metrics::Stream;
using std::chrono::milliseconds;
using testing::IsEmpty;
using testing::Not;

class ReadersBeside : public SqliteMeasurement {
 protected:
  ReadersBeside() {
    plan_.threads = 2;
    plan_.files = 200;
    plan_.readers = 2;
  }
  void use_scripts(const std::vector<std::string>& texts) {
    run_scripts(texts, "CREATE TABLE t(v INT); CREATE TABLE u(v INT)");
  }
  static std::int64_t samples(const ConfigurationResult& result, std::string_view stream,
                              Segment segment) {
    const Stream* const found = result.find_stream(stream);
    const metrics::Histogram* const of = found == nullptr ? nullptr : found->find(segment);
    return of == nullptr ? 0 : of->total_count();
  }
};

TEST_F(ReadersBeside, HaveEachBegunBeforeTheFirstWrite) {
  plan_.readers = 3;
  plan_.files = 1;
  plan_.hold_snapshot = std::chrono::hours(1);
  EXPECT_EQ(samples(measure(), "readers.unfinished", Segment::snapshot_age), 3);
}

TEST_F(ReadersBeside, AreWaitedForAlsoIfTheyNeedNoSnapshot) {
  use_scripts({"INSERT INTO t VALUES(1);", "SELECT 1;"});
  plan_.files = 1;
  EXPECT_GE(samples(measure(), "readers", Segment::read), 2);
}

class BesideEachStrategy : public ReadersBeside,
                           public testing::WithParamInterface<std::string_view> {};

TEST_P(BesideEachStrategy, ReadInARoleOfTheirOwn) {
  use(GetParam());
  const ConfigurationResult result = measure();
  EXPECT_TRUE(result.verified);
  EXPECT_EQ(result.main.find(Segment::total_wall)->total_count(), 200);
  EXPECT_EQ(result.main.find(Segment::read), nullptr) << "the writers read nothing";
  for (const Segment each : {Segment::read, Segment::snapshot_age}) {
    EXPECT_GT(samples(result, "readers", each) + samples(result, "readers.unfinished", each), 0);
  }
  for (const Stream* const stream : result.streams()) {
    EXPECT_TRUE(stream->conserved()) << stream->id.outcome;
  }
}

INSTANTIATE_TEST_SUITE_P(Strategies, BesideEachStrategy,
                         testing::Values("per-file", "pooled-connection", "shared-connection",
                                         "fair-queue", "batch", "group-commit"),
                         [](const auto& strategy) {
                           std::string name(strategy.param);
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

TEST_F(ReadersBeside, TellWhatWasCutShortApart) {
  plan_.hold_snapshot = std::chrono::hours(1);
  const ConfigurationResult result = measure();
  EXPECT_EQ(samples(result, "readers", Segment::read), 0) << "none has ended";
  EXPECT_EQ(samples(result, "readers.unfinished", Segment::read), 2);
  EXPECT_EQ(samples(result, "readers.unfinished", Segment::snapshot_age), 2);
  EXPECT_LE(result.find_stream("readers.unfinished")->find(Segment::snapshot_age)->max(),
            result.elapsed_ns * 10);
}

TEST_F(ReadersBeside, KeepTheWalAndAreNamed) {
  plan_.files = 2000;
  plan_.readers = 1;
  plan_.hold_snapshot = std::chrono::hours(1);
  const ConfigurationResult result = measure();
  ASSERT_TRUE(result.reuse);
  ASSERT_THAT(result.reuse->keepers, Not(IsEmpty()));
  EXPECT_EQ(result.reuse->keepers[0].who, "reader 1");
  EXPECT_EQ(result.reuse->restarts, 0);
  EXPECT_GT(result.reuse->frames_most, 1000);
  EXPECT_LE(result.reuse->frames_most, result.wal.frames);
  EXPECT_LE(result.reuse->keepers[0].longest_ns, result.elapsed_ns * 10);
}

TEST_F(ReadersBeside, RunTheScriptsThatOnlyRead) {
  use_scripts({"INSERT INTO t VALUES(1);", "SELECT COUNT(*) FROM t;",
               "-- walbench: read-only\nBEGIN; SELECT COUNT(*) FROM u; END;"});
  const ConfigurationResult result = measure();
  EXPECT_EQ(result.iterations, 200) << "writers run no script of the readers'";
  EXPECT_EQ(result.writes, 200);
  EXPECT_EQ(result.main.find(Segment::read), nullptr);
  EXPECT_GT(samples(result, "readers", Segment::read) +
                samples(result, "readers.unfinished", Segment::read),
            0);
  EXPECT_EQ(
      samples(result, "readers.b", Segment::read) + samples(result, "readers.c", Segment::read),
      samples(result, "readers", Segment::read));
  EXPECT_EQ(result.find_stream("readers.a"), nullptr);
}

TEST_F(ReadersBeside, NeedScriptsForBothRoles) {
  const auto refusal = [this](const std::vector<std::string>& texts) {
    use_scripts(texts);
    return refusal_of_readers(plan_.scripts->set);
  };
  EXPECT_THAT(refusal({"INSERT INTO t VALUES(1);"}),
              testing::HasSubstr("a script that reads only"));
  EXPECT_THAT(refusal({"SELECT 1;"}), testing::HasSubstr("nobody would write"));
  EXPECT_EQ(refusal({"SELECT 1;", "INSERT INTO t VALUES(1);"}), "");
}

TEST_F(ReadersBeside, EndTheMeasurementIfOneFails) {
  use_scripts({"INSERT INTO t VALUES(1);", "SELECT COUNT(*) FROM nowhere;"});
  EXPECT_THROW(measure(), RunFailed);
}

}  // namespace
}  // namespace walbench::engine
