// Silent bugs these tests would catch: WAL figures that look right and are not: a growth of zero
// because the last close deletes the file, frames counted twice, a size that forgets a truncation,
// a checkpoint or a sync that nobody counts; a VFS that damages what it hands on.

#include "storage/sqlite/watch/counting_vfs.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/storage/sqlite/test_database.hpp"

namespace walbench::storage {
namespace {

constexpr std::int64_t kWalHeaderBytes = 32;
constexpr std::int64_t kFrameHeaderBytes = 24;

/// What PRAGMA wal_checkpoint says: it is SQLite's own count of the frames in the WAL.
struct CheckpointAnswer {
  std::int64_t busy;
  std::int64_t frames_in_wal;
  std::int64_t frames_moved;
};

CheckpointAnswer checkpoint(const Connection& connection, const std::string& mode) {
  Statement pragma = connection.prepare("PRAGMA wal_checkpoint(" + mode + ")");
  pragma.step();
  return {pragma.column_int64(0), pragma.column_int64(1), pragma.column_int64(2)};
}

/// A database in WAL mode with one table, nothing in its WAL, and all counts at zero. It
/// checkpoints only when told to.
class CountingVfsTest : public testing::Test {
 protected:
  Connection open_wal(std::int64_t page_bytes = 4096, const std::string& synchronous = "OFF") {
    Connection connection = database_.connect();
    connection.execute("PRAGMA page_size=" + std::to_string(page_bytes));
    connection.query_text("PRAGMA journal_mode=WAL");
    connection.execute("PRAGMA synchronous=" + synchronous);
    connection.execute("PRAGMA wal_autocheckpoint=0");
    connection.execute("CREATE TABLE t(k INTEGER PRIMARY KEY, v)");
    connection.execute("INSERT INTO t VALUES(1, 0)");
    checkpoint(connection, "TRUNCATE");
    database_.vfs().restart_counting();
    return connection;
  }

  /// A commit that writes exactly one page, and so one frame.
  static void commit_a_page(const Connection& connection) {
    connection.execute("UPDATE t SET v=v+1 WHERE k=1");
  }

  IoFigures figures() { return database_.vfs().figures(); }

