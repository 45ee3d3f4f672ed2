#include "storage/sqlite/strategy/sqlite_database.hpp"

#include <chrono>
#include <thread>
#include <utility>
#include <vector>

#include "storage/clone_file.hpp"
#include "storage/sqlite/connection_settings.hpp"
#include "storage/sqlite/ended_by_stop.hpp"
#include "storage/sqlite/sqlite.hpp"
#include "storage/sqlite/strategy/group_store.hpp"
#include "storage/sqlite/strategy/prepared_connection.hpp"
#include "storage/sqlite/strategy/raw_writes.hpp"
#include "storage/sqlite/strategy/read_store.hpp"
#include "storage/sqlite/strategy/sqlite_store.hpp"

namespace walbench::storage {
namespace {

void insert_rows(const Connection& connection, const Content& content) {
  Statement insert = connection.prepare(content.insert_sql);
  for (std::int64_t row = 0; row < content.rows; ++row) {
    TimestampText now{};
    int position = 0;
    for (const Value& value : content.row(row)) {
      bind_value(insert, ++position, value, now);
    }
    insert.step();
    insert.reset();
  }
}

/// A checkpoint that finds another one at work is refused at once, whatever the busy timeout; and
/// the background's may well be at work on what the warm-up wrote.
void empty_wal(const Connection& connection, std::chrono::milliseconds patience,
               const std::stop_token& stop) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (connection.query_int64("PRAGMA wal_checkpoint(TRUNCATE)") != 0) {
    if (stop.stop_requested() || std::chrono::steady_clock::now() >= deadline) {
      throw SqliteError(nullptr, SQLITE_BUSY, "emptying the WAL before the measurement");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

}  // namespace

SqliteDatabase::SqliteDatabase(const std::filesystem::path& path,
                               const ConnectionSettings& settings, Instrumentation instrumentation,
                               VfsPolicy* policy)
    : path_(path.string()), settings_(settings) {
  if (policy == nullptr && settings.perturbation.longest.count() > 0) {
    perturbation_ = std::make_unique<SchedulePerturbation>(settings.perturbation);
    policy = perturbation_.get();
  }
  vfs_.set_policy(policy);
  if (instrumentation == Instrumentation::none) vfs_.stand_aside();
  if (instrumentation == Instrumentation::anatomy) vfs_.keep_lock_timeline();
}

Connection SqliteDatabase::connect(BusyHandler* busy_handler) const {
  vfs_.rethrow_failure();
  Connection connection(path_, vfs_.name());
  apply_settings(connection, settings_, busy_handler);
  return connection;
}

void SqliteDatabase::seed(const Content& content, const std::stop_token& stop) {
  if (!content.image.empty()) {
    clone_file(content.image, path_, stop);
    connect();
    return;
  }
  const Connection connection(path_, vfs_.name());
  const EndedByStop ended(connection, stop);
  // Not in WAL mode yet: a million rows in one transaction would make a WAL of their size. The one
  // sync at the end leaves no dirty pages for the kernel to write during the measurement.
  apply_pragmas(connection, settings_);
  connection.execute("PRAGMA journal_mode=MEMORY");
  connection.execute("PRAGMA synchronous=FULL");
  connection.execute("BEGIN");
  connection.execute(content.schema_sql);
  insert_rows(connection, content);
  connection.execute("COMMIT");
  apply_settings(connection, settings_);
}

std::unique_ptr<Store> SqliteDatabase::open_store(const Axes& axes, StoreUser user) {
  return std::make_unique<SqliteStore>(path_, settings_, axes, std::move(user.statements),
                                       user.workers, vfs_, *user.clock, user.seed);
}

std::unique_ptr<SuspendingStore> SqliteDatabase::open_suspending_store(const Axes& axes,
                                                                       StoreUser user,
                                                                       Resumer& resumer) {
  return std::make_unique<GroupStore>(path_, settings_, axes, std::move(user.statements), vfs_,
                                      *user.clock, resumer, user.seed);
}

std::unique_ptr<Store> SqliteDatabase::open_read_store(ReadAccess access) {
  return std::make_unique<ReadStore>(path_, settings_, std::move(access), vfs_);
}

RawWrites SqliteDatabase::write_raw(const RawOrder& order, const metrics::Clock& clock,
                                    const std::stop_token& stop) {
  const RawWrites written = storage::write_raw(path_, settings_, vfs_, order, clock, stop);
  vfs_.rethrow_failure();
  return written;
}

metrics::SettingsReadBack SqliteDatabase::settings(const Axes& axes) {
  const auto sleep = [this](std::chrono::nanoseconds delay, bool is_first) {
    return vfs_.busy_sleep(delay, is_first);
  };
  BusyHandler busy_handler(axes.busy_handler, settings_.busy_timeout, 0, sleep);
  const Connection connection = connect(&busy_handler);
  if (busy_handler.is_sqlite()) return read_settings_back(connection, settings_, &busy_handler);
  const Connection holder = connect();
  holder.execute("BEGIN IMMEDIATE");
  return read_settings_back(connection, settings_, &busy_handler);
}

void SqliteDatabase::reset(const std::string& sql, const std::stop_token& stop) {
  {
    const Connection connection = connect();
    const EndedByStop ended(connection, stop);
    if (!sql.empty()) connection.execute(sql);
    empty_wal(connection, settings_.busy_timeout, stop);
  }
  vfs_.rethrow_failure();
}

void SqliteDatabase::restart_counting() {
  vfs_.restart_counting();
  if (perturbation_) perturbation_->begin();
}

void SqliteDatabase::read(const std::string& sql, const RowVisitor& visit,
                          const std::stop_token& stop) {
  if (perturbation_) perturbation_->end();
  const Connection connection = connect();
  const EndedByStop ended(connection, stop);
  Statement statement = connection.prepare(sql);
  std::vector<Value> row(static_cast<std::size_t>(statement.columns()));
  while (statement.step()) {
    for (std::size_t column = 0; column < row.size(); ++column) {
      row[column] = statement.column(static_cast<int>(column));
    }
    visit(row);
  }
}

std::string SqliteDatabase::integrity(const std::stop_token& stop) {
  std::string answer;
  if (perturbation_) perturbation_->end();
  {
    const Connection connection = connect();
    const EndedByStop ended(connection, stop);
    answer = connection.query_text("PRAGMA integrity_check");
  }
  vfs_.rethrow_failure();
  return answer;
}

}  // namespace walbench::storage
