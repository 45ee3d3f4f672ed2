// Silent bugs these tests would catch: a write that was carried out and suspends all the same, so
// that its lifecycle never goes on; a queued one whose wait is charged to the wrong segment, or
// whose failure is taken for success.

#include "storage/pending_write.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/storage/sqlite/strategy/group_harness.hpp"
#include "tests/support/manual_clock.hpp"

namespace walbench::storage {
namespace {

using std::chrono::nanoseconds;
using test_support::ManualClock;

/// Keeps what is submitted until the test decides it.
class HoldingQueue final : public WriteQueue {
 public:
  void submit(WriteRequest& request) override { held.push_back(&request); }
  std::vector<WriteRequest*> held;
};

/// Decides each request within submit(), as a quick committer on another thread would.
class ImmediateQueue final : public WriteQueue {
 public:
  void submit(WriteRequest& request) override { request.waiter.resume(); }
};

class QueuedWrite : public testing::Test {
 protected:
  void submit() { queue_write(queue_, clock_, outcome_); }

  HoldingQueue queue_;
  ManualClock clock_;
  WriteOutcome outcome_{.path = "/bench/file_0000.txt", .timings = {}, .failure = {}};
};

TEST(PendingWrite, AWriteThatWasCarriedOutDoesNotSuspend) {
  const WriteTimings done = {.lock_wait_ns = 1,
                             .busy_wait_ns = 2,
                             .statement_ns = 3,
                             .commit_ns = 4,
                             .db_total_ns = 5,
                             .committed = false};
  EXPECT_TRUE(PendingWrite(done).await_ready());
  WriteOutcome outcome;
  await_write([&] { return PendingWrite(done); }, outcome);
  ASSERT_TRUE(outcome.decided.load()) << "nobody would ever resume it";
  EXPECT_EQ(outcome.timings->lock_wait_ns, 1);
  EXPECT_EQ(outcome.timings->busy_wait_ns, 2);
  EXPECT_EQ(outcome.timings->statement_ns, 3);
  EXPECT_EQ(outcome.timings->commit_ns, 4);
  EXPECT_EQ(outcome.timings->db_total_ns, 5);
  EXPECT_FALSE(outcome.timings->committed);
}

TEST_F(QueuedWrite, IsSubmittedOnceWhenItIsAwaitedAndNotBefore) {
  const auto write = round_transaction(outcome_.path, 0);
  const PendingWrite pending(queue_, clock_, write->get());
  EXPECT_FALSE(pending.await_ready());
  EXPECT_TRUE(queue_.held.empty());
  EXPECT_EQ(clock_.readings(), 0);
  submit();
  ASSERT_EQ(queue_.held.size(), 1U);
  EXPECT_FALSE(outcome_.decided.load());
  EXPECT_EQ(queue_.held.front()->asked_ns, ManualClock::kStartNs);
  EXPECT_EQ(queue_.held.front()->transaction->subject, outcome_.path);
  queue_.held.front()->waiter.resume();
  EXPECT_TRUE(outcome_.decided.load());
  EXPECT_EQ(queue_.held.size(), 1U);
}

TEST_F(QueuedWrite, LockWaitEndsWhereTheLockIsHeldAndCommitWhereItIsResumed) {
  clock_.advance(nanoseconds(500));
  submit();
  clock_.advance(nanoseconds(70));
  WriteRequest& request = *queue_.held.front();
  request.held_ns = clock_.now_ns();
  request.busy_wait_ns = 40;
  clock_.advance(nanoseconds(11));
  request.waiter.resume();
  ASSERT_TRUE(outcome_.decided.load());
  ASSERT_TRUE(outcome_.succeeded());
  EXPECT_EQ(outcome_.timings->lock_wait_ns, 70);
  EXPECT_EQ(outcome_.timings->busy_wait_ns, 40);
  EXPECT_EQ(outcome_.timings->statement_ns, 0);
  EXPECT_EQ(outcome_.timings->commit_ns, 11);
  EXPECT_EQ(outcome_.timings->db_total_ns, 81);
}

TEST_F(QueuedWrite, IsACommitOfItsOwnOnlyWhereItClosesItsGroup) {
  WriteOutcome other{.path = "/bench/file_0001.txt", .timings = {}, .failure = {}};
  submit();
  queue_write(queue_, clock_, other);
  queue_.held[1]->closes_group = true;
  for (WriteRequest* const request : queue_.held) {
    request->waiter.resume();
  }
  EXPECT_FALSE(outcome_.timings->committed);
  EXPECT_TRUE(other.timings->committed);
}

TEST_F(QueuedWrite, RethrowsItsFailure) {
  submit();
  queue_.held.front()->failure = std::make_exception_ptr(std::runtime_error("the disk is full"));
  queue_.held.front()->waiter.resume();
  ASSERT_TRUE(outcome_.decided.load());
  EXPECT_FALSE(outcome_.succeeded());
  EXPECT_EQ(outcome_.message_of<std::runtime_error>(), "the disk is full");
}

TEST_F(QueuedWrite, MayBeDecidedBeforeSubmitReturns) {
  ImmediateQueue immediate;
  queue_write(immediate, clock_, outcome_);
  EXPECT_TRUE(outcome_.decided.load());
  EXPECT_TRUE(outcome_.succeeded());
}

}  // namespace
}  // namespace walbench::storage
