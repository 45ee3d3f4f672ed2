#include "storage/sqlite/sqlite_database.hpp"

#include <chrono>
#include <thread>

#include "storage/sqlite/raw_writes.hpp"
#include "storage/sqlite/sqlite.hpp"
#include "storage/sqlite/strategy/group_store.hpp"
#include "storage/sqlite/strategy/sqlite_store.hpp"

namespace walbench::storage {
namespace {

constexpr std::int64_t kFileSizeBytes = 1024;
constexpr int kProgressInstructions = 10'000;

/// Ends a connection's long statements with SQLITE_INTERRUPT once `stop` is requested.
void stop_with(const Connection& connection, const std::stop_token& stop) {
  sqlite3_progress_handler(
      connection.handle(), kProgressInstructions,
      [](void* token) { return static_cast<std::stop_token*>(token)->stop_requested() ? 1 : 0; },
      const_cast<std::stop_token*>(&stop));
}

void insert_rows(const Connection& connection, const Seeding& seeding) {
  Statement insert = connection.prepare(
      "INSERT INTO files(file_path, content_hash, filename, file_size) VALUES(?1, ?2, ?3, ?4)");
  for (std::int64_t index = 0; index < seeding.files; ++index) {
    const std::string path = bench_file_path(index);
    const std::string hash = bench_content_hash(seeding.seed, index);
    insert.bind(1, path);
    insert.bind(2, hash);
    insert.bind(3, std::string_view(path).substr(path.rfind('/') + 1));
    insert.bind(4, kFileSizeBytes);
    insert.step();
    insert.reset();
  }
}

/// The name of the first column of the statement's row that is not as it must be; empty where all
/// are.
std::string_view wrong_column(const Statement& row, const ExpectedRow& expected,
                              std::string_view path, std::string_view content_hash) {
  if (row.column_text(1) != path) return "file_path";
  if (row.column_text(2) != content_hash) return "content_hash";
  if (row.column_text(3) != state_name(LifecycleState::indexed)) return "gemini_state";
  if (row.column_int64(4) != expected.version) return "version";
  if (row.column_text(5) != expected.remote_file_id) return "gemini_file_id";
  if (row.column_text(6) != expected.remote_file_uri) return "gemini_file_uri";
  if (row.column_text(7) != expected.store_doc_id) return "gemini_store_doc_id";
  if (row.column_int64(8) == 0) return "a time stamp or error_message";
  return {};
}

/// Rows were inserted in the order of the files, so a row's id tells whose it is.
void compare_rows(const Connection& connection, const Seeding& seeding, const ExpectRow& expect,
                  Verification& found) {
  Statement row = connection.prepare(
      "SELECT rowid, file_path, content_hash, gemini_state, version, gemini_file_id, "
      "gemini_file_uri, gemini_store_doc_id, upload_timestamp IS NOT NULL AND "
      "gemini_state_updated_at IS NOT NULL AND error_message IS NULL FROM files ORDER BY rowid");
  while (row.step()) {
    const std::int64_t file = row.column_int64(0) - 1;
    const std::string path = bench_file_path(file);
    const std::string_view wrong =
        wrong_column(row, expect(file, path), path, bench_content_hash(seeding.seed, file));
    found.rows += 1;
    if (row.column_text(3) == state_name(LifecycleState::indexed)) found.rows_indexed += 1;
    if (wrong.empty()) {
      found.rows_right += 1;
    } else if (found.first_wrong.empty()) {
      found.first_wrong = path + ": " + std::string(wrong);
    }
  }
}

/// A checkpoint that finds another one at work is refused at once, whatever the busy timeout; and
/// the background's may well be at work on what the warm-up wrote.
void empty_wal(const Connection& connection, std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (connection.query_int64("PRAGMA wal_checkpoint(TRUNCATE)") != 0) {
    if (std::chrono::steady_clock::now() >= deadline) {
      throw SqliteError(nullptr, SQLITE_BUSY, "emptying the WAL before the measurement");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

}  // namespace

SqliteDatabase::SqliteDatabase(const std::filesystem::path& path, const Seeding& seeding,
                               const ConnectionSettings& settings, Instrumentation instrumentation)
    : path_(path.string()), seeding_(seeding), settings_(settings) {
  if (instrumentation == Instrumentation::none) vfs_.stand_aside();
  if (instrumentation == Instrumentation::anatomy) vfs_.keep_lock_timeline();
}

void SqliteDatabase::seed(const std::stop_token& stop) {
  const Connection connection(path_, vfs_.name());
  stop_with(connection, stop);
  // Not in WAL mode yet: a million rows in one transaction would make a WAL of their size. The one
  // sync at the end leaves no dirty pages for the kernel to write during the measurement.
  connection.execute("PRAGMA journal_mode=MEMORY");
  connection.execute("PRAGMA synchronous=FULL");
  connection.execute("BEGIN");
  connection.execute(schema_sql(seeding_.schema));
  insert_rows(connection, seeding_);
  connection.execute("COMMIT");
  apply_settings(connection, settings_);
}

std::unique_ptr<Store> SqliteDatabase::open_store(const Axes& axes, const StoreUser& user) {
  if (axes.commit.is_group()) {
    return std::make_unique<GroupStore>(path_, settings_, axes, vfs_, *user.clock, *user.resumer);
  }
  return std::make_unique<SqliteStore>(path_, settings_, axes, user.workers, vfs_, *user.clock);
}

RawWrites SqliteDatabase::write_raw(const RawOrder& order, const metrics::Clock& clock,
                                    const std::stop_token& stop) {
  return storage::write_raw(path_, settings_, vfs_, order, clock, stop);
}

metrics::SettingsReadBack SqliteDatabase::settings() {
  const Connection connection(path_, vfs_.name());
  apply_settings(connection, settings_);
  return read_settings_back(connection, settings_);
}

void SqliteDatabase::reset() {
  const Connection connection(path_, vfs_.name());
  apply_settings(connection, settings_);
  connection.execute(
      "UPDATE files SET gemini_state='untracked', version=0, gemini_state_updated_at=NULL, "
      "gemini_file_id=NULL, gemini_file_uri=NULL, upload_timestamp=NULL, gemini_store_doc_id=NULL, "
      "error_message=NULL WHERE version<>0");
  empty_wal(connection, settings_.busy_timeout);
}

Verification SqliteDatabase::verify(const ExpectRow& expect, const std::stop_token& stop) {
  const Connection connection(path_, vfs_.name());
  stop_with(connection, stop);
  apply_settings(connection, settings_);
  Verification found;
  compare_rows(connection, seeding_, expect, found);
  found.integrity = connection.query_text("PRAGMA integrity_check");
  return found;
}

std::string sqlite_version() {
  return sqlite3_libversion();
}
std::string sqlite_source_id() {
  return sqlite3_sourceid();
}
std::vector<std::string> sqlite_compile_options() {
  std::vector<std::string> options;
  for (int index = 0; const char* const option = sqlite3_compileoption_get(index); ++index) {
    options.emplace_back(option);
  }
  return options;
}

}  // namespace walbench::storage
