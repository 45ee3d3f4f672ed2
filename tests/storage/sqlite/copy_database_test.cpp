// Silent bugs these tests would catch: somebody's database, or its WAL, that is not the same byte
// for byte after it was copied; a copy without what stood in the WAL alone.

#include "storage/sqlite/copy_database.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "storage/sqlite/sqlite.hpp"
#include "tests/storage/sqlite/test_database.hpp"

namespace walbench::storage {
namespace {

std::string content_of(const std::string& path) {
  std::ostringstream content;
  content << std::ifstream(path, std::ios::binary).rdbuf();
  return content.str();
}

/// Somebody's database, and an empty file for its copy.
class CopyDatabase : public testing::Test {
 protected:
  std::string theirs() const { return theirs_.database().string(); }
  std::string copy() const { return copy_.database().string(); }

  void make_theirs(const std::string& mode, int rows) {
    Connection connection(theirs(), nullptr);
    // Leaves a WAL behind, as a crash or a kill of the last user does.
    sqlite3_db_config(connection.handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    connection.query_text("PRAGMA journal_mode=" + mode);
    connection.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, text)");
    connection.execute(
        "INSERT INTO t WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < " +
        std::to_string(rows) + ") SELECT i, hex(zeroblob(500)) FROM c");
  }
  std::int64_t rows_in_copy() const {
    return Connection(copy(), nullptr).query_int64("SELECT count(*) FROM t");
  }

  DatabaseFiles theirs_{std::nullopt};
  DatabaseFiles copy_{std::nullopt};
};

TEST_F(CopyDatabase, OfAWalThatNobodyHasOpenEverythingStaysAsItWas) {
  make_theirs("wal", 1000);
  const std::string database = content_of(theirs());
  const std::string wal = content_of(theirs() + "-wal");
  ASSERT_FALSE(wal.empty());
  const CopyReport report = copy_database(theirs(), copy(), {});
  EXPECT_EQ(content_of(theirs()), database);
  EXPECT_EQ(content_of(theirs() + "-wal"), wal);
  EXPECT_TRUE(report.in_wal_mode);
  EXPECT_EQ(rows_in_copy(), 1000);
  EXPECT_GT(report.bytes, 500 * 1000);
  EXPECT_FALSE(std::filesystem::exists(copy() + "-wal"));
}

TEST_F(CopyDatabase, OfALiveOneWritersGoOn) {
  make_theirs("wal", 10);
  const Connection user(theirs(), nullptr);
  user.execute("BEGIN IMMEDIATE; INSERT INTO t(text) VALUES('not committed yet')");
  const std::string wal = content_of(theirs() + "-wal");
  copy_database(theirs(), copy(), {});
  EXPECT_EQ(content_of(theirs() + "-wal"), wal);
  EXPECT_EQ(rows_in_copy(), 10);
  user.execute("COMMIT");
  EXPECT_EQ(user.query_int64("SELECT count(*) FROM t"), 11);
}

TEST_F(CopyDatabase, InRollbackModeItIsCopiedInSteps) {
  make_theirs("delete", 5000);
  const std::string database = content_of(theirs());
  const CopyReport report = copy_database(theirs(), copy(), {});
  EXPECT_FALSE(report.in_wal_mode);
  EXPECT_LT(report.longest_step, report.took);
  EXPECT_EQ(content_of(theirs()), database);
  EXPECT_EQ(rows_in_copy(), 5000);
}

TEST_F(CopyDatabase, AStopEndsIt) {
  make_theirs("wal", 10);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(copy_database(theirs(), copy(), stop.get_token()), StorageError);
}

TEST_F(CopyDatabase, WhatIsNoDatabaseIsRefused) {
  std::ofstream(theirs()) << "no database, however long this text is, and it is not that long";
  EXPECT_THROW(copy_database(theirs(), copy(), {}), StorageError);
  EXPECT_THROW(copy_database("/no/such/file", copy(), {}), StorageError);
}

}  // namespace
}  // namespace walbench::storage
