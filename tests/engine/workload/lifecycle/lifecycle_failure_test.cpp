// Silent bugs these tests would catch: a failed API call after which a file is taken for indexed,
// or is retried from the wrong version; an attempt's time that is counted twice, or not at all, so
// that retries seem to cost nothing; samples of attempts where nothing can fail.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "engine/workload/lifecycle/lifecycle.hpp"
#include "tests/support/lifecycle_writes.hpp"
#include "tests/support/manual_clock.hpp"

namespace walbench::engine {
namespace {

using metrics::Segment;
using metrics::TimingRecord;
using std::chrono::nanoseconds;
using storage::TransitionWrite;
using storage::WriteTimings;
using test_support::ManualClock;
using testing::ElementsAre;

constexpr std::int64_t kStepNs = 10;
constexpr std::int64_t kApiDelayNs = 5'000'000;
constexpr std::int64_t kWritesABatch = 4;
const std::string path = "/bench/file_0007.txt";

/// What the write with that number takes, from 1.
std::int64_t write_takes_ns(std::size_t number) {
  return static_cast<std::int64_t>(number) * 1'000 + 3;
}

/// Accepts every write, moves the clock on by what it takes, and commits in batches.
class CountingSession final : public storage::Session {
 public:
  CountingSession(const ManualClock& clock, bool statement_apart)
      : clock_(clock), statement_apart_(statement_apart) {}

  storage::PendingWrite apply(const storage::Transaction& transaction) override {
    const TransitionWrite write = storage::decode(transaction);
    lines_.push_back(std::string(state_name(write.from)) + ">" + std::string(state_name(write.to)) +
                     " v" + std::to_string(write.version));
    versions_.push_back(write.version);
    if (!write.error_message.empty()) errors_.emplace_back(write.error_message);
    EXPECT_EQ(write.file_path, path);
    EXPECT_EQ(write.error_message.empty(), write.to != LifecycleState::failed);
    EXPECT_EQ(write.remote_file_id.empty(), write.to != LifecycleState::processing);
    EXPECT_EQ(write.remote_file_uri.empty(), write.to != LifecycleState::processing);
    EXPECT_EQ(write.store_doc_id.empty(), write.to != LifecycleState::indexed);

    clock_.advance(nanoseconds(write_takes_ns(lines_.size())));
    const auto number = static_cast<std::int64_t>(lines_.size());
    const std::int64_t statement_ns = number * 10;
    return storage::PendingWrite(
        WriteTimings{.lock_wait_ns = number * 300 + (statement_apart_ ? 0 : statement_ns),
                     .busy_wait_ns = number * 200,
                     .statement_ns = statement_apart_ ? statement_ns : 0,
                     .commit_ns = number * 500,
                     .db_total_ns = number * 810,
                     .committed = number % kWritesABatch == 0});
  }
  bool times_statement_apart() const override { return statement_apart_; }
  bool has_queue() const override { return false; }
  std::optional<storage::ConnectTimings> close() override { return std::nullopt; }

  const std::vector<std::string>& lines() const { return lines_; }
  const std::vector<std::int64_t>& versions() const { return versions_; }
  const std::vector<std::string>& errors() const { return errors_; }

 private:
  const ManualClock& clock_;
  bool statement_apart_;
  std::vector<std::string> lines_;
  std::vector<std::int64_t> versions_;
  std::vector<std::string> errors_;
};

/// One lifecycle with an API that may fail, under a clock of which each reading takes kStepNs.
class FailingLifecycle : public testing::TestWithParam<bool> {
 protected:
  static ApiBehaviour behaviour(std::uint64_t seed) {
    return {ApiDelay(nanoseconds(kApiDelayNs)), 0.4, seed};
  }

  /// The first seed that has this fate in store for the file.
  std::uint64_t seed_for(const ApiFate& wanted) const {
    for (std::uint64_t seed = 0; seed < 10'000; ++seed) {
      const ApiFate fate = MockApi(clock_, behaviour(seed), {}).fate(path);
      if (fate.upload_failures == wanted.upload_failures &&
          fate.import_failures == wanted.import_failures) {
        return seed;
      }
    }
    ADD_FAILURE() << "no seed has that fate";
    return 0;
  }

  void run(std::uint64_t seed) {
    const MockApi api(clock_, behaviour(seed), {});
    run_lifecycle(path, storage::GuardAxis::where, {*session_, clock_}, api, outcome_).run();
  }
  void run(const ApiFate& fate) { run(seed_for(fate)); }

  std::int64_t ns(Segment segment) const { return outcome_.record.value_ns(segment); }

