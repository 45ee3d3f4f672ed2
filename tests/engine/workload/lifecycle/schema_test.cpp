// Silent bugs these tests would catch: a column or index that is missing, which makes the write
// cheaper than what it stands for; a constraint that lets an impossible state through; two files
// with one hash; a trigger that does not fire, so that `production` costs as little as `bench`.

#include "engine/workload/lifecycle/schema.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "storage/sqlite/sqlite.hpp"
#include "tests/storage/sqlite/test_database.hpp"

namespace walbench::engine {
namespace {

using storage::Connection;
using storage::Row;
using storage::SqliteError;
using storage::Statement;
using storage::TestDatabase;

const std::set<std::string> all_columns = {"file_path",
                                           "content_hash",
                                           "filename",
                                           "file_size",
                                           "metadata_json",
                                           "metadata_quality",
                                           "is_deleted",
                                           "error_message",
                                           "gemini_file_uri",
                                           "gemini_file_id",
                                           "upload_timestamp",
                                           "remote_expiration_ts",
                                           "embedding_model_version",
                                           "created_at",
                                           "updated_at",
                                           "ai_metadata_status",
                                           "ai_confidence_score",
                                           "entity_extraction_version",
                                           "entity_extraction_status",
                                           "upload_attempt_count",
                                           "last_upload_hash",
                                           "mtime",
                                           "orphaned_gemini_file_id",
                                           "missing_since",
                                           "upload_hash",
                                           "enrichment_version",
                                           "gemini_store_doc_id",
                                           "gemini_state",
                                           "gemini_state_updated_at",
                                           "version",
                                           "intent_type",
                                           "intent_started_at",
                                           "intent_api_calls_completed"};

std::set<std::string> names(const Connection& connection, const std::string& sql) {
  std::set<std::string> found;
  for (const Row& row : read_rows(connection, sql)) {
    found.insert(row.begin()->second.value());
  }
  return found;
}

class SchemaTest : public testing::TestWithParam<Schema> {
 protected:
  SchemaTest() { connection_.execute(schema_sql(GetParam())); }

  void insert(const std::string& path) const {
    connection_.execute(
        "INSERT INTO files(file_path, content_hash, filename, file_size, updated_at) VALUES('" +
        path + "', 'h', 'f', 1, 'when seeded')");
  }

