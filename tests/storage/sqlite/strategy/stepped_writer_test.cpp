// Silent bugs these tests would catch: a step whose time belongs to no part, or to two; a read-only
// transaction that takes the write lock or a turn; a transaction that goes on after a refusal, or
// whose turn is never handed on; a first row that points into a statement that was reset.
//
// The clock moves on by a step at each reading, and a step of the session takes two readings, so
// each takes kStepNs.

#include "storage/sqlite/strategy/stepped_writer.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "tests/storage/sqlite/test_database.hpp"
#include "tests/support/manual_clock.hpp"

namespace walbench::storage {
namespace {

using std::chrono::nanoseconds;
using test_support::ManualClock;

constexpr std::int64_t kStepNs = 10;

enum Number : std::size_t { kRead, kWrite, kInsert, kTypes, kNobody };

const StatementTexts statements = {
    {"SELECT value FROM t WHERE id = ?1"},
    {"UPDATE t SET value = value + 1 WHERE id = ?1"},
    {"INSERT INTO t(id, value) VALUES(?1, 0)"},
    {"SELECT 1, 2.5, 'text', x'0102', NULL UNION ALL SELECT 2, 0, '', x'', NULL"},
    {"SELECT value FROM t WHERE id < 0"},
};

/// One connection of a store's, and what it works with.
class Worker {
 public:
  Worker(const std::string& path, CountingVfs& vfs, const metrics::Clock& clock,
         const ConnectionSettings& settings, const Axes& axes, WriterQueue* queue)
      : context_{path, settings, axes, statements, &vfs, &clock, queue},
        connection_(context_.connect()),
        steps_(context_, connection_) {}

  SteppedWriter& steps() { return steps_; }
  StatementRows run(Number number, std::int64_t id = 1) {
    const std::array<Value, 1> parameters = {id};
    const bool has_parameter = number == kRead || number == kWrite || number == kInsert;
    return steps_.execute(
        {number, std::span<const Value>(parameters).first(has_parameter ? 1 : 0), {}}, true);
  }

 private:
  WriterContext context_;
  PreparedConnection connection_;
  SteppedWriter steps_;
};

class SteppedWriterTest : public testing::Test {
 protected:
  SteppedWriterTest() {
    const Connection connection = database_.connect_uncounted();
    connection.query_text("PRAGMA journal_mode=WAL");
    connection.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, value); INSERT INTO t VALUES(1, 7)");
  }

  std::unique_ptr<Worker> open(const Axes& axes = {}, WriterQueue* queue = nullptr) {
    return std::make_unique<Worker>(database_.path(), database_.vfs(), clock_, settings_, axes,
                                    queue);
  }

  std::int64_t value(std::int64_t id = 1) {
    return database_.connect_uncounted().query_int64("SELECT value FROM t WHERE id = " +
                                                     std::to_string(id));
  }

  static ErrorKind kind_of(const auto& refused) {
    try {
      refused();
    } catch (const StorageError& error) {
      return error.kind();
    }
    ADD_FAILURE() << "nothing was refused";
    return ErrorKind::other;
  }

