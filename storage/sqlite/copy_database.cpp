#include "storage/sqlite/copy_database.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <thread>

#include "storage/sqlite/sqlite.hpp"

namespace walbench::storage {
namespace {

using std::chrono::steady_clock;

constexpr int kAllPages = -1;
constexpr int kPagesAStep = 1000;  // of a database whose writers wait meanwhile
constexpr std::chrono::milliseconds kPause(5);
constexpr std::chrono::seconds kPatience(30);

struct Closer {
  void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
};
using Handle = std::unique_ptr<sqlite3, Closer>;

struct Finisher {
  void operator()(sqlite3_backup* backup) const { sqlite3_backup_finish(backup); }
};

Handle open_file(const std::string& path, int flags) {
  sqlite3* db = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &db, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  Handle handle(db);
  if (code != SQLITE_OK) throw SqliteError(db, code, "opening '" + path + "'");
  sqlite3_extended_result_codes(db, 1);
  return handle;
}

std::string text_of(sqlite3* db, const char* query, const std::string& path) {
  std::string answer;
  const auto keep = [](void* out, int, char** values, char**) {
    *static_cast<std::string*>(out) = values[0] == nullptr ? "" : values[0];
    return 0;
  };
  const int code = sqlite3_exec(db, query, keep, &answer, nullptr);
  if (code != SQLITE_OK) throw SqliteError(db, code, "reading '" + path + "'");
  return answer;
}

}  // namespace

CopyReport copy_database(const std::string& from, const std::string& to,
                         const std::stop_token& stop) {
  const auto began = steady_clock::now();
  const Handle source = open_file(from, SQLITE_OPEN_READONLY);
  sqlite3_db_config(source.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  sqlite3_busy_timeout(source.get(),
                       static_cast<int>(std::chrono::milliseconds(kPatience).count()));
  CopyReport report;
  report.in_wal_mode = text_of(source.get(), "PRAGMA journal_mode", from) == "wal";

  const Handle copy = open_file(to, SQLITE_OPEN_READWRITE);
  const std::unique_ptr<sqlite3_backup, Finisher> backup(
      sqlite3_backup_init(copy.get(), "main", source.get(), "main"));
  if (!backup) throw SqliteError(copy.get(), sqlite3_errcode(copy.get()), "copying '" + from + "'");
  auto patience_ends = began + kPatience;
  for (int code = SQLITE_OK; code != SQLITE_DONE;) {
    if (stop.stop_requested()) {
      throw StorageError("copying the database was given up", ErrorKind::interrupted);
    }
    const auto step_began = steady_clock::now();
    code = sqlite3_backup_step(backup.get(), report.in_wal_mode ? kAllPages : kPagesAStep);
    const auto now = steady_clock::now();
    report.longest_step = std::max<std::chrono::nanoseconds>(report.longest_step, now - step_began);
    const bool busy = (code & 0xFF) == SQLITE_BUSY || (code & 0xFF) == SQLITE_LOCKED;
    if (code != SQLITE_OK && code != SQLITE_DONE && (!busy || now >= patience_ends)) {
      throw SqliteError(copy.get(), code, "copying '" + from + "'");
    }
    if (!busy) patience_ends = now + kPatience;
    if (code != SQLITE_DONE) std::this_thread::sleep_for(kPause);
  }
  const std::int64_t pages = sqlite3_backup_pagecount(backup.get());
  report.bytes = pages * std::stoll(text_of(source.get(), "PRAGMA page_size", from));
  report.took = steady_clock::now() - began;
  return report;
}

}  // namespace walbench::storage