  TestDatabase database_;
};

class PageSizes : public CountingVfsTest, public testing::WithParamInterface<std::int64_t> {};

TEST_P(PageSizes, BytesAndFramesAreWhatTheFileAndSqliteSay) {
  const std::int64_t frame_bytes = GetParam() + kFrameHeaderBytes;
  const Connection connection = open_wal(GetParam());
  EXPECT_EQ(figures().wal.size_end_bytes, 0);

  std::int64_t frames_before = 0;
  for (int round = 0; round < 20; ++round) {
    connection.execute("INSERT INTO t(v) VALUES(randomblob(" + std::to_string(round * 700) + "))");
    const IoFigures now = figures();
    EXPECT_EQ(now.wal.size_end_bytes, size_on_disk(database_.wal_path()));
    EXPECT_EQ(now.wal.size_end_bytes, kWalHeaderBytes + now.wal.frames * frame_bytes);
    EXPECT_GT(now.wal.frames, frames_before);
    frames_before = now.wal.frames;
  }
  const IoFigures end = figures();
  EXPECT_EQ(end.wal.bytes_written, end.wal.size_end_bytes);
  EXPECT_EQ(end.wal.growth_bytes, end.wal.size_end_bytes);
  EXPECT_EQ(end.wal.peak_bytes, end.wal.size_end_bytes);
  EXPECT_EQ(end.wal.db_bytes_written, 0);
  EXPECT_EQ(checkpoint(connection, "PASSIVE").frames_in_wal, end.wal.frames);
}

INSTANTIATE_TEST_SUITE_P(Bytes, PageSizes, testing::Values(512, 1024, 4096, 65536),
                         testing::PrintToStringParamName());

TEST_F(CountingVfsTest, AFrameIsCountedOnceThoughItsHeaderIsWrittenAgain) {
  // A transaction larger than the cache spills pages into the WAL; changing them once more rewrites
  // them in place and, for the checksums, the headers of all frames from there on.
  const Connection connection = open_wal();
  connection.execute("PRAGMA cache_size=10");
  connection.execute("BEGIN");
  for (int row = 0; row < 100; ++row) {
    connection.execute("INSERT INTO t(v) VALUES(randomblob(3000))");
  }
  connection.execute("UPDATE t SET v=randomblob(3000)");
  connection.execute("COMMIT");

  const IoFigures now = figures();
  EXPECT_EQ(now.wal.size_end_bytes, size_on_disk(database_.wal_path()));
  EXPECT_GT(now.wal.bytes_written, now.wal.size_end_bytes) << "nothing was rewritten";
  EXPECT_EQ(now.wal.frames, checkpoint(connection, "PASSIVE").frames_in_wal);
}

TEST_F(CountingVfsTest, AWalThatBeginsAnewGrowsNoFurther) {
  const Connection connection = open_wal();
  constexpr std::int64_t kFrameBytes = 4096 + kFrameHeaderBytes;
  for (int commit = 0; commit < 5; ++commit) {
    commit_a_page(connection);
  }
  EXPECT_EQ(checkpoint(connection, "PASSIVE").frames_moved, 5);
  for (int commit = 0; commit < 3; ++commit) {
    commit_a_page(connection);
  }
  const IoFigures now = figures();
  EXPECT_EQ(now.wal.frames, 8);
  EXPECT_EQ(now.wal.bytes_written, 2 * kWalHeaderBytes + 8 * kFrameBytes);
  EXPECT_EQ(now.wal.size_end_bytes, kWalHeaderBytes + 5 * kFrameBytes);
  EXPECT_EQ(now.wal.size_end_bytes, size_on_disk(database_.wal_path()));
  EXPECT_EQ(now.wal.growth_bytes, now.wal.size_end_bytes);
  EXPECT_EQ(now.wal.peak_bytes, now.wal.size_end_bytes);
}

TEST_F(CountingVfsTest, ATruncationTakesTheSizeAndNothingElse) {
  const Connection connection = open_wal();
  commit_a_page(connection);
  commit_a_page(connection);
  const IoFigures before = figures();
  checkpoint(connection, "TRUNCATE");
  EXPECT_EQ(size_on_disk(database_.wal_path()), 0);
  EXPECT_EQ(figures().wal.size_end_bytes, 0);
  EXPECT_EQ(figures().wal.growth_bytes, before.wal.growth_bytes);
  EXPECT_EQ(figures().wal.peak_bytes, before.wal.size_end_bytes);

  commit_a_page(connection);
  EXPECT_EQ(figures().wal.size_end_bytes, size_on_disk(database_.wal_path()));
  EXPECT_EQ(figures().wal.growth_bytes, before.wal.growth_bytes + figures().wal.size_end_bytes);
  EXPECT_EQ(figures().wal.peak_bytes, before.wal.size_end_bytes);
}

TEST_F(CountingVfsTest, ASizeLimitTruncatesPartOfTheWal) {
  const Connection connection = open_wal();
  connection.execute("PRAGMA journal_size_limit=5000");
  for (int commit = 0; commit < 5; ++commit) {
    commit_a_page(connection);
  }
  checkpoint(connection, "PASSIVE");
  commit_a_page(connection);
  EXPECT_EQ(size_on_disk(database_.wal_path()), 5000);
  EXPECT_EQ(figures().wal.size_end_bytes, 5000);
}

TEST_F(CountingVfsTest, TheLastCloseDeletesTheWalAndLeavesItsGrowth) {
  IoFigures open_figures;
  {
    const Connection first = open_wal();
    {
      const Connection second = database_.connect();
      commit_a_page(second);
      open_figures = figures();
    }
    EXPECT_EQ(figures().wal.size_end_bytes, open_figures.wal.size_end_bytes)
        << "not the last to close";
    EXPECT_EQ(figures().wal.checkpoints, 0);
  }
  EXPECT_FALSE(size_on_disk(database_.wal_path()).has_value());
  EXPECT_EQ(figures().wal.size_end_bytes, 0);
  EXPECT_GT(open_figures.wal.growth_bytes, 0);
  EXPECT_EQ(figures().wal.growth_bytes, open_figures.wal.growth_bytes);
  EXPECT_EQ(figures().wal.peak_bytes, open_figures.wal.size_end_bytes);
  EXPECT_EQ(figures().wal.checkpoints, 1) << "the close moves the pages";
}

TEST_F(CountingVfsTest, CountsCheckpointsThatMoveSomething) {
  const Connection connection = open_wal();
  checkpoint(connection, "PASSIVE");
  EXPECT_EQ(figures().wal.checkpoints, 0) << "there was nothing to move";

  std::int64_t expected = 0;
  for (const char* const mode : {"PASSIVE", "FULL", "RESTART", "TRUNCATE"}) {
    commit_a_page(connection);
    EXPECT_EQ(figures().wal.checkpoints, expected);
    checkpoint(connection, mode);
    EXPECT_EQ(figures().wal.checkpoints, ++expected) << mode;
    checkpoint(connection, mode);
    EXPECT_EQ(figures().wal.checkpoints, expected) << mode << " a second time";
  }
  EXPECT_EQ(figures().wal.db_bytes_written, expected * 4096);
}

TEST_F(CountingVfsTest, CountsAutomaticCheckpoints) {
  const Connection connection = open_wal();
  connection.execute("PRAGMA wal_autocheckpoint=10");
  for (int commit = 0; commit < 95; ++commit) {
    commit_a_page(connection);
  }
  EXPECT_EQ(figures().wal.frames, 95);
  EXPECT_EQ(figures().wal.checkpoints, 9);
  EXPECT_EQ(figures().wal.peak_bytes, kWalHeaderBytes + 10 * (4096 + kFrameHeaderBytes));
}

struct SyncExpectation {
  std::string synchronous;
  std::int64_t after_five_commits;  ///< of the WAL
  std::int64_t wal_by_checkpoint;
  std::int64_t db_by_checkpoint;
};

class Syncs : public CountingVfsTest, public testing::WithParamInterface<SyncExpectation> {};

TEST_P(Syncs, AreThoseThatTheSettingPromises) {
  const SyncExpectation& expected = GetParam();
  const Connection connection = open_wal(4096, expected.synchronous);
  for (int commit = 0; commit < 5; ++commit) {
    commit_a_page(connection);
  }
  EXPECT_EQ(figures().wal.wal_syncs, expected.after_five_commits);
  EXPECT_EQ(figures().wal.db_syncs, 0);

  checkpoint(connection, "PASSIVE");
  EXPECT_EQ(figures().wal.wal_syncs, expected.after_five_commits + expected.wal_by_checkpoint);
  EXPECT_EQ(figures().wal.db_syncs, expected.db_by_checkpoint);
}

// A WAL that begins is synced once for its header; with FULL so is every commit. A checkpoint syncs
// the WAL before it moves pages, and the database afterwards.
INSTANTIATE_TEST_SUITE_P(Synchronous, Syncs,
                         testing::Values(SyncExpectation{"OFF", 0, 0, 0},
                                         SyncExpectation{"NORMAL", 1, 1, 1},
                                         SyncExpectation{"FULL", 1 + 5, 1, 1}),
                         [](const auto& expected) { return expected.param.synchronous; });

TEST_F(CountingVfsTest, RestartCountingZeroesCountsAndKeepsTheSize) {
  const Connection connection = open_wal(4096, "FULL");
  for (int commit = 0; commit < 5; ++commit) {
    commit_a_page(connection);
  }
  checkpoint(connection, "PASSIVE");
  commit_a_page(connection);
  database_.vfs().restart_counting();
  const IoFigures now = figures();
  EXPECT_EQ(now.wal.bytes_written + now.wal.frames + now.wal.growth_bytes + now.wal.wal_syncs +
                now.wal.db_bytes_written + now.wal.db_syncs + now.wal.checkpoints +
                now.busy_longest_us,
            0);
  EXPECT_EQ(now.wal.size_end_bytes, size_on_disk(database_.wal_path()));
  EXPECT_EQ(now.wal.peak_bytes, now.wal.size_end_bytes);

  commit_a_page(connection);
  EXPECT_EQ(figures().wal.frames, 1) << "the page size is not forgotten";
  EXPECT_EQ(figures().wal.growth_bytes, 0) << "the WAL was longer before";
}

TEST_F(CountingVfsTest, TwoInstancesDoNotMix) {
  TestDatabase other;
  EXPECT_STRNE(other.vfs().name(), database_.vfs().name());
  const Connection connection = open_wal();
  const Connection untouched = other.connect();
  commit_a_page(connection);
  EXPECT_EQ(figures().wal.frames, 1);
  EXPECT_EQ(other.vfs().figures().wal.bytes_written, 0);
  EXPECT_EQ(other.vfs().figures().wal.size_end_bytes, 0);
}

TEST_F(CountingVfsTest, AThousandOpensAndClosesLeaveNothingBehind) {
  const auto open_descriptors = [] {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry :
         std::filesystem::directory_iterator("/proc/self/fd")) {
      ++count;
    }
    return count;
  };
  { const Connection creating = open_wal(); }
  database_.vfs().restart_counting();
  const std::size_t before = open_descriptors();
  for (int round = 0; round < 1000; ++round) {
    const Connection connection = database_.connect();
    connection.execute("PRAGMA synchronous=OFF");
    commit_a_page(connection);
  }
  EXPECT_EQ(open_descriptors(), before);
  constexpr std::int64_t kWalOfOneCommit = kWalHeaderBytes + 4096 + kFrameHeaderBytes;
  EXPECT_EQ(figures().wal.frames, 1000);
  EXPECT_EQ(figures().wal.growth_bytes, 1000 * kWalOfOneCommit);
  EXPECT_EQ(figures().wal.peak_bytes, kWalOfOneCommit);
  EXPECT_EQ(figures().wal.size_end_bytes, 0);
  EXPECT_EQ(figures().wal.checkpoints, 1000);
}

TEST_F(CountingVfsTest, ErrorsOfTheRealVfsPassUnchanged) {
  const std::string directory = std::filesystem::path(database_.path()).parent_path().string();
  for (const std::string& path : {directory, directory + "/missing", directory + "/missing/missing",
                                  std::string("/dev/null/x")}) {
    std::vector<int> codes;
    for (const char* const vfs : {static_cast<const char*>(nullptr), database_.vfs().name()}) {
      sqlite3* db = nullptr;
      codes.push_back(sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READWRITE, vfs));
      codes.push_back(sqlite3_extended_errcode(db));
      codes.push_back(sqlite3_system_errno(db));
      sqlite3_close_v2(db);
    }
    EXPECT_NE(codes[0], SQLITE_OK) << path;
    EXPECT_EQ((std::vector<int>{codes[0], codes[1], codes[2]}),
              (std::vector<int>{codes[3], codes[4], codes[5]}))
        << path;
  }
}