  ManualClock clock_{nanoseconds(kStepNs)};
  std::optional<CountingSession> session_{std::in_place, clock_, GetParam()};
  IterationOutcome outcome_;
};

TEST_P(FailingLifecycle, AfterAFailedUploadTheFileStartsOver) {
  run({.upload_failures = 1});
  EXPECT_THAT(session_->lines(), ElementsAre("untracked>uploading v0", "uploading>failed v1",
                                             "failed>untracked v2", "untracked>uploading v3",
                                             "uploading>processing v4", "processing>indexed v5"));
  EXPECT_THAT(session_->errors(), ElementsAre("upload_file failed at attempt 1"));
}

TEST_P(FailingLifecycle, AfterAFailedImportTheFileStartsOver) {
  run({.import_failures = 1});
  EXPECT_THAT(session_->lines(),
              ElementsAre("untracked>uploading v0", "uploading>processing v1",
                          "processing>failed v2", "failed>untracked v3", "untracked>uploading v4",
                          "uploading>processing v5", "processing>indexed v6"));
  EXPECT_THAT(session_->errors(), ElementsAre("import_to_store failed at attempt 1"));
}

TEST_P(FailingLifecycle, AttemptsAreCountedThroughBothCalls) {
  run({.upload_failures = 1, .import_failures = 2});
  ASSERT_EQ(session_->errors().size(), 3U);
  for (std::size_t index = 0; index < 3; ++index) {
    const std::string& error = session_->errors()[index];
    EXPECT_TRUE(error.ends_with(" failed at attempt " + std::to_string(index + 1))) << error;
  }
}

TEST_P(FailingLifecycle, CountsEveryAttemptsWritesAndCalls) {
  run({.upload_failures = 1, .import_failures = 1});
  EXPECT_EQ(outcome_.counts.writes, 3 + 4 + 3);
  EXPECT_EQ(outcome_.counts.commits, (3 + 4 + 3) / kWritesABatch);
  EXPECT_EQ(outcome_.counts.api_calls, 1 + 2 + 2);
  EXPECT_EQ(outcome_.counts.api_failures, 2);
  EXPECT_EQ(clock_.sleeps().size(), 1U + 2U + 2U);
}

TEST_P(FailingLifecycle, AFailedUploadsSamplesAreInARecordOfTheirOwn) {
  run({.upload_failures = 1});
  ASSERT_EQ(outcome_.further_records.size(), 1U);
  const TimingRecord& failed = outcome_.further_records.front();
  // Writes 1 to 3, a dispatch and a reading for each, and one call.
  EXPECT_EQ(failed.value_ns(Segment::failed_attempt),
            6'009 + 3 * 2 * kStepNs + kApiDelayNs + kStepNs);
  EXPECT_EQ(failed.value_ns(Segment::attempt), failed.value_ns(Segment::failed_attempt));
  ASSERT_EQ(failed.transition_count(), 3U);
  for (std::size_t index = 0; index < 3; ++index) {
    EXPECT_EQ(failed.transition_ns(index), 2 * kStepNs + write_takes_ns(index + 1));
    EXPECT_EQ(outcome_.record.transition_ns(index), 2 * kStepNs + write_takes_ns(index + 4));
  }
  EXPECT_EQ(outcome_.record.transition_count(), 3U);
  EXPECT_EQ(failed.sample_count(), 2 + 3) << "attempt, failed_attempt and the transitions";
}

TEST_P(FailingLifecycle, AFailedImportsSamplesAreInARecordOfTheirOwn) {
  run({.import_failures = 1});
  ASSERT_EQ(outcome_.further_records.size(), 1U);
  const TimingRecord& failed = outcome_.further_records.front();
  EXPECT_EQ(failed.value_ns(Segment::failed_attempt),
            10'012 + 4 * 2 * kStepNs + 2 * (kApiDelayNs + kStepNs));
  ASSERT_EQ(failed.transition_count(), 4U);
  for (std::size_t index = 0; index < 4; ++index) {
    EXPECT_EQ(failed.transition_ns(index), 2 * kStepNs + write_takes_ns(index + 1));
  }
  EXPECT_EQ(failed.sample_count(), 2 + 4);
  EXPECT_EQ(outcome_.record.transition_count(), 3U);
}

TEST_P(FailingLifecycle, TheAttemptThatSucceedsIsAnAttemptAndNoFailedOne) {
  run({.upload_failures = 2});
  EXPECT_TRUE(outcome_.record.has(Segment::attempt));
  EXPECT_FALSE(outcome_.record.has(Segment::failed_attempt));
  // Writes 7 to 9, and both calls.
  EXPECT_EQ(ns(Segment::attempt), 24'009 + 3 * 2 * kStepNs + 2 * (kApiDelayNs + kStepNs));
}

TEST_P(FailingLifecycle, WhereNothingFailsTheAttemptIsTheWholeLifeButItsHydration) {
  run(ApiFate{});
  EXPECT_TRUE(outcome_.further_records.empty());
  EXPECT_EQ(ns(Segment::attempt), ns(Segment::total_wall) - ns(Segment::fsm_hydrate));
  EXPECT_THAT(session_->errors(), testing::IsEmpty());
}

TEST_P(FailingLifecycle, WhateverFailsSumsAndVersionsAreRight) {
  std::int64_t most_failures = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    outcome_ = {};
    session_.emplace(clock_, GetParam());
    const std::size_t sleeps_before = clock_.sleeps().size();
    run(seed);

    const ApiFate fate = MockApi(clock_, behaviour(seed), {}).fate(path);
    const std::int64_t failures = fate.upload_failures + fate.import_failures;
    most_failures = std::max(most_failures, failures);
    for (std::size_t index = 0; index < session_->versions().size(); ++index) {
      EXPECT_EQ(session_->versions()[index], static_cast<std::int64_t>(index));
    }
    EXPECT_EQ(final_version(fate), session_->versions().back() + 1);
    EXPECT_EQ(session_->lines().back().substr(0, 18), "processing>indexed");
    EXPECT_EQ(outcome_.counts.writes, final_version(fate));
    EXPECT_EQ(outcome_.counts.commits, final_version(fate) / kWritesABatch);
    EXPECT_EQ(outcome_.counts.api_failures, failures);
    EXPECT_EQ(outcome_.counts.api_calls, 2 + fate.upload_failures + 2 * fate.import_failures);
    EXPECT_EQ(outcome_.counts.api_calls,
              static_cast<std::int64_t>(clock_.sleeps().size() - sleeps_before));

    EXPECT_EQ(ns(Segment::fsm_hydrate) + ns(Segment::fsm_dispatch) + ns(Segment::lock_wait) +
                  ns(Segment::statement) + ns(Segment::commit) + ns(Segment::other),
              ns(Segment::fsm_net));
    EXPECT_EQ(ns(Segment::fsm_net), ns(Segment::total_wall) - ns(Segment::mock_api));
    EXPECT_EQ(ns(Segment::mock_api), outcome_.counts.api_calls * (kApiDelayNs + kStepNs));
    EXPECT_EQ(ns(Segment::fsm_dispatch), outcome_.counts.writes * kStepNs);
    EXPECT_EQ(ns(Segment::db_total),
              810 * outcome_.counts.writes * (outcome_.counts.writes + 1) / 2);
    EXPECT_EQ(ns(Segment::busy_wait),
              200 * outcome_.counts.writes * (outcome_.counts.writes + 1) / 2);

    std::int64_t attempts_ns = ns(Segment::attempt);
    auto transitions = static_cast<std::int64_t>(outcome_.record.transition_count());
    ASSERT_EQ(outcome_.further_records.size(), static_cast<std::size_t>(failures));
    for (const TimingRecord& failed : outcome_.further_records) {
      attempts_ns += failed.value_ns(Segment::attempt);
      transitions += static_cast<std::int64_t>(failed.transition_count());
    }
    EXPECT_EQ(attempts_ns + ns(Segment::fsm_hydrate), ns(Segment::total_wall));
    EXPECT_EQ(transitions, outcome_.counts.writes);
  }
  EXPECT_GE(most_failures, 5) << "too few failures to tell";
}

INSTANTIATE_TEST_SUITE_P(Statement, FailingLifecycle, testing::Bool(), [](const auto& apart) {
  return apart.param ? "TimedApart" : "InsideLockWait";
});

TEST(StoppedLifecycle, AStopEndsOneThatWouldFailForEver) {
  const ManualClock clock;
  std::stop_source stop;
  const MockApi api(clock, {.delay = {}, .fail_rate = 0.999, .seed = 1}, stop.get_token());
  CountingSession session(clock, false);
  IterationOutcome outcome;
  stop.request_stop();
  Task task = run_lifecycle(path, storage::GuardAxis::where, {session, clock}, api, outcome);
  EXPECT_THROW(task.run(), ApiCallCancelled);
  EXPECT_THAT(session.lines(), ElementsAre("untracked>uploading v0"));
}

TEST(FinalVersion, IsWhatTheWritesOfEveryAttemptComeTo) {
  EXPECT_EQ(final_version({}), 3);
  EXPECT_EQ(final_version({.upload_failures = 1}), 6);
  EXPECT_EQ(final_version({.import_failures = 1}), 7);
  EXPECT_EQ(final_version({.upload_failures = 2, .import_failures = 3}), 3 + 2 * 3 + 3 * 4);
}

}  // namespace
}  // namespace walbench::engine
