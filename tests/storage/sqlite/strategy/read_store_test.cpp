// Silent bugs these tests would catch: a snapshot that is held from BEGIN on, or not at all around
// a statement by itself; a hold that outlasts the run; a reader that writes, waits for a writer's
// turn, or checkpoints when it closes; a reader's number that the WAL's story does not know.

#include "storage/sqlite/strategy/read_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <thread>

#include "storage/storage_error.hpp"
#include "tests/storage/sqlite/test_database.hpp"
#include "tests/support/manual_clock.hpp"

namespace walbench::storage {
namespace {

using std::chrono::milliseconds;
using test_support::ManualClock;
using testing::ElementsAre;

constexpr std::int64_t kMs = 1'000'000;

enum Number : std::size_t { kRead, kWrite, kEndless };

const StatementTexts statements = {
    {"SELECT v FROM t"},
    {"UPDATE t SET v = v + 1"},
    {"WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT COUNT(*) FROM n"},
};

class ReadStoreTest : public testing::Test {
 protected:
  ReadStoreTest() {
    const Connection connection = database_.connect_uncounted();
    connection.query_text("PRAGMA journal_mode=WAL");
    connection.execute("CREATE TABLE t(v); INSERT INTO t VALUES(7)");
    database_.vfs().follow_snapshots();
  }

  SteppedSession& open(milliseconds hold, const metrics::Clock& clock) {
    store_ = std::make_unique<ReadStore>(
        database_.path(), ConnectionSettings{},
        ReadAccess{.user = {.workers = 1, .clock = &clock, .statements = statements}, .hold = hold},
        database_.vfs());
    session_ = store_->open_session(0);
    return *session_->steps();
  }

  TestDatabase database_;
  ManualClock clock_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Session> session_;
};

TEST_F(ReadStoreTest, HoldsASnapshotFromItsFirstRowOn) {
  SteppedSession& reader = open(milliseconds(30), clock_);
  reader.begin({.writes = false});
  clock_.advance(milliseconds(500));
  reader.execute({kRead, {}, {}}, false);
  clock_.advance(milliseconds(10));
  reader.execute({kRead, {}, {}}, false);
  reader.commit();
  EXPECT_THAT(clock_.sleeps(), ElementsAre(milliseconds(20)));
  EXPECT_EQ(reader.take_timings().snapshot_ns, 30 * kMs);
}

TEST_F(ReadStoreTest, HoldsTheSnapshotOfAStatementByItself) {
  SteppedSession& reader = open(milliseconds(30), clock_);
  const StatementRows rows = reader.execute({kRead, {}, {}}, true);
  EXPECT_EQ(std::get<std::int64_t>(rows.first[0]), 7);
  EXPECT_EQ(reader.take_timings().snapshot_ns, 30 * kMs);
}

TEST_F(ReadStoreTest, DoesNotHoldIfNotAskedTo) {
  SteppedSession& reader = open(milliseconds(0), clock_);
  reader.begin({.writes = false});
  reader.execute({kRead, {}, {}}, false);
  clock_.advance(milliseconds(4));
  reader.commit();
  EXPECT_THAT(clock_.sleeps(), testing::IsEmpty());
  EXPECT_EQ(reader.take_timings().snapshot_ns, 4 * kMs);
}

TEST_F(ReadStoreTest, ReadsOneStateWhateverIsWritten) {
  SteppedSession& reader = open(milliseconds(0), clock_);
  reader.begin({.writes = false});
  reader.execute({kRead, {}, {}}, false);
  database_.connect_uncounted().execute("UPDATE t SET v = 8");
  EXPECT_EQ(std::get<std::int64_t>(reader.execute({kRead, {}, {}}, true).first[0]), 7);
  reader.commit();
  EXPECT_EQ(std::get<std::int64_t>(reader.execute({kRead, {}, {}}, true).first[0]), 8);
}

TEST_F(ReadStoreTest, CannotWrite) {
  SteppedSession& reader = open(milliseconds(0), clock_);
  EXPECT_THROW(reader.execute({kWrite, {}, {}}, false), StorageError);
}

TEST_F(ReadStoreTest, EndsAHoldAndAQueryWhenItIsCancelled) {
  const metrics::SteadyClock steady;
  SteppedSession& reader = open(std::chrono::hours(1), steady);
  std::jthread canceller([this] {
    std::this_thread::sleep_for(milliseconds(20));
    store_->cancel();
  });
  reader.begin({.writes = false});
  reader.execute({kRead, {}, {}}, false);
  EXPECT_THROW(reader.commit(), WriteCancelled);
  EXPECT_NE(reader.timings().snapshot_since_ns, 0) << "what is unfinished can still be told";

  session_.reset();
  SteppedSession& endless = open(milliseconds(0), steady);
  canceller = std::jthread([this] {
    std::this_thread::sleep_for(milliseconds(20));
    store_->cancel();
  });
  EXPECT_THROW(endless.execute({kEndless, {}, {}}, false), WriteCancelled);
  EXPECT_THROW(endless.execute({kRead, {}, {}}, false), WriteCancelled);
}

TEST_F(ReadStoreTest, IsKnownToTheWalsStoryAndNeverCheckpoints) {
  SteppedSession& reader = open(milliseconds(0), clock_);
  {
    const Connection writer = database_.connect();
    writer.execute("PRAGMA wal_autocheckpoint=0; UPDATE t SET v = v + 1");
    reader.begin({.writes = false});
    reader.execute({kRead, {}, {}}, false);
    writer.execute("UPDATE t SET v = v + 1");
    writer.query_int64("PRAGMA wal_checkpoint");
    reader.commit();
    const auto keepers = database_.vfs().figures().reuse.keepers;
    ASSERT_EQ(keepers.size(), 1U);
    EXPECT_EQ(keepers[0].who, "reader 1");
    writer.execute("UPDATE t SET v = v + 1");
  }
  const std::int64_t pages_before = database_.vfs().figures().wal.db_writes;
  session_.reset();
  store_.reset();
  EXPECT_EQ(database_.vfs().figures().wal.db_writes, pages_before);
}

}  // namespace
}  // namespace walbench::storage