/// Everything SQLite does to files, mixed; returns what is in the table in the end.
std::string mixed_use(const Connection& connection, const std::string& path, const char* vfs) {
  connection.execute("PRAGMA synchronous=NORMAL; PRAGMA page_size=1024");
  connection.query_text("PRAGMA journal_mode=WAL");
  connection.execute("PRAGMA mmap_size=1000000; PRAGMA cache_size=10; CREATE TABLE t(k, v)");
  for (int round = 0; round < 20; ++round) {
    connection.execute(
        "INSERT INTO t SELECT value, zeroblob(value * 30) FROM "
        "(WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value+1 FROM n "
        "WHERE value<40) SELECT value FROM n)");
    connection.execute("BEGIN; DELETE FROM t WHERE k%3=0; ROLLBACK");
    connection.execute("DELETE FROM t WHERE k=" + std::to_string(round));
    if (round % 4 == 0) checkpoint(connection, "TRUNCATE");
    if (round % 7 == 0) connection.execute("VACUUM");
    const Connection other(path, vfs);
    other.execute("CREATE INDEX IF NOT EXISTS i ON t(k, v); UPDATE t SET k=k+1 WHERE k=5");
  }
  connection.query_text("PRAGMA journal_mode=DELETE");
  connection.execute("INSERT INTO t VALUES(-1, 'journal')");
  EXPECT_EQ(connection.query_text("PRAGMA integrity_check"), "ok");
  return connection.query_text("SELECT group_concat(k || ':' || length(v)) FROM t");
}

TEST_F(CountingVfsTest, ContentSurvivesMixedUse) {
  TestDatabase reference;
  const std::string counted =
      mixed_use(database_.connect(), database_.path(), database_.vfs().name());
  const std::string plain = mixed_use(reference.connect_uncounted(), reference.path(), nullptr);
  EXPECT_FALSE(counted.empty());
  EXPECT_EQ(counted, plain);
  EXPECT_EQ(database_.connect_uncounted().query_text("PRAGMA integrity_check"), "ok");
  EXPECT_GT(figures().wal.db_bytes_written, 0);
}

}  // namespace
}  // namespace walbench::storage
