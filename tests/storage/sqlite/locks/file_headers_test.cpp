// Would catch: frames counted in the wrong byte order, a WAL header that is half written and taken
// at its word, or a reader blamed for frames that it does not keep.

#include "storage/sqlite/locks/file_headers.hpp"

#include <gtest/gtest.h>

#include <span>
#include <string>

#include "tests/storage/sqlite/locks/lock_examples.hpp"

namespace walbench::storage {
namespace {

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text));
}

TEST(DatabaseHeaderTest, TellsTheModeThePageSizeAndTheCommits) {
  const auto rollback = parse_database_header(bytes_of(database_header(JournalMode::rollback, 7)));
  ASSERT_TRUE(rollback);
  EXPECT_EQ(rollback->mode, JournalMode::rollback);
  EXPECT_EQ(rollback->page_bytes, 4096U);
  EXPECT_EQ(rollback->change_counter, 7U);
  std::string largest = database_header(JournalMode::wal);
  largest[16] = 0;
  largest[17] = 1;
  const auto wal = parse_database_header(bytes_of(largest));
  ASSERT_TRUE(wal);
  EXPECT_EQ(wal->mode, JournalMode::wal);
  EXPECT_EQ(wal->page_bytes, 65536U);
}

TEST(DatabaseHeaderTest, RefusesWhatIsNoDatabase) {
  EXPECT_FALSE(parse_database_header(bytes_of("")));
  EXPECT_FALSE(parse_database_header(bytes_of(std::string(200, 'x'))));
  EXPECT_FALSE(parse_database_header(bytes_of(database_header(JournalMode::wal).substr(0, 99))));
}

TEST(WalIndexTest, TellsFramesAndMarks) {
  const WalIndex written{.change_counter = 5, .frames = 9123, .backfilled = 23, .marks = {0, 9000}};
  const auto read = parse_wal_index(bytes_of(wal_index_header(written)));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->change_counter, 5U);
  EXPECT_EQ(read->frames, 9123U);
  EXPECT_EQ(read->backfilled, 23U);
  EXPECT_EQ(read->not_checkpointed(), 9100U);
  EXPECT_EQ(read->marks, written.marks);
}

TEST(WalIndexTest, IsNotBelievedWhileItIsWritten) {
  const WalIndex index{.change_counter = 5, .frames = 9};
  std::string torn = wal_index_header(index);
  torn[48 + 16] = 8;
  EXPECT_FALSE(parse_wal_index(bytes_of(torn)));
  EXPECT_FALSE(parse_wal_index(bytes_of(std::string(WalIndex::kBytes, '\0')))) << "not initialised";
  EXPECT_FALSE(parse_wal_index(bytes_of(wal_index_header(index).substr(0, 135))));
}

TEST(WalIndexTest, AReaderKeepsWhatIsBehindItsMark) {
  const WalIndex index{
      .frames = 100, .backfilled = 10, .marks = {0, 40, 100, 5, WalIndex::kUnusedMark}};
  EXPECT_EQ(index.kept_by(0), 90U) << "reads the database alone, which must not change";
  EXPECT_EQ(index.kept_by(1), 60U);
  EXPECT_EQ(index.kept_by(2), 0U);
  EXPECT_EQ(index.kept_by(3), 90U) << "what is moved already is not kept";
  EXPECT_EQ(index.kept_by(4), 90U);
}

}  // namespace
}  // namespace walbench::storage