  TestDatabase database_;
  Connection connection_ = database_.connect_uncounted();
};

TEST_P(SchemaTest, HasEveryColumnAndNoOther) {
  EXPECT_EQ(names(connection_, "SELECT name FROM pragma_table_info('files')"), all_columns);
  EXPECT_EQ(connection_.query_text("SELECT name FROM pragma_table_info('files') WHERE pk=1"),
            "file_path");
  EXPECT_EQ(names(connection_, "SELECT name FROM pragma_table_info('files') WHERE \"notnull\"=1"),
            (std::set<std::string>{"content_hash", "filename", "file_size", "is_deleted",
                                   "gemini_state", "version"}));
}

TEST_P(SchemaTest, HasTheIndexesItIsNamedFor) {
  std::set<std::string> indexed;
  for (const std::string& index :
       names(connection_, "SELECT name FROM sqlite_schema WHERE type='index' AND sql NOT NULL")) {
    indexed.merge(names(connection_, "SELECT name FROM pragma_index_info('" + index + "')"));
  }
  std::set<std::string> expected = {"gemini_state"};
  if (GetParam() == Schema::production) {
    expected.insert({"content_hash", "metadata_quality", "intent_type"});
  }
  EXPECT_EQ(indexed, expected);
}

TEST_P(SchemaTest, ANewRowIsUntrackedAtVersionZero) {
  insert("/a");
  const Row row = read_file_row(connection_, "/a");
  EXPECT_EQ(row.at("gemini_state"), "untracked");
  EXPECT_EQ(row.at("version"), "0");
  EXPECT_EQ(row.at("gemini_file_id"), std::nullopt);
}

TEST_P(SchemaTest, KnowsFiveStatesAndRefusesASixth) {
  insert("/a");
  for (const char* const state : {"uploading", "processing", "indexed", "failed", "untracked"}) {
    EXPECT_NO_THROW(
        connection_.execute("UPDATE files SET gemini_state='" + std::string(state) + "'"));
  }
  for (const char* const state : {"'archived'", "'Indexed'", "''", "NULL", "3"}) {
    try {
      connection_.execute("UPDATE files SET gemini_state=" + std::string(state));
      ADD_FAILURE() << state << " was taken";
    } catch (const SqliteError& error) {
      EXPECT_EQ(error.code(), SQLITE_CONSTRAINT) << state;
    }
  }
  EXPECT_EQ(read_file_row(connection_, "/a").at("gemini_state"), "untracked");
}

TEST_P(SchemaTest, RefusesTheSamePathTwice) {
  insert("/a");
  EXPECT_THROW(insert("/a"), SqliteError);
}

TEST_P(SchemaTest, StampsTheTimesOfANewRow) {
  connection_.execute(
      "INSERT INTO files(file_path, content_hash, filename, file_size) "
      "VALUES('/a', 'h', 'f', 1)");
  for (const char* const column : {"created_at", "updated_at"}) {
    EXPECT_EQ(connection_.query_int64("SELECT " + std::string(column) +
                                      " LIKE '____-__-__T__:__:__.___' FROM files"),
              1)
        << column;
  }
}

TEST_P(SchemaTest, OnlyProductionStampsUpdatedAtAndOnlyInTheRowThatIsWritten) {
  insert("/a");
  insert("/b");
  connection_.execute("UPDATE files SET version=1 WHERE file_path='/a'");
  EXPECT_EQ(connection_.changes(), 1) << "the trigger's own write does not count as a change";
  const std::optional<std::string> stamp = read_file_row(connection_, "/a").at("updated_at");
  if (GetParam() == Schema::production) {
    EXPECT_EQ(connection_.query_int64("SELECT updated_at LIKE '____-__-__T__:__:__.___' FROM files "
                                      "WHERE file_path='/a'"),
              1)
        << stamp.value_or("null");
  } else {
    EXPECT_EQ(stamp, "when seeded");
  }
  EXPECT_EQ(read_file_row(connection_, "/b").at("updated_at"), "when seeded");
}

INSTANTIATE_TEST_SUITE_P(Schemas, SchemaTest, testing::Values(Schema::bench, Schema::production),
                         [](const auto& schema) { return std::string(schema_name(schema.param)); });

TEST(BenchFile, PathsAreNumberedWithAtLeastFourDigits) {
  EXPECT_EQ(bench_file_path(0), "/bench/file_0000.txt");
  EXPECT_EQ(bench_file_path(7), "/bench/file_0007.txt");
  EXPECT_EQ(bench_file_path(9999), "/bench/file_9999.txt");
  EXPECT_EQ(bench_file_path(10000), "/bench/file_10000.txt");
  EXPECT_EQ(bench_file_path(1234567), "/bench/file_1234567.txt");
}

std::vector<std::string> hashes(std::uint64_t seed) {
  std::vector<std::string> all;
  for (std::int64_t index = 0; index < 100'000; ++index) {
    all.push_back(bench_content_hash(seed, index));
  }
  return all;
}

TEST(BenchFile, HashesAreDistinctAndSixteenHexDigits) {
  for (const std::uint64_t seed : {std::uint64_t{0}, std::uint64_t{42}, ~std::uint64_t{0}}) {
    std::vector<std::string> all = hashes(seed);
    for (const std::string& hash : all) {
      ASSERT_EQ(hash.size(), 16U);
      ASSERT_EQ(hash.find_first_not_of("0123456789abcdef"), std::string::npos);
    }
    std::ranges::sort(all);
    EXPECT_EQ(std::ranges::adjacent_find(all), all.end()) << "seed " << seed;
  }
}

TEST(BenchFile, HashesDependOnTheSeedAndOnNothingElse) {
  const std::vector<std::string> one = hashes(1);
  EXPECT_EQ(one, hashes(1));
  std::vector<std::string> both = one;
  const std::vector<std::string> two = hashes(2);
  both.insert(both.end(), two.begin(), two.end());
  std::ranges::sort(both);
  EXPECT_EQ(std::ranges::adjacent_find(both), both.end()) << "two seeds share a hash";
}

}  // namespace
}  // namespace walbench::engine
