// Silent bugs these tests would catch: a verification that passes a database which lost a row, an
// answer or a page; a reset that leaves something of the warm-up behind; a seed that differs from
// run to run, or whose interruption leaves half a database.

#include "storage/sqlite/strategy/sqlite_database.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "storage/engines/engine.hpp"
#include "storage/sqlite/database_files.hpp"
#include "tests/storage/sqlite/test_database.hpp"
#include "tests/support/manual_clock.hpp"

namespace walbench::storage {
namespace {

using test_support::ManualClock;

constexpr std::int64_t kFiles = 50;
const ConnectionSettings fast_settings = {.synchronous = Synchronous::off};

class SqliteDatabaseTest : public testing::TestWithParam<Schema> {
 protected:
  SqliteDatabaseTest() { database_.seed(); }

  Connection connect() const { return {path(), nullptr}; }
  std::string path() const { return files_.database().string(); }
  void execute(const std::string& sql) const {
    const Connection connection = connect();
    connection.execute("PRAGMA synchronous=OFF");
    connection.execute(sql);
  }
  std::vector<Row> rows() const {
    return read_rows(connect(), "SELECT * FROM files ORDER BY file_path");
  }

  Verification verify() { return database_.verify(); }

  void run_all_lifecycles() {
    const std::unique_ptr<Store> store =
        database_.open_store({.connection = ConnectionAxis::per_worker()}, 1, clock_);
    const std::unique_ptr<Session> session = store->open_session(0);
    for (std::int64_t file = 0; file < kFiles; ++file) {
      live_a_life(*session, file);
    }
  }

