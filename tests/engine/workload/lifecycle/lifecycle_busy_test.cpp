// Silent bugs these tests would catch: a lifecycle that goes on, or is counted as done, although
// its write was refused; tries that repeat an acknowledged write, or another version; waits for a
// lock that was never had and that no segment has; verification that takes a row for right although
// it is ahead of what was acknowledged, or behind.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/workload/lifecycle/lifecycle.hpp"
#include "engine/workload/lifecycle/row_check.hpp"
#include "tests/support/fake_database.hpp"
#include "tests/support/lifecycle_writes.hpp"
#include "tests/support/manual_clock.hpp"

namespace walbench::engine {
namespace {

using metrics::Segment;
using std::chrono::nanoseconds;
using storage::ErrorKind;
using storage::StorageError;
using test_support::FakeBehaviour;
using test_support::FakeSession;
using test_support::ManualClock;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::int64_t kStepNs = 10;
constexpr std::int64_t kRefusalNs = 7'000;
constexpr std::int64_t kSleptNs = 6'000;
constexpr std::int64_t kWriteNs = 500;
constexpr std::int64_t kDelayNs = 40'000;
const std::string path = bench_file_path(7);

/// A lifecycle of which some tries of some writes are refused.
class BusyLifecycle : public testing::Test {
 protected:
  BusyLifecycle() {
    behaviour_.write_timings = {.lock_wait_ns = 300, .commit_ns = 200, .db_total_ns = kWriteNs};
    behaviour_.on_write = [this](const storage::TransitionWrite& write) {
      if (refusals_ > 0 && write.version == refused_version_) {
        --refusals_;
        clock_.advance(nanoseconds(kRefusalNs));
        StorageError refusal("the database is locked", kind_);
        refusal.set_slept_ns(slept_ns_);
        throw refusal;
      }
      clock_.advance(nanoseconds(kWriteNs));
    };
  }

  void run() {
    const MockApi api(clock_, api_, {});
    const std::stop_token end = stop_.get_token();
    IterationContext context{session_, clock_};
    context.end = &end;
    run_lifecycle(path, storage::GuardAxis::where, context, api, outcome_,
                  {.retry = retry_, .left_at = &left_at_})
        .run();
  }

  std::vector<std::string> writes() const {
    std::vector<std::string> writes;
    for (const std::string& line : behaviour_.script.lines()) {
      writes.push_back(line.substr(line.rfind(' ') + 1));
    }
    return writes;
  }
  std::int64_t ns(Segment segment) const { return outcome_.record.value_ns(segment); }

