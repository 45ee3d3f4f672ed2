// Silent bugs these tests would catch: an interval counted twice or left out, so that the parts no
// longer add up to the whole and the bottleneck is named wrongly; a write asked for with the wrong
// version or answers; a failed write after which the lifecycle goes on; a frame that leaks.

#include "engine/workload/lifecycle/lifecycle.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/lifecycle_writes.hpp"
#include "tests/support/manual_clock.hpp"

namespace walbench::engine {
namespace {

using metrics::Segment;
using metrics::TimingRecord;
using std::chrono::nanoseconds;
using storage::WriteTimings;
using test_support::ManualClock;

constexpr std::int64_t kStepNs = 10;
constexpr std::int64_t kApiDelayNs = 5'000'000;

/// A write as it was asked for; owns what the request only borrows.
struct AskedWrite {
  std::string file_path;
  LifecycleState from;
  LifecycleState to;
  std::int64_t version;
  std::string remote_file_id;
  std::string remote_file_uri;
  std::string store_doc_id;
  std::string error_message;
};

/// How long a write takes, and what the store says about it.
struct ScriptedWrite {
  std::int64_t takes_ns;
  WriteTimings timings;
};

// Every number is another sum, so that no two segments can be mistaken for each other.
const std::vector<ScriptedWrite> three_writes = {
    {1'003,
     {.lock_wait_ns = 700,
      .pool_wait_ns = 20,
      .queue_wait_ns = 50,
      .busy_wait_ns = 600,
      .statement_ns = 100,
      .commit_ns = 200,
      .checkpoint_wait_ns = 30,
      .sync_wait_ns = 70,
      .db_total_ns = 1'000}},
    {60'005,
     {.lock_wait_ns = 51'000,
      .pool_wait_ns = 0,
      .queue_wait_ns = 1'300,
      .busy_wait_ns = 9'000,
      .statement_ns = 4'000,
      .commit_ns = 5'000,
      .checkpoint_wait_ns = 0,
      .sync_wait_ns = 2'100,
      .db_total_ns = 60'000}},
    {261'007,
     {.lock_wait_ns = 11'000,
      .pool_wait_ns = 400,
      .queue_wait_ns = 4'000,
      .busy_wait_ns = 0,
      .statement_ns = 90'000,
      .commit_ns = 160'000,
      .checkpoint_wait_ns = 60'000,
      .sync_wait_ns = 80'000,
      .db_total_ns = 261'000}},
};
constexpr std::int64_t kLockWaitNs = 700 + 51'000 + 11'000;
constexpr std::int64_t kPoolWaitNs = 20 + 400;
constexpr std::int64_t kQueueWaitNs = 50 + 1'300 + 4'000;
constexpr std::int64_t kBusyWaitNs = 600 + 9'000;
constexpr std::int64_t kStatementNs = 100 + 4'000 + 90'000;
constexpr std::int64_t kCommitNs = 200 + 5'000 + 160'000;
constexpr std::int64_t kCheckpointWaitNs = 30 + 60'000;
constexpr std::int64_t kSyncWaitNs = 70 + 2'100 + 80'000;
constexpr std::int64_t kDbTotalNs = 1'000 + 60'000 + 261'000;
constexpr std::int64_t kWritesTakeNs = 1'003 + 60'005 + 261'007;

/// Plays the script by the manual clock; the write numbered `fails_at` throws.
class ScriptedSession final : public storage::Session {
 public:
  ScriptedSession(const ManualClock& clock, bool statement_apart)
      : clock_(clock), statement_apart_(statement_apart) {}

  storage::PendingWrite apply(const storage::Transaction& transaction) override {
    const storage::TransitionWrite write = storage::decode(transaction);
    asked_.push_back({std::string(write.file_path), write.from, write.to, write.version,
                      std::string(write.remote_file_id), std::string(write.remote_file_uri),
                      std::string(write.store_doc_id), std::string(write.error_message)});
    if (fails_at == asked_.size()) throw storage::OccConflict("OCC conflict");
    const ScriptedWrite& scripted = three_writes.at(asked_.size() - 1);
    clock_.advance(nanoseconds(scripted.takes_ns));
    WriteTimings timings = scripted.timings;
    if (!statement_apart_) {
      timings.lock_wait_ns += timings.statement_ns;
      timings.statement_ns = 0;
    }
    timings.committed = asked_.size() != uncommitted;
    return storage::PendingWrite(timings);
  }
  bool times_statement_apart() const override { return statement_apart_; }
  bool has_queue() const override { return queue; }
  bool has_pool() const override { return pool; }
  std::optional<storage::ConnectTimings> close() override { return std::nullopt; }

  const std::vector<AskedWrite>& asked() const { return asked_; }

  bool queue = false;
  bool pool = false;
  std::size_t fails_at = 0;
  std::size_t uncommitted = 0;  ///< the number of the write that a later one commits

 private:
  const ManualClock& clock_;
  bool statement_apart_;
  std::vector<AskedWrite> asked_;
};

/// One lifecycle under a clock of which each reading takes kStepNs.
class Lifecycle : public testing::TestWithParam<bool> {
 protected:
  Task task(std::string path = "/bench/file_0007.txt") {
    return run_lifecycle(std::move(path), storage::GuardAxis::where, {session_, clock_}, api_,
                         outcome_);
  }
  void run() { task().run(); }
  std::int64_t ns(Segment segment) const { return record_.value_ns(segment); }

  ManualClock clock_{nanoseconds(kStepNs)};
  std::stop_source stop_;
  MockApi api_{clock_, {.delay = ApiDelay(nanoseconds(kApiDelayNs))}, stop_.get_token()};
  ScriptedSession session_{clock_, GetParam()};
  IterationOutcome outcome_;
  const TimingRecord& record_ = outcome_.record;
};

TEST_P(Lifecycle, EverySegmentIsExactlyWhatItIsDefinedAs) {
  run();

  // Ten readings: start | hydrate, then dispatch | write for each transition and the API between.
  EXPECT_EQ(clock_.readings(), 10);
  EXPECT_EQ(ns(Segment::fsm_hydrate), kStepNs);
  EXPECT_EQ(ns(Segment::fsm_dispatch), 3 * kStepNs);
  EXPECT_EQ(ns(Segment::busy_wait), kBusyWaitNs);
  EXPECT_EQ(ns(Segment::commit), kCommitNs);
  EXPECT_EQ(ns(Segment::checkpoint_wait), kCheckpointWaitNs);
  EXPECT_EQ(ns(Segment::sync_wait), kSyncWaitNs);
  EXPECT_EQ(ns(Segment::db_total), kDbTotalNs);
  EXPECT_EQ(ns(Segment::mock_api), 2 * (kApiDelayNs + kStepNs));
  EXPECT_EQ(ns(Segment::total_wall), 9 * kStepNs + kWritesTakeNs + 2 * kApiDelayNs);
  EXPECT_EQ(ns(Segment::fsm_net), 7 * kStepNs + kWritesTakeNs);
  // What a write took beyond what the store accounts for, and the reading after it.
  EXPECT_EQ(ns(Segment::other), kWritesTakeNs - kDbTotalNs + 3 * kStepNs);
}

TEST_P(Lifecycle, StatementIsASampleOnlyWhereItIsTimedApart) {
  run();
  const bool apart = GetParam();
  EXPECT_EQ(record_.has(Segment::statement), apart);
  EXPECT_EQ(ns(Segment::statement), apart ? kStatementNs : 0);
  EXPECT_EQ(ns(Segment::lock_wait), apart ? kLockWaitNs : kLockWaitNs + kStatementNs);
}

TEST_P(Lifecycle, QueueWaitIsASampleOnlyWhereThereIsAQueue) {
  session_.queue = true;
  run();
  EXPECT_TRUE(record_.has(Segment::queue_wait));
  EXPECT_EQ(ns(Segment::queue_wait), kQueueWaitNs);
  const bool apart = GetParam();
  EXPECT_EQ(ns(Segment::lock_wait), apart ? kLockWaitNs : kLockWaitNs + kStatementNs)
      << "which it is a part of";
}

TEST_P(Lifecycle, PoolWaitIsASampleOnlyWhereThereIsAPool) {
  run();
  EXPECT_FALSE(record_.has(Segment::pool_wait));
}

TEST_P(Lifecycle, PoolWaitIsTheSumOverItsWrites) {
  session_.pool = true;
  run();
  EXPECT_EQ(ns(Segment::pool_wait), kPoolWaitNs);
}

TEST_P(Lifecycle, KnowsItsLongestSingleWaitForTheLock) {
  run();
  const bool apart = GetParam();
  EXPECT_EQ(outcome_.counts.lock_wait_longest_ns, apart ? 51'000 : 11'000 + 90'000)
      << "not the last one, and not all of them together";
}

TEST_P(Lifecycle, AddsUpTheBytesThatItsWritesChange) {
  run();
  const std::size_t stamps_and_versions = 4 * 26 + 3 * 8;
  const std::size_t states = std::string("uploading").size() + std::string("processing").size() +
                             std::string("indexed").size();
  const AskedWrite& uploaded = session_.asked().at(1);
  const AskedWrite& imported = session_.asked().at(2);
  EXPECT_EQ(
      outcome_.counts.row_bytes_changed,
      static_cast<std::int64_t>(stamps_and_versions + states + uploaded.remote_file_id.size() +
                                uploaded.remote_file_uri.size() + imported.store_doc_id.size()));
}

TEST_P(Lifecycle, TheExclusivePartsAddUp) {
  run();
  EXPECT_EQ(ns(Segment::fsm_hydrate) + ns(Segment::fsm_dispatch) + ns(Segment::lock_wait) +
                ns(Segment::statement) + ns(Segment::commit) + ns(Segment::other),
            ns(Segment::fsm_net));
  EXPECT_EQ(ns(Segment::fsm_net), ns(Segment::total_wall) - ns(Segment::mock_api));
}

TEST_P(Lifecycle, ATransitionIsItsDispatchAndItsWrite) {
  run();
  ASSERT_EQ(record_.transition_count(), 3U);
  EXPECT_EQ(record_.transition_ns(0), 2 * kStepNs + 1'003);
  EXPECT_EQ(record_.transition_ns(1), 2 * kStepNs + 60'005);
  EXPECT_EQ(record_.transition_ns(2), 2 * kStepNs + 261'007);
}

TEST_P(Lifecycle, FillsEverySegmentButThoseOfAQueueAConnectionAndAttempts) {
  run();
  const std::set<Segment> not_here = {
      Segment::read,  Segment::pool_wait, Segment::queue_wait,     Segment::connect,
      Segment::close, Segment::attempt,   Segment::failed_attempt, Segment::snapshot_age};
  for (std::size_t index = 0; index < metrics::kRecordedSegmentCount; ++index) {
    const Segment segment = metrics::segment_at(index);
    if (segment == Segment::transition) continue;  // has samples of its own, see above
    const bool expected = segment == Segment::statement ? GetParam() : !not_here.contains(segment);
    EXPECT_EQ(record_.has(segment), expected) << metrics::segment_name(segment);
  }
  EXPECT_TRUE(outcome_.further_records.empty());
}

TEST_P(Lifecycle, CountsItsWritesCommitsAndCalls) {
  run();
  EXPECT_EQ(outcome_.counts.writes, kWritesPerFile);
  EXPECT_EQ(outcome_.counts.commits, kWritesPerFile);
  EXPECT_EQ(outcome_.counts.api_calls, 2);
  EXPECT_EQ(outcome_.counts.api_failures, 0);
}

TEST_P(Lifecycle, AWriteThatALaterOneCommitsIsNoCommit) {
  session_.uncommitted = 2;
  run();
  EXPECT_EQ(outcome_.counts.writes, 3);
  EXPECT_EQ(outcome_.counts.commits, 2);
}

TEST_P(Lifecycle, AsksForTheThreeWritesInOrder) {
  run();
  const std::vector<AskedWrite>& asked = session_.asked();
  ASSERT_EQ(asked.size(), 3U);
  for (std::size_t index = 0; index < 3; ++index) {
    EXPECT_EQ(asked[index].file_path, "/bench/file_0007.txt");
    EXPECT_EQ(asked[index].version, static_cast<std::int64_t>(index));
  }
  EXPECT_EQ(asked[0].from, LifecycleState::untracked);
  EXPECT_EQ(asked[0].to, LifecycleState::uploading);
  EXPECT_EQ(asked[1].from, LifecycleState::uploading);
  EXPECT_EQ(asked[1].to, LifecycleState::processing);
  EXPECT_EQ(asked[2].from, LifecycleState::processing);
  EXPECT_EQ(asked[2].to, LifecycleState::indexed);

  EXPECT_EQ(asked[1].remote_file_id, "files/mock__bench_file_0007.txt");
  EXPECT_EQ(asked[1].remote_file_uri, "uri://mock__bench_file_0007.txt");
  EXPECT_EQ(asked[2].store_doc_id, "doc_files/mock__bench_file_0007.txt");
}

TEST_P(Lifecycle, AWriteCarriesOnlyTheAnswersItStores) {
  run();
  const std::vector<AskedWrite>& asked = session_.asked();
  ASSERT_EQ(asked.size(), 3U);
  EXPECT_EQ(asked[0].remote_file_id + asked[0].remote_file_uri + asked[0].store_doc_id, "");
  EXPECT_EQ(asked[1].store_doc_id, "");
  EXPECT_EQ(asked[2].remote_file_id + asked[2].remote_file_uri, "");
  for (const AskedWrite& each : asked) {
    EXPECT_EQ(each.error_message, "");
  }
}

TEST_P(Lifecycle, AFailedWriteEndsTheTask) {
  session_.fails_at = 2;
  EXPECT_THROW(run(), storage::OccConflict);
  EXPECT_EQ(session_.asked().size(), 2U);
  EXPECT_EQ(clock_.sleeps().size(), 1U) << "the API was called after the failure";
}

TEST_P(Lifecycle, ACancelledApiCallEndsTheTask) {
  clock_.on_sleep([this] { stop_.request_stop(); });
  EXPECT_THROW(run(), ApiCallCancelled);
  EXPECT_EQ(session_.asked().size(), 1U);
}

TEST_P(Lifecycle, NothingHappensBeforeTheTaskIsRun) {
  const Task unrun = task("/a");
  EXPECT_EQ(clock_.readings(), 0);
  EXPECT_TRUE(session_.asked().empty());
}

INSTANTIATE_TEST_SUITE_P(Statement, Lifecycle, testing::Bool(), [](const auto& apart) {
  return apart.param ? "TimedApart" : "InsideLockWait";
});

// Samples beyond the room of a record would be written past its end.
TEST(IterationOutcome, HoldsAnyNumberOfTransactions) {
  IterationOutcome outcome;
  constexpr std::int64_t kTransactions = 1000;
  for (std::int64_t ns = 1; ns <= kTransactions; ++ns) {
    outcome.add_transition(ns);
  }
  outcome.further_records.push_back(outcome.record);
  std::int64_t samples = 0;
  std::int64_t sum_ns = 0;
  for (const TimingRecord& record : outcome.further_records) {
    samples += record.sample_count();
    for (std::size_t index = 0; index < record.transition_count(); ++index) {
      sum_ns += record.transition_ns(index);
    }
  }
  EXPECT_EQ(samples, kTransactions);
  EXPECT_EQ(sum_ns, kTransactions * (kTransactions + 1) / 2);
}

}  // namespace
}  // namespace walbench::engine