  ConnectionSettings settings_ = {.synchronous = Synchronous::off,
                                  .busy_timeout = std::chrono::milliseconds(0)};
  TestDatabase database_;
  ManualClock clock_{nanoseconds(kStepNs)};
};

constexpr Axes kImmediate = {.begin = BeginAxis::immediate};

TEST_F(SteppedWriterTest, HandsBackTheFirstRowWithItsTypes) {
  const auto worker = open();
  const StatementRows answer = worker->run(kTypes);
  EXPECT_EQ(answer.rows, 2);
  ASSERT_EQ(answer.first.size(), 5U);
  EXPECT_EQ(std::get<std::int64_t>(answer.first[0]), 1);
  EXPECT_EQ(std::get<double>(answer.first[1]), 2.5);
  EXPECT_EQ(std::get<std::string_view>(answer.first[2]), "text");
  EXPECT_EQ(std::get<std::span<const std::byte>>(answer.first[3])[1], std::byte{2});
  EXPECT_TRUE(std::holds_alternative<std::monostate>(answer.first[4]));

  const StatementRows none = worker->run(kNobody);
  EXPECT_EQ(none.rows, 0);
  EXPECT_TRUE(none.first.empty());
}

TEST_F(SteppedWriterTest, ALoneReadIsAllReading) {
  const auto worker = open();
  EXPECT_EQ(worker->run(kRead).rows, 1);
  const StepTimings timings = worker->steps().take_timings();
  EXPECT_EQ(timings.read_ns, kStepNs);
  EXPECT_EQ(timings.write.db_total_ns, 0);
  EXPECT_EQ(worker->steps().timings().read_ns, 0) << "taken, and yet still there";
}

TEST_F(SteppedWriterTest, ALoneWriteIsBegunAndCommittedLikeOthers) {
  const auto worker = open();
  EXPECT_EQ(worker->run(kWrite).rows, 1);
  EXPECT_EQ(value(), 8);
  const StepTimings timings = worker->steps().take_timings();
  EXPECT_EQ(timings.write.lock_wait_ns, 2 * kStepNs);  // BEGIN, and the UPDATE that takes the lock
  EXPECT_EQ(timings.write.statement_ns, 0);
  EXPECT_EQ(timings.write.commit_ns, kStepNs);
  EXPECT_EQ(timings.write.db_total_ns, 3 * kStepNs);
}

TEST_F(SteppedWriterTest, DeferredAsksForTheLockInItsFirstWrite) {
  const auto worker = open();
  worker->steps().begin({});
  worker->run(kRead);
  worker->run(kWrite);
  worker->run(kRead);
  worker->run(kWrite);
  worker->steps().commit();
  EXPECT_EQ(value(), 9);
  const StepTimings timings = worker->steps().take_timings();
  EXPECT_EQ(timings.read_ns, kStepNs);
  EXPECT_EQ(timings.write.lock_wait_ns, 2 * kStepNs);
  EXPECT_EQ(timings.write.statement_ns, 2 * kStepNs);
  EXPECT_EQ(timings.write.commit_ns, kStepNs);
}

TEST_F(SteppedWriterTest, ImmediateAsksAtBeginUnlessItOnlyReads) {
  const auto writer = open(kImmediate);
  const auto reader = open(kImmediate);
  writer->steps().begin({});
  writer->run(kWrite);
  reader->steps().begin({.writes = false});
  reader->run(kRead);
  reader->steps().commit();
  writer->steps().commit();
  EXPECT_EQ(writer->steps().timings().write.lock_wait_ns, kStepNs);
  EXPECT_EQ(writer->steps().timings().write.statement_ns, kStepNs);
  EXPECT_EQ(reader->steps().timings().read_ns, 3 * kStepNs);
  EXPECT_EQ(reader->steps().timings().write.commit_ns, 0);
}

TEST_F(SteppedWriterTest, WhatTheScriptSaysOfBeginStandsAboveTheAxis) {
  const auto first = open();
  const auto second = open();
  first->steps().begin({.immediate = true});
  EXPECT_EQ(kind_of([&] { second->steps().begin({.immediate = true}); }), ErrorKind::busy);
}

TEST_F(SteppedWriterTest, ARefusedBeginLeavesEverythingUsable) {
  settings_.busy_timeout = std::chrono::milliseconds(3);
  const auto holder = open(kImmediate);
  const auto waiter = open(kImmediate);
  holder->steps().begin({});
  EXPECT_EQ(kind_of([&] { waiter->steps().begin({}); }), ErrorKind::busy);
  EXPECT_TRUE(waiter->steps().timings().step_slept);
  waiter->steps().roll_back();
  holder->steps().roll_back();
  waiter->run(kWrite);
  EXPECT_EQ(value(), 8);
}

TEST_F(SteppedWriterTest, AnUpgradeOfAStaleSnapshotIsRefusedWithoutSleep) {
  settings_.busy_timeout = std::chrono::seconds(60);
  const auto upgrading = open();
  const auto other = open();
  upgrading->steps().begin({});
  upgrading->run(kRead);
  other->run(kWrite);
  EXPECT_EQ(kind_of([&] { upgrading->run(kWrite); }), ErrorKind::busy);
  EXPECT_FALSE(upgrading->steps().timings().step_slept);
  upgrading->steps().roll_back();
  EXPECT_EQ(value(), 8);
}

TEST_F(SteppedWriterTest, AnErrorNamesItsStatementAndUndoesNothingBeforeItIsAsked) {
  const auto worker = open();
  worker->steps().begin({});
  worker->run(kWrite);
  try {
    worker->run(kInsert, 1);
    ADD_FAILURE() << "a second row of that key";
  } catch (const StorageError& error) {
    EXPECT_NE(std::string(error.what()).find("INSERT"), std::string::npos) << error.what();
    EXPECT_EQ(error.kind(), ErrorKind::statement);
  }
  worker->steps().roll_back();
  EXPECT_EQ(value(), 7);
}

TEST_F(SteppedWriterTest, GoingAwayRollsBack) {
  {
    const auto worker = open();
    worker->steps().begin({});
    worker->run(kWrite);
  }
  EXPECT_EQ(value(), 7);
  open(kImmediate)->run(kWrite);
  EXPECT_EQ(value(), 8);
}

TEST_F(SteppedWriterTest, AWriterKeepsItsTurnUntilItHasCommitted) {
  FifoQueue queue;
  const Axes axes = {.begin = BeginAxis::immediate, .queue = QueueAxis::fifo};
  const auto first = open(axes, &queue);
  const auto second = open(axes, &queue);
  first->steps().begin({});
  first->run(kWrite);
  std::atomic<bool> committed = false;
  bool came_after_commit = false;
  std::thread other([&] {
    second->run(kWrite);
    came_after_commit = committed;
  });
  // A reader needs no turn.
  open(axes, &queue)->run(kRead);
  committed = true;
  first->steps().commit();
  other.join();
  EXPECT_TRUE(came_after_commit);
  EXPECT_EQ(value(), 9);
}

TEST_F(SteppedWriterTest, OnASharedConnectionReadersTakeTurnsToo) {
  MutexQueue queue;
  const Axes axes = {.connection = ConnectionAxis::shared(), .queue = QueueAxis::mutex};
  const auto worker = open(axes, &queue);
  worker->steps().begin({.writes = false});
  std::atomic<bool> ended = false;
  bool came_after_end = false;
  std::thread other([&] {
    queue.enter();
    came_after_end = ended;
    queue.leave();
  });
  worker->run(kRead);
  ended = true;
  worker->steps().commit();
  other.join();
  EXPECT_TRUE(came_after_end);
}

TEST_F(SteppedWriterTest, AfterAStopNothingBegins) {
  const auto worker = open();
  database_.vfs().interrupt_waits();
  EXPECT_THROW(worker->steps().begin({}), WriteCancelled);
}

}  // namespace
}  // namespace walbench::storage