  ManualClock clock_{nanoseconds(kStepNs)};
  FakeBehaviour behaviour_;
  FakeSession session_{behaviour_};
  std::stop_source stop_;
  ApiBehaviour api_;
  std::int64_t refused_version_ = 1;
  std::int64_t refusals_ = 1;
  std::int64_t slept_ns_ = kSleptNs;
  ErrorKind kind_ = ErrorKind::busy;
  RetryPlan retry_;
  LeftAt left_at_;
  IterationOutcome outcome_;
};

TEST_F(BusyLifecycle, IsGivenUpWhereItWasAndCounted) {
  run();
  EXPECT_THAT(writes(), ElementsAre("v0", "v1"));
  EXPECT_EQ(outcome_.ended, storage::Outcome::busy);
  EXPECT_EQ(outcome_.counts.writes, 1);
  EXPECT_EQ(left_at_.version(), 1);
  EXPECT_EQ(outcome_.tries, 1);
  const auto statement = static_cast<std::size_t>(LifecycleEvent::complete_upload);
  EXPECT_THAT(outcome_.failures, ElementsAre(StatementFailure{statement, storage::Outcome::busy,
                                                              true, kRefusalNs + kStepNs}));
}

TEST_F(BusyLifecycle, WithoutASleepItWasRefusedAtOnce) {
  slept_ns_ = 0;
  run();
  EXPECT_FALSE(outcome_.failures.at(0).slept);
}

TEST_F(BusyLifecycle, RepeatsTheWholeTransactionAsOftenAsItMay) {
  retry_.max_tries = 3;
  refusals_ = 2;
  run();
  EXPECT_THAT(writes(), ElementsAre("v0", "v1", "v1", "v1", "v2"));
  EXPECT_EQ(outcome_.ended, storage::Outcome::committed);
  EXPECT_EQ(outcome_.tries, 3);
  EXPECT_EQ(outcome_.failures.size(), 2U);
  EXPECT_EQ(outcome_.counts.writes, 3);
  EXPECT_FALSE(left_at_.version());
  EXPECT_EQ(outcome_.record.stream(), kCommittedStream);
}

TEST_F(BusyLifecycle, IsGivenUpAfterItsLastTry) {
  retry_.max_tries = 3;
  refusals_ = 3;
  run();
  EXPECT_THAT(writes(), ElementsAre("v0", "v1", "v1", "v1"));
  EXPECT_EQ(outcome_.ended, storage::Outcome::busy);
  EXPECT_EQ(outcome_.tries, 3);
  EXPECT_EQ(left_at_.version(), 1);
}

TEST_F(BusyLifecycle, TriesOfOneWriteDoNotCountForTheNext) {
  retry_.max_tries = 2;
  const auto refuse = behaviour_.on_write;
  behaviour_.on_write = [&, last = std::int64_t{-1}](const auto& write) mutable {
    if (write.version != last) {
      last = write.version;
      refused_version_ = write.version;
      refusals_ = 1;
    }
    refuse(write);
  };
  run();
  EXPECT_THAT(writes(), ElementsAre("v0", "v0", "v1", "v1", "v2", "v2"));
  EXPECT_EQ(outcome_.ended, storage::Outcome::committed);
  EXPECT_EQ(outcome_.tries, 2);
}

TEST_F(BusyLifecycle, RefusedTriesAndPausesAreWaitsForTheLock) {
  retry_ = {.max_tries = 0, .delay = nanoseconds(kDelayNs)};
  refusals_ = 4;
  run();
  EXPECT_EQ(clock_.sleeps().size(), 4U);
  const std::int64_t waited_ns = 4 * (kRefusalNs + kDelayNs);
  EXPECT_GE(ns(Segment::lock_wait), waited_ns + 3 * 300);
  EXPECT_LE(ns(Segment::lock_wait), waited_ns + 3 * 300 + 4 * 4 * kStepNs);
  EXPECT_EQ(ns(Segment::busy_wait), 4 * kSleptNs);
  EXPECT_EQ(outcome_.counts.lock_wait_longest_ns, ns(Segment::lock_wait) - 2 * 300);
  EXPECT_EQ(ns(Segment::fsm_hydrate) + ns(Segment::fsm_dispatch) + ns(Segment::db_total) +
                ns(Segment::other),
            ns(Segment::fsm_net));
  EXPECT_LE(ns(Segment::other), 10 * kStepNs) << "everything has a name";
}

TEST_F(BusyLifecycle, GivenUpItsTimesAddUpInAStreamOfTheirOwn) {
  run();
  EXPECT_EQ(outcome_.record.stream(), kBusyStream);
  EXPECT_EQ(ns(Segment::fsm_hydrate) + ns(Segment::fsm_dispatch) + ns(Segment::db_total) +
                ns(Segment::other),
            ns(Segment::fsm_net));
  EXPECT_EQ(ns(Segment::fsm_net), ns(Segment::total_wall) - ns(Segment::mock_api));
  EXPECT_EQ(ns(Segment::lock_wait), 300 + kRefusalNs + kStepNs);
  EXPECT_EQ(outcome_.counts.lock_wait_longest_ns, kRefusalNs + kStepNs);
}

TEST_F(BusyLifecycle, SamplesOfItsFailedAttemptsGoWithIt) {
  api_.fail_rate = 0.5;
  for (api_.seed = 0; MockApi(clock_, api_, {}).fate(path).upload_failures == 0; ++api_.seed) {
  }
  refused_version_ = 3;  // the first write of the second attempt
  run();
  EXPECT_EQ(left_at_.version(), 3);
  ASSERT_EQ(outcome_.further_records.size(), 1U);
  EXPECT_EQ(outcome_.further_records.front().stream(), kBusyStream);
}

TEST_F(BusyLifecycle, AnythingElseThatIsRefusedEndsTheRun) {
  kind_ = ErrorKind::full;
  EXPECT_THROW(run(), StorageError);
  EXPECT_FALSE(left_at_.version());
  EXPECT_THAT(outcome_.failures, IsEmpty());
}

TEST_F(BusyLifecycle, ARowThatMovedOnIsALossAndNoOutcome) {
  behaviour_.on_write = [](const auto&) { throw storage::OccConflict("0 rows"); };
  EXPECT_THROW(run(), storage::OccConflict);
}

TEST_F(BusyLifecycle, AStopEndsTries) {
  retry_.max_tries = 0;
  refusals_ = 1'000'000;
  const auto refuse = behaviour_.on_write;
  behaviour_.on_write = [&, tries = 0](const auto& write) mutable {
    if (++tries == 20) stop_.request_stop();
    refuse(write);
  };
  EXPECT_THROW(run(), storage::WriteCancelled);
  EXPECT_EQ(writes().size(), 20U);
}

// ---- what a row must hold then

/// Rows as verification reads them.
class LeftRows : public testing::Test {
 protected:
  /// The row after that many writes, as RowAfter has it, in the order of the query's columns.
  std::vector<storage::Value> row_after(std::int64_t writes) {
    expected_ = RowAfter::of(path, writes, api_);
    hash_ = bench_content_hash(kSeed, 7);
    std::vector<storage::Value> row = {std::int64_t{8}, std::string_view(path),
                                       std::string_view(hash_), state_name(expected_.state),
                                       expected_.version};
    for (const ColumnWrite& column : expected_.columns) {
      switch (column.holds) {
        case Holds::nothing: row.emplace_back(); break;
        case Holds::now: row.emplace_back(std::string_view("2026-01-01T00:00:00.000000")); break;
        case Holds::remote_file_id: row.emplace_back(std::string_view(uploaded_.name)); break;
        case Holds::remote_file_uri: row.emplace_back(std::string_view(uploaded_.uri)); break;
        case Holds::store_doc_id: row.emplace_back(std::string_view(document_)); break;
        case Holds::error_message:
          row.emplace_back(std::string_view(expected_.error_message));
          break;
      }
    }
    return row;
  }
  Verification checked(std::span<const storage::Value> row) {
    Verification found;
    RowCheck(kSeed, api_, left_at_)(row, found);
    return found;
  }

