// Silent bugs these tests would catch: a write that sets a column too many, too few or another
// one's value; a guard that does not guard; a conflict after which something was written after all,
// or after which the connection cannot be used; times that do not add up.

#include "storage/sqlite/strategy/transaction_writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "storage/sqlite/timestamp.hpp"
#include "tests/storage/sqlite/test_database.hpp"
#include "tests/support/manual_clock.hpp"

namespace walbench::storage {
namespace {

using std::chrono::nanoseconds;
using test_support::ManualClock;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::int64_t kStepNs = 10;

const std::string path = "/bench/file_0001.txt";
const std::string remote_id = "files/mock__bench_file_0001.txt";
const std::string remote_uri = "uri://mock__bench_file_0001.txt";
const std::string document_id = "doc_files/mock__bench_file_0001.txt";

const TransitionWrite to_uploading = {path, LifecycleState::untracked, LifecycleState::uploading,
                                      0};
const TransitionWrite to_processing = {.file_path = path,
                                       .from = LifecycleState::uploading,
                                       .to = LifecycleState::processing,
                                       .version = 1,
                                       .remote_file_id = remote_id,
                                       .remote_file_uri = remote_uri};
const TransitionWrite to_indexed = {.file_path = path,
                                    .from = LifecycleState::processing,
                                    .to = LifecycleState::indexed,
                                    .version = 2,
                                    .store_doc_id = document_id};

TransitionWrite to_retried(std::int64_t version) {
  return {path, LifecycleState::failed, LifecycleState::untracked, version};
}

std::string now_text() {
  const TimestampText now = timestamp_now();
  return now.data();
}

void expect_iso_with_microseconds(const std::optional<std::string>& text) {
  std::string shape = text.value_or("null");
  std::ranges::replace_if(
      shape, [](char letter) { return letter >= '0' && letter <= '9'; }, '#');
  EXPECT_EQ(shape, "####-##-##T##:##:##.######") << text.value_or("null");
}

TEST(Timestamp, IsThePresentToTheMicrosecond) {
  const auto now = [] {
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  };
  const auto before = now();
  const std::string text = now_text();
  const auto after = now();
  expect_iso_with_microseconds(text);

  // SQLite reads the date and the time of day; the fraction is digits.
  const Connection connection(":memory:", nullptr);
  const std::int64_t seconds =
      connection.query_int64("SELECT unixepoch('" + text.substr(0, 19) + "')");
  const std::chrono::sys_time<std::chrono::microseconds> told{
      std::chrono::seconds(seconds) + std::chrono::microseconds(std::stoll(text.substr(20)))};
  EXPECT_LE(before, told);
  EXPECT_LE(told, after);
}

class TransactionWriterTest : public testing::TestWithParam<std::tuple<BeginAxis, GuardAxis>> {
 protected:
  static BeginAxis begin() { return std::get<0>(GetParam()); }
  static GuardAxis guard() { return std::get<1>(GetParam()); }

  Row row() const { return read_file_row(reader_, path); }
  std::vector<Row> other_rows() const {
    return read_rows(reader_, "SELECT * FROM files WHERE file_path<>'" + path + "'");
  }

  static WriteTimings write(TransactionWriter& writer, const TransitionWrite& transition) {
    return storage::write(writer, transition, guard());
  }

  /// The message of the conflict that the write ends in.
  std::string conflict(const TransitionWrite& transition) {
    try {
      write(writer_, transition);
    } catch (const OccConflict& error) {
      return error.what();
    }
    return "no conflict";
  }

