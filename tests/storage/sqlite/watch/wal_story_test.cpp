// Silent bugs these tests would catch: a reader that kept the WAL and is not named, or an innocent
// one that is; a snapshot's time that begins with BEGIN, or ends with a checkpoint; frames counted
// from the wrong end; a refusal counted twice because a checkpoint waited; a writer taken for
// somebody outside because it let go just then.
//
// SQLite itself reads, writes and checkpoints here. Time stands still but for what the test says.

#include "storage/sqlite/watch/wal_story.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>

#include "storage/sqlite/database_files.hpp"
#include "storage/sqlite/sqlite.hpp"
#include "storage/sqlite/watch/counting_vfs.hpp"
#include "tests/support/manual_clock.hpp"

namespace walbench::storage {
namespace {

using metrics::WalKeeper;
using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::int64_t kMs = 1'000'000;
constexpr std::int64_t kFrameBytes = 4096 + 24;

/// A writer whose commits write a frame each and that checkpoints when told to.
class Story : public testing::Test {
 protected:
  Story() {
    vfs_.follow_snapshots();
    writer_ = open();
    writer_->execute("CREATE TABLE t(k INTEGER PRIMARY KEY, v); INSERT INTO t VALUES(1, 0)");
    checkpoint("TRUNCATE");
    vfs_.restart_counting();
  }

  std::unique_ptr<Connection> open(std::int64_t reader = 0) {
    auto connection = std::make_unique<Connection>(files_.database().string(), vfs_.name());
    connection->query_text("PRAGMA journal_mode=WAL");
    connection->execute("PRAGMA synchronous=OFF; PRAGMA wal_autocheckpoint=0");
    connection->query_int64("SELECT COUNT(*) FROM sqlite_schema");
    if (reader != 0) CountingVfs::name_reader(connection->handle(), {.number = reader});
    return connection;
  }
  static void read(const Connection& connection) { connection.query_int64("SELECT v FROM t"); }
  static void hold(const Connection& connection) {
    connection.execute("BEGIN");
    read(connection);
  }
  static void end(const Connection& connection) { connection.execute("END"); }

  void commit(int times = 1) const {
    for (int time = 0; time < times; ++time) {
      writer_->execute("UPDATE t SET v=v+1 WHERE k=1");
    }
  }
  void checkpoint(const std::string& mode = "PASSIVE") const {
    writer_->query_int64("PRAGMA wal_checkpoint(" + mode + ")");
  }
  void pass(milliseconds time) const { clock_.advance(time); }
  metrics::WalReuse story() { return vfs_.figures().reuse; }