  const DatabaseFiles files_{std::nullopt};
  ManualClock clock_;
  LifecycleDatabase database_{
      files_.database(), {.files = kFiles, .seed = 42, .schema = GetParam()}, fast_settings};
};

TEST_P(SqliteDatabaseTest, SeedsOneUntrackedRowAFile) {
  const std::vector<Row> all = rows();
  ASSERT_EQ(all.size(), static_cast<std::size_t>(kFiles));
  for (std::size_t index = 0; index < all.size(); ++index) {
    const auto number = static_cast<std::int64_t>(index);
    EXPECT_EQ(all[index].at("file_path"), bench_file_path(number));
    EXPECT_EQ("/bench/" + all[index].at("filename").value(), bench_file_path(number));
    EXPECT_EQ(all[index].at("content_hash"), bench_content_hash(42, number));
    EXPECT_EQ(all[index].at("file_size"), "1024");
    EXPECT_EQ(all[index].at("gemini_state"), "untracked");
    EXPECT_EQ(all[index].at("version"), "0");
  }
  EXPECT_EQ(connect().query_text("PRAGMA journal_mode"), "wal");
}

TEST_P(SqliteDatabaseTest, KeepsNoConnectionOpenBetweenCalls) {
  EXPECT_FALSE(size_on_disk(path() + "-wal").has_value());
  database_->settings({});
  database_.reset();
  verify();
  EXPECT_FALSE(size_on_disk(path() + "-wal").has_value());
  EXPECT_NO_THROW(execute("PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT"));
}

TEST_P(SqliteDatabaseTest, SettingsAreThoseOfTheStoresConnections) {
  const metrics::SettingsReadBack effective = database_->settings({});
  EXPECT_EQ(effective.journal_mode, "wal");
  EXPECT_EQ(effective.synchronous, "off");
  EXPECT_EQ(effective.busy_timeout_ms, 5000);
  EXPECT_EQ(effective.wal_autocheckpoint_frames, 1000);
}

TEST(SqliteDatabasePragmas, ThePageSizeIsSetBeforeThereIsATable) {
  const DatabaseFiles files(std::nullopt);
  ConnectionSettings settings{.synchronous = Synchronous::off};
  settings.set_pragma({"page_size", "8192"});
  LifecycleDatabase database(files.database(), {.files = 3, .seed = 1}, settings);
  database.seed();
  EXPECT_EQ(database->settings({}).page_size_bytes, 8192);
}

TEST_P(SqliteDatabaseTest, SettingsAreThoseOfTheAxesBusyHandler) {
  const Axes axes{.busy_handler = BusyHandlerAxis::constant(std::chrono::milliseconds(1))};
  EXPECT_EQ(database_->settings(axes).busy_timeout_ms, 5000);
  EXPECT_FALSE(size_on_disk(path() + "-wal").has_value());
}

TEST_P(SqliteDatabaseTest, AWholeRunIsVerified) {
  run_all_lifecycles();
  const Verification found = verify();
  EXPECT_EQ(found.rows, kFiles);
  EXPECT_EQ(found.rows_finished, kFiles);
  EXPECT_EQ(found.rows_right, kFiles);
  EXPECT_EQ(found.integrity, "ok");
  EXPECT_TRUE(found.passed(kFiles));
}

TEST_P(SqliteDatabaseTest, WhatWasOnlySeededIsNotVerified) {
  const Verification found = verify();
  EXPECT_EQ(found.rows, kFiles);
  EXPECT_EQ(found.rows_finished, 0);
  EXPECT_EQ(found.rows_right, 0);
  EXPECT_FALSE(found.passed(kFiles));
}

/// A change to one row that makes it wrong, and the column that is blamed.
struct Damage {
  const char* sql;
  const char* blamed;
};

TEST_P(SqliteDatabaseTest, AnyOneThingThatIsWrongOrMissingFailsTheVerification) {
  run_all_lifecycles();
  const std::vector<Damage> damages = {
      {"file_path='/bench/file_7.txt'", "file_path"},
      {"content_hash='0123456789abcdef'", "content_hash"},
      {"gemini_state='processing'", "gemini_state"},
      {"version=2", "version"},
      {"version=4", "version"},
      {"gemini_file_id=NULL", "gemini_file_id"},
      {"gemini_file_id='files/mock__bench_file_0008.txt'", "gemini_file_id"},
      {"gemini_file_uri=NULL", "gemini_file_uri"},
      {"gemini_file_uri='uri 77'", "gemini_file_uri"},
      {"gemini_store_doc_id=NULL", "gemini_store_doc_id"},
      {"gemini_store_doc_id='doc 6'", "gemini_store_doc_id"},
      {"upload_timestamp=NULL", "upload_timestamp"},
      {"gemini_state_updated_at=NULL", "gemini_state_updated_at"},
      {"error_message='upload_file failed'", "error_message"}};
  for (const auto& [sql, blamed] : damages) {
    SCOPED_TRACE(sql);
    const std::string column = std::string(sql).substr(0, std::string(sql).find('='));
    execute("CREATE TABLE kept AS SELECT " + column + " AS value FROM files WHERE rowid=8");
    execute("UPDATE files SET " + std::string(sql) + " WHERE rowid=8");
    const Verification found = verify();
    EXPECT_EQ(found.rows, kFiles);
    EXPECT_EQ(found.rows_finished, column == "gemini_state" ? kFiles - 1 : kFiles);
    EXPECT_EQ(found.rows_right, kFiles - 1);
    EXPECT_EQ(found.first_wrong, "/bench/file_0007.txt: " + std::string(blamed));
    EXPECT_FALSE(found.passed(kFiles));
    execute("UPDATE files SET " + column + "=(SELECT value FROM kept) WHERE rowid=8");
    execute("DROP TABLE kept");
    ASSERT_TRUE(verify().passed(kFiles)) << "not undone";
  }
}

TEST_P(SqliteDatabaseTest, OfSeveralWrongRowsTheFirstIsNamedAndAllAreCounted) {
  run_all_lifecycles();
  execute("UPDATE files SET gemini_store_doc_id='x' WHERE rowid IN (11, 21, 31)");
  execute("UPDATE files SET version=9 WHERE rowid=21");
  const Verification found = verify();
  EXPECT_EQ(found.rows_right, kFiles - 3);
  EXPECT_EQ(found.first_wrong, bench_file_path(10) + ": gemini_store_doc_id");
}

TEST_P(SqliteDatabaseTest, ARowTooFewOrTooManyFailsTheVerification) {
  run_all_lifecycles();
  execute("DELETE FROM files WHERE file_path='" + bench_file_path(0) + "'");
  const Verification found = verify();
  EXPECT_EQ(found.rows, kFiles - 1);
  EXPECT_EQ(found.rows_right, kFiles - 1) << "the others are still who they were";
  EXPECT_EQ(found.first_wrong, "");
  EXPECT_FALSE(found.passed(kFiles));
  EXPECT_FALSE(found.passed(kFiles - 2));
}

TEST_P(SqliteDatabaseTest, ResetClearsWhatAFailureLeft) {
  const std::vector<Row> before = rows();
  {
    const std::unique_ptr<Store> store = database_.open_store({}, 1, clock_);
    const std::unique_ptr<Session> session = store->open_session(0);
    const std::string name = bench_file_path(3);
    apply(*session, {name, LifecycleState::untracked, LifecycleState::uploading, 0});
    apply(*session, {.file_path = name,
                     .from = LifecycleState::uploading,
                     .to = LifecycleState::failed,
                     .version = 1,
                     .error_message = "upload_file failed"});
  }
  ASSERT_EQ(rows()[3].at("error_message"), "upload_file failed");
  database_.reset();
  EXPECT_EQ(rows()[3].at("error_message"), std::nullopt);
  EXPECT_EQ(rows()[3].at("gemini_state"), "untracked");
  EXPECT_EQ(rows()[3].at("version"), before[3].at("version"));
}

TEST_P(SqliteDatabaseTest, ADamagedIndexPageFailsTheVerification) {
  run_all_lifecycles();
  const std::int64_t root =
      connect().query_int64("SELECT rootpage FROM sqlite_schema WHERE name='idx_gemini_state'");
  std::fstream file(path(), std::ios::in | std::ios::out | std::ios::binary);
  std::string page(4096, '\0');
  file.seekg((root - 1) * 4096);
  file.read(page.data(), 4096);
  const std::size_t key = page.rfind("indexed");
  ASSERT_NE(key, std::string::npos);
  file.seekp((root - 1) * 4096 + static_cast<std::int64_t>(key));
  file.write("jndexed", 7);
  file.close();

  const Verification found = verify();
  EXPECT_NE(found.integrity, "ok");
  EXPECT_FALSE(found.passed(kFiles));
}

TEST_P(SqliteDatabaseTest, APageOfZeroesNeverPasses) {
  run_all_lifecycles();
  const std::int64_t root =
      connect().query_int64("SELECT rootpage FROM sqlite_schema WHERE name='idx_gemini_state'");
  std::fstream file(path(), std::ios::in | std::ios::out | std::ios::binary);
  file.seekp((root - 1) * 4096);
  file.write(std::string(4096, '\0').data(), 4096);
  file.close();
  try {
    EXPECT_FALSE(verify().passed(kFiles));
  } catch (const SqliteError& error) {
    EXPECT_EQ(error.code(), SQLITE_CORRUPT);
  }
}

TEST_P(SqliteDatabaseTest, ResetRestoresEveryColumnAndEmptiesTheWal) {
  std::vector<Row> before = rows();
  // A connection that stays open keeps the WAL from being deleted by the last close.
  const Connection keeper = connect();
  keeper.query_int64("SELECT count(*) FROM files");
  run_all_lifecycles();
  ASSERT_NE(rows(), before);
  ASSERT_GT(size_on_disk(path() + "-wal"), 0);

  database_.reset();
  std::vector<Row> after = rows();
  if (GetParam() == Schema::production) {  // its trigger stamps updated_at with the reset's time
    for (std::vector<Row>* const all : {&before, &after}) {
      for (Row& row : *all) {
        row.erase("updated_at");
      }
    }
  }
  EXPECT_EQ(after, before);
  EXPECT_EQ(size_on_disk(path() + "-wal"), 0);
  EXPECT_EQ(database_->figures().wal.size_end_bytes, 0);
}

TEST_P(SqliteDatabaseTest, ResetFailsWhereAReaderKeepsTheWalFromBeingEmptied) {
  LifecycleDatabase impatient(
      files_.database(), {.files = kFiles},
      {.synchronous = Synchronous::off, .busy_timeout = std::chrono::milliseconds(1)});
  const Connection reader = connect();
  reader.execute("BEGIN");
  reader.query_int64("SELECT count(*) FROM files");
  execute("UPDATE files SET version=1");
  try {
    impatient.reset();
    ADD_FAILURE() << "the WAL cannot have been emptied";
  } catch (const SqliteError& error) {
    EXPECT_EQ(error.code(), SQLITE_BUSY);
  }
}

TEST_P(SqliteDatabaseTest, ResetWaitsForACheckpointThatIsUnderWay) {
  const std::jthread checkpointing([&](const std::stop_token& stop) {
    const Connection other = connect();
    while (!stop.stop_requested()) {
      sqlite3_wal_checkpoint_v2(other.handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr,
                                nullptr);
      std::this_thread::yield();
    }
  });
  for (int round = 0; round < 20; ++round) {
    execute("UPDATE files SET version = version + 1");
    EXPECT_NO_THROW(database_.reset()) << round;
  }
}

TEST_P(SqliteDatabaseTest, AfterAResetTheSameRunIsVerifiedAgain) {
  run_all_lifecycles();
  database_.reset();
  EXPECT_EQ(verify().rows_finished, 0);
  run_all_lifecycles();
  EXPECT_TRUE(verify().passed(kFiles));
}

TEST_P(SqliteDatabaseTest, CountsItsOwnFilesAlone) {
  database_->restart_counting();
  EXPECT_EQ(database_->figures().wal.frames, 0);
  run_all_lifecycles();
  EXPECT_GE(database_->figures().wal.frames, 3 * kFiles);
}

TEST_P(SqliteDatabaseTest, AStopEndsALongVerification) {
  LifecycleDatabase large(files_.database(), {.files = 5000, .schema = GetParam()}, fast_settings);
  execute("DROP TABLE files");
  large.seed();
  std::stop_source stop;
  stop.request_stop();
  try {
    large.verify(stop.get_token());
    ADD_FAILURE() << "the verification went on";
  } catch (const SqliteError& error) {
    EXPECT_EQ(error.code(), SQLITE_INTERRUPT);
  }
}

INSTANTIATE_TEST_SUITE_P(Schemas, SqliteDatabaseTest,
                         testing::Values(Schema::bench, Schema::production),
                         [](const auto& schema) { return std::string(schema_name(schema.param)); });

TEST(SqliteDatabaseSeed, WithoutFilesThereIsAnEmptyTable) {
  const DatabaseFiles files(std::nullopt);
  LifecycleDatabase database(files.database(), {}, fast_settings);
  database.seed();
  EXPECT_TRUE(database.verify().passed(0));
}

TEST(Engine, FactsAreThoseOfTheLibraryThatIsLinked) {
  const Connection connection(":memory:", nullptr);
  const EngineFacts facts = engine_facts("sqlite");
  EXPECT_EQ(facts.version, connection.query_text("SELECT sqlite_version()"));
  EXPECT_EQ(facts.source_id, connection.query_text("SELECT sqlite_source_id()"));
  EXPECT_FALSE(facts.compile_options.empty());
  EXPECT_THROW(engine_facts("sqlight"), std::invalid_argument);
}

}  // namespace
}  // namespace walbench::storage