  static constexpr std::uint64_t kSeed = 5;
  ManualClock clock_;
  MockApi api_{clock_, {.delay = {}, .fail_rate = 0.5, .seed = 3}, {}};
  UploadedFile uploaded_ = MockApi::uploaded_file(path);
  std::string document_ = MockApi::document_id(uploaded_.name);
  std::vector<LeftAt> left_at_ = std::vector<LeftAt>(8);
  RowAfter expected_;
  std::string hash_;
};

TEST_F(LeftRows, AreRightExactlyAtTheVersionThatWasAcknowledged) {
  const std::int64_t last = final_version(api_.fate(path));
  ASSERT_GT(last, 3) << "nothing fails with that seed";
  for (std::int64_t left = 0; left < last; ++left) {
    left_at_[7].set(left);
    for (std::int64_t writes = 0; writes <= last; ++writes) {
      const std::vector<storage::Value> row = row_after(writes);
      const Verification found = checked(row);
      EXPECT_EQ(found.rows_right, writes == left ? 1 : 0) << left << " " << writes;
      EXPECT_EQ(found.rows_finished, writes == last ? 1 : 0);
    }
  }
}

TEST_F(LeftRows, EachColumnCounts) {
  const std::int64_t last = final_version(api_.fate(path));
  for (std::int64_t left = 0; left < last; ++left) {
    left_at_[7].set(left);
    for (std::size_t column = 1; column < row_after(left).size(); ++column) {
      std::vector<storage::Value> row = row_after(left);
      const bool empty = std::holds_alternative<std::monostate>(row[column]);
      row[column] = empty ? storage::Value(std::string_view("x")) : storage::Value();
      EXPECT_EQ(checked(row).rows_right, 0) << left << " " << column;
    }
  }
}

TEST_F(LeftRows, AFileThatWasNotGivenUpMustBeIndexed) {
  const std::int64_t last = final_version(api_.fate(path));
  EXPECT_EQ(checked(row_after(last)).rows_right, 1);
  EXPECT_EQ(checked(row_after(last - 1)).rows_right, 0);
}

}  // namespace
}  // namespace walbench::engine