  TestDatabase database_{3};
  Connection reader_ = database_.connect_uncounted();
  ManualClock clock_{nanoseconds(kStepNs)};
  WriterContext context_{database_.path(),
                         {.synchronous = Synchronous::off},
                         {.begin = begin(), .guard = guard()},
                         engine::lifecycle_statements(guard()),
                         &database_.vfs(),
                         &clock_,
                         nullptr};
  TransactionWriter writer_{context_};
};

TEST_P(TransactionWriterTest, EachWriteSetsItsColumnsAndNoOther) {
  const std::vector<Row> others = other_rows();
  const Row untracked = row();
  ASSERT_EQ(untracked.at("gemini_state"), "untracked");

  const std::string started = now_text();
  write(writer_, to_uploading);
  const Row uploading = row();
  const std::optional<std::string> uploading_at = uploading.at("gemini_state_updated_at");
  expect_iso_with_microseconds(uploading_at);
  EXPECT_EQ(changed_columns(untracked, uploading), (Row{{"gemini_state", "uploading"},
                                                        {"gemini_state_updated_at", uploading_at},
                                                        {"version", "1"}}));

  write(writer_, to_processing);
  const Row processing = row();
  const std::optional<std::string> processing_at = processing.at("gemini_state_updated_at");
  expect_iso_with_microseconds(processing_at);
  EXPECT_EQ(changed_columns(uploading, processing), (Row{{"gemini_state", "processing"},
                                                         {"gemini_state_updated_at", processing_at},
                                                         {"version", "2"},
                                                         {"gemini_file_id", remote_id},
                                                         {"gemini_file_uri", remote_uri},
                                                         {"upload_timestamp", processing_at}}));

  write(writer_, to_indexed);
  const Row indexed = row();
  const std::optional<std::string> indexed_at = indexed.at("gemini_state_updated_at");
  expect_iso_with_microseconds(indexed_at);
  EXPECT_EQ(changed_columns(processing, indexed), (Row{{"gemini_state", "indexed"},
                                                       {"gemini_state_updated_at", indexed_at},
                                                       {"version", "3"},
                                                       {"gemini_store_doc_id", document_id}}));

  EXPECT_LE(started, uploading_at);
  EXPECT_LE(uploading_at, processing_at);
  EXPECT_LE(processing_at, indexed_at);
  EXPECT_LE(indexed_at, now_text());
  EXPECT_EQ(other_rows(), others);
}

TEST_P(TransactionWriterTest, AWriteIsCommittedWhenItReturns) {
  write(writer_, to_uploading);
  reader_.execute("BEGIN IMMEDIATE");
  EXPECT_EQ(reader_.query_int64("SELECT version FROM files WHERE file_path='" + path + "'"), 1);
}

TEST_P(TransactionWriterTest, ADifferentVersionIsAConflict) {
  for (const std::int64_t version : {-1, 1, 2}) {
    const Row before = row();
    TransitionWrite stale = to_uploading;
    stale.version = version;
    EXPECT_THAT(conflict(stale), AllOf(StartsWith("OCC conflict"), HasSubstr("'" + path + "'"),
                                       HasSubstr("0 rows")));
    EXPECT_EQ(row(), before);
  }
  EXPECT_NO_THROW(write(writer_, to_uploading));
  EXPECT_EQ(row().at("version"), "1");
}

TEST_P(TransactionWriterTest, ADifferentStateIsAConflictUnlessTheGuardIsTheVersionAlone) {
  reader_.execute("UPDATE files SET gemini_state='failed' WHERE file_path='" + path + "'");
  const Row before = row();
  if (guard() == GuardAxis::version) {
    EXPECT_EQ(conflict(to_uploading), "no conflict");
    EXPECT_EQ(row().at("gemini_state"), "uploading");
    return;
  }
  EXPECT_THAT(conflict(to_uploading), HasSubstr("OCC conflict"));
  EXPECT_EQ(row(), before);
}

TEST_P(TransactionWriterTest, AMissingRowIsAConflict) {
  reader_.execute("DELETE FROM files WHERE file_path='" + path + "'");
  const std::vector<Row> others = other_rows();
  EXPECT_THAT(conflict(to_uploading), HasSubstr("'" + path + "'"));
  EXPECT_EQ(other_rows(), others);
  EXPECT_TRUE(row().empty());
}

TEST_P(TransactionWriterTest, AfterAConflictNoLockIsHeldAndTheWriterGoesOn) {
  EXPECT_THAT(conflict(to_indexed), HasSubstr("OCC conflict"));
  EXPECT_NO_THROW(reader_.execute("BEGIN IMMEDIATE; ROLLBACK"));
  write(writer_, to_uploading);
  EXPECT_THAT(conflict(to_uploading), HasSubstr("OCC conflict")) << "a write made twice";
  write(writer_, to_processing);
  write(writer_, to_indexed);
  EXPECT_EQ(row().at("gemini_state"), "indexed");
  EXPECT_EQ(row().at("version"), "3");
}

TEST_P(TransactionWriterTest, EveryIntervalIsTheTimeBetweenTwoReadings) {
  const WriteTimings timings = write(writer_, to_uploading);
  const bool apart = begin() == BeginAxis::immediate;
  EXPECT_EQ(writer_.times_statement_apart(), apart);
  EXPECT_EQ(timings.lock_wait_ns, kStepNs);
  EXPECT_EQ(timings.statement_ns, apart ? kStepNs : 0);
  EXPECT_EQ(timings.commit_ns, kStepNs);
  EXPECT_EQ(timings.db_total_ns, apart ? 3 * kStepNs : 2 * kStepNs);
  EXPECT_EQ(timings.busy_wait_ns, 0);
  EXPECT_EQ(timings.lock_wait_ns + timings.statement_ns + timings.commit_ns, timings.db_total_ns);
}

TEST_P(TransactionWriterTest, TheTimeInsideEachStatementGoesWhereItBelongs) {
  // What a statement takes is simulated by moving the clock on while it starts.
  ConnectionSpy spy;
  TransactionWriter writer(context_);
  const StatementHook hook(ConnectionSpy::latest(), [this](const std::string& sql) {
    if (sql.starts_with("BEGIN")) clock_.advance(nanoseconds(1'000));
    if (sql.starts_with("SELECT")) clock_.advance(nanoseconds(20'000));
    if (sql.starts_with("UPDATE")) clock_.advance(nanoseconds(300'000));
    if (sql.starts_with("COMMIT")) clock_.advance(nanoseconds(4'000'000));
  });
  const std::int64_t update_ns = guard() == GuardAxis::select ? 320'000 : 300'000;
  const WriteTimings timings = write(writer, to_uploading);
  if (begin() == BeginAxis::immediate) {
    EXPECT_EQ(timings.lock_wait_ns, 1'000 + kStepNs);
    EXPECT_EQ(timings.statement_ns, update_ns + kStepNs);
  } else {
    EXPECT_EQ(timings.lock_wait_ns, 1'000 + update_ns + kStepNs);
    EXPECT_EQ(timings.statement_ns, 0);
  }
  EXPECT_EQ(timings.commit_ns, 4'000'000 + kStepNs);
  EXPECT_EQ(timings.db_total_ns, timings.lock_wait_ns + timings.statement_ns + timings.commit_ns);
}

TEST_P(TransactionWriterTest, AFullDatabaseIsAnErrorAndNothingIsWritten) {
  ConnectionSpy spy;
  TransactionWriter writer(context_);
  sqlite3* const db = ConnectionSpy::latest();
  write(writer, to_uploading);
  const Row before = row();
  ASSERT_EQ(sqlite3_exec(db, "PRAGMA max_page_count=1", nullptr, nullptr, nullptr), SQLITE_OK);

  const std::string large(1'000'000, 'x');
  TransitionWrite larger = to_processing;
  larger.remote_file_id = large;
  try {
    write(writer, larger);
    ADD_FAILURE() << "a full database took a megabyte";
  } catch (const SqliteError& error) {
    EXPECT_EQ(error.code(), SQLITE_FULL);
    EXPECT_THAT(error.what(), HasSubstr("full"));
  }
  EXPECT_EQ(row(), before);
  EXPECT_NE(sqlite3_get_autocommit(db), 0) << "the transaction is still open";
  EXPECT_NO_THROW(reader_.execute("BEGIN IMMEDIATE; ROLLBACK"));
  EXPECT_NO_THROW(write(writer, to_processing));
}

TEST_P(TransactionWriterTest, AFailedUploadKeepsWhatFailedAndARetryClearsIt) {
  const std::vector<Row> others = other_rows();
  write(writer_, to_uploading);
  const Row uploading = row();
  write(writer_, {.file_path = path,
                  .from = LifecycleState::uploading,
                  .to = LifecycleState::failed,
                  .version = 1,
                  .error_message = "upload_file failed"});
  const Row failed = row();
  const std::optional<std::string> failed_at = failed.at("gemini_state_updated_at");
  expect_iso_with_microseconds(failed_at);
  EXPECT_EQ(changed_columns(uploading, failed), (Row{{"gemini_state", "failed"},
                                                     {"gemini_state_updated_at", failed_at},
                                                     {"version", "2"},
                                                     {"error_message", "upload_file failed"}}));

  write(writer_, to_retried(2));
  const Row retried = row();
  const std::optional<std::string> retried_at = retried.at("gemini_state_updated_at");
  EXPECT_EQ(changed_columns(failed, retried), (Row{{"gemini_state", "untracked"},
                                                   {"gemini_state_updated_at", retried_at},
                                                   {"version", "3"},
                                                   {"error_message", std::nullopt}}));
  EXPECT_LE(failed_at, retried_at);
  EXPECT_EQ(other_rows(), others);
}

TEST_P(TransactionWriterTest, AFailedImportKeepsItsErrorBesideTheUploadsAnswers) {
  write(writer_, to_uploading);
  write(writer_, to_processing);
  const Row processing = row();
  const TransitionWrite to_failed = {.file_path = path,
                                     .from = LifecycleState::processing,
                                     .to = LifecycleState::failed,
                                     .version = 2,
                                     .error_message = "import_to_store failed"};
  write(writer_, to_failed);
  const Row failed = row();
  EXPECT_EQ(changed_columns(processing, failed),
            (Row{{"gemini_state", "failed"},
                 {"gemini_state_updated_at", failed.at("gemini_state_updated_at")},
                 {"version", "3"},
                 {"error_message", "import_to_store failed"}}));
  EXPECT_THAT(conflict(to_failed), HasSubstr("OCC conflict"));
  EXPECT_EQ(row(), failed);
}

TEST_P(TransactionWriterTest, AfterAFailureTheFileCanStillBeIndexed) {
  write(writer_, to_uploading);
  write(writer_, {.file_path = path,
                  .from = LifecycleState::uploading,
                  .to = LifecycleState::failed,
                  .version = 1,
                  .error_message = "upload_file failed"});
  write(writer_, to_retried(2));
  for (TransitionWrite next : {to_uploading, to_processing, to_indexed}) {
    next.version += 3;
    write(writer_, next);
  }
  EXPECT_EQ(row().at("gemini_state"), "indexed");
  EXPECT_EQ(row().at("version"), "6");
  EXPECT_EQ(row().at("error_message"), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(
    Axes, TransactionWriterTest,
    testing::Combine(testing::Values(BeginAxis::deferred, BeginAxis::immediate),
                     testing::Values(GuardAxis::where, GuardAxis::version, GuardAxis::select)),
    [](const auto& axes) {
      return std::string(axis_name(std::get<0>(axes.param))) + "_" +
             std::string(axis_name(std::get<1>(axes.param)));
    });

TEST(TransactionWriterOpening, FailsWhereTheDatabaseHasNoTable) {
  TestDatabase empty;
  const ManualClock clock;
  WriterContext context{empty.path(), {},    {}, engine::lifecycle_statements(GuardAxis::where),
                        &empty.vfs(), &clock};
  EXPECT_THROW(TransactionWriter{context}, SqliteError);
}

}  // namespace
}  // namespace walbench::storage