  DatabaseFiles files_{std::nullopt};
  test_support::ManualClock clock_;
  CountingVfs vfs_{clock_};
  std::unique_ptr<Connection> writer_;
};

TEST_F(Story, IsThatTheWalStartsOverWhereNobodyReads) {
  for (int round = 0; round < 3; ++round) {
    commit(5);
    checkpoint();
  }
  EXPECT_EQ(story(), metrics::WalReuse{.restarts = 2}) << "the next commit would start it over";
  commit();
  EXPECT_EQ(story().restarts, 3);
}

TEST_F(Story, NamesTheReaderItsTimeAndItsFrames) {
  const auto reader = open(1);
  commit(10);
  reader->execute("BEGIN");
  pass(milliseconds(500));
  read(*reader);  // The snapshot begins here.
  commit(7);
  pass(milliseconds(20));
  checkpoint();
  commit(5);
  pass(milliseconds(20));
  checkpoint();
  pass(milliseconds(30));
  end(*reader);
  pass(milliseconds(1000));

  const metrics::WalReuse told = story();
  EXPECT_EQ(told.restarts, 0);
  EXPECT_EQ(told.refused, 2);
  EXPECT_EQ(told.limited_checkpoints, 2);
  EXPECT_EQ(told.frames_most, 12);
  EXPECT_EQ(told.growth_bytes, 5 * kFrameBytes) << "from the first refusal on";
  EXPECT_THAT(told.keepers, ElementsAre(WalKeeper{"reader 1", 2, 70 * kMs, 12}));
}

TEST_F(Story, TellsOfASnapshotThatIsStillHeld) {
  const auto reader = open(1);
  commit();
  hold(*reader);
  commit(3);
  checkpoint();
  pass(milliseconds(40));
  EXPECT_THAT(story().keepers, ElementsAre(WalKeeper{"reader 1", 1, 40 * kMs, 3}));
  pass(milliseconds(40));
  EXPECT_THAT(story().keepers, ElementsAre(WalKeeper{"reader 1", 1, 80 * kMs, 3}));
}

TEST_F(Story, SaysNothingOfAReaderThatWasInNobodysWay) {
  const auto reader = open(1);
  commit(4);
  hold(*reader);
  checkpoint();  // It moves everything: the reader's mark is the end.
  pass(milliseconds(10));
  end(*reader);
  commit();
  EXPECT_EQ(story(), metrics::WalReuse{.restarts = 1});
}

TEST_F(Story, KnowsWhoKeepsAWriterFromStartingOver) {
  const auto reader = open(1);
  commit(4);
  hold(*reader);
  checkpoint();
  pass(milliseconds(10));
  commit();
  end(*reader);

  const metrics::WalReuse told = story();
  EXPECT_EQ(told.refused, 1);
  EXPECT_EQ(told.limited_checkpoints, 0);
  EXPECT_EQ(told.growth_bytes, kFrameBytes);
  EXPECT_THAT(told.keepers, ElementsAre(WalKeeper{"reader 1", 1, 10 * kMs, 0}));
}

TEST_F(Story, KnowsAReaderOfTheDatabaseFileAlone) {
  const auto reader = open(1);
  commit(4);
  checkpoint();
  hold(*reader);  // All is moved, so it needs no frame, and holds lock 0.
  commit(6);
  pass(milliseconds(10));
  checkpoint();
  end(*reader);

  const metrics::WalReuse told = story();
  EXPECT_EQ(told.restarts, 1);
  EXPECT_EQ(told.limited_checkpoints, 1);
  EXPECT_EQ(told.frames_most, 6);
  EXPECT_THAT(told.keepers, ElementsAre(WalKeeper{"reader 1", 1, 10 * kMs, 6}));
}

TEST_F(Story, NamesTheOldestOfThoseWhoShareAMark) {
  const auto younger = open(1);
  const auto older = open(2);
  commit();
  hold(*older);
  pass(milliseconds(5));
  hold(*younger);
  commit(2);
  checkpoint();
  pass(milliseconds(5));
  end(*older);
  end(*younger);
  EXPECT_THAT(story().keepers, ElementsAre(WalKeeper{"reader 2", 1, 10 * kMs, 2}));
}

TEST_F(Story, NamesTheReaderThatWasThereEachTime) {
  const auto passing = open(1);
  const auto staying = open(2);
  commit();
  hold(*passing);
  pass(milliseconds(5));
  hold(*staying);
  commit();
  checkpoint();
  end(*passing);
  pass(milliseconds(5));
  checkpoint();
  EXPECT_THAT(story().keepers, ElementsAre(WalKeeper{"reader 2", 2, 5 * kMs, 1}));
}

TEST_F(Story, SaysThatReadersTookTurns) {
  const auto one = open(1);
  const auto other = open(2);
  commit();
  hold(*one);
  commit();
  checkpoint();
  pass(milliseconds(30));
  hold(*other);
  commit();
  end(*one);
  checkpoint();
  pass(milliseconds(20));
  end(*other);
  EXPECT_THAT(story().keepers, ElementsAre(WalKeeper{"readers in turns", 2, 30 * kMs, 1}));
}

TEST_F(Story, BeginsAnewWhenTheWalStartsOver) {
  const auto one = open(1);
  const auto other = open(2);
  for (const Connection* const reader : {one.get(), other.get()}) {
    commit();
    hold(*reader);
    commit();
    checkpoint();
    pass(milliseconds(30));
    end(*reader);
    checkpoint();
    commit();
    checkpoint();
  }
  const metrics::WalReuse told = story();
  EXPECT_EQ(told.restarts, 3);
  EXPECT_THAT(told.keepers, ElementsAre(WalKeeper{"reader 1", 1, 30 * kMs, 1},
                                        WalKeeper{"reader 2", 1, 30 * kMs, 1}));
}

TEST_F(Story, KnowsThatSomebodyOutsideReads) {
  const Connection stranger(files_.database().string(), nullptr);
  commit();
  hold(stranger);
  commit(3);
  checkpoint();
  pass(milliseconds(25));
  checkpoint();
  EXPECT_THAT(story().keepers, ElementsAre(WalKeeper{"outside", 2, 25 * kMs, 3}));
}

TEST_F(Story, TellsAWriterFromSomebodyOutside) {
  const auto second = open();
  commit();
  hold(*second);
  commit();
  pass(milliseconds(25));
  checkpoint();
  end(*second);
  EXPECT_THAT(story().keepers, ElementsAre(WalKeeper{"writers", 1, 25 * kMs, 1}));
}

TEST_F(Story, CountsACheckpointOnceHoweverLongItWaits) {
  const auto reader = open(1);
  commit();
  hold(*reader);
  commit(2);
  sqlite3_busy_timeout(writer_->handle(), 100);
  checkpoint("FULL");
  EXPECT_EQ(story().refused, 1);

  int sleeps = 0;
  clock_.on_sleep([&] {
    if (++sleeps == 3) end(*reader);
  });
  vfs_.restart_counting();
  checkpoint("TRUNCATE");
  EXPECT_EQ(sleeps, 3);
  EXPECT_EQ(story(), metrics::WalReuse{.restarts = 1}) << "it got what it waited for";
}

TEST_F(Story, ForgetsEverythingButWhoReadsWhenCountingRestarts) {
  const auto reader = open(1);
  commit();
  hold(*reader);
  pass(milliseconds(15));
  commit();
  checkpoint();
  vfs_.restart_counting();
  EXPECT_EQ(story(), metrics::WalReuse());
  checkpoint();
  pass(milliseconds(15));
  EXPECT_THAT(story().keepers, ElementsAre(WalKeeper{"reader 1", 1, 30 * kMs, 1}));
}

TEST_F(Story, ForgetsAReaderThatIsGone) {
  auto reader = open(1);
  commit();
  hold(*reader);
  commit();
  checkpoint();
  pass(milliseconds(15));
  reader.reset();
  pass(milliseconds(15));
  EXPECT_THAT(story().keepers, ElementsAre(WalKeeper{"reader 1", 1, 15 * kMs, 1}));
  checkpoint();
  EXPECT_EQ(story().refused, 1);
}

TEST(StoryOfAnUnfollowedDatabase, HasCountsAndNoNames) {
  const DatabaseFiles files{std::nullopt};
  const test_support::ManualClock clock;
  CountingVfs vfs(clock);
  const Connection writer(files.database().string(), vfs.name());
  writer.query_text("PRAGMA journal_mode=WAL");
  writer.execute("PRAGMA wal_autocheckpoint=0; CREATE TABLE t(v); INSERT INTO t VALUES(1)");
  const Connection reader(files.database().string(), vfs.name());
  reader.execute("BEGIN");
  reader.query_int64("SELECT v FROM t");
  writer.execute("UPDATE t SET v=2");
  const std::int64_t readings = clock.readings();
  reader.execute("END; BEGIN");
  reader.query_int64("SELECT v FROM t");
  EXPECT_EQ(clock.readings(), readings) << "a reader costs nothing";
  writer.execute("UPDATE t SET v=3");
  writer.query_int64("PRAGMA wal_checkpoint");

  const metrics::WalReuse told = vfs.figures().reuse;
  EXPECT_EQ(told.limited_checkpoints, 1);
  EXPECT_EQ(told.frames_most, 1);
  EXPECT_THAT(told.keepers, IsEmpty());
}

}  // namespace
}  // namespace walbench::storage
