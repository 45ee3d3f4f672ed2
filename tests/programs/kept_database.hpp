#pragma once

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

namespace walbench::programs {

/// How far a file has come.
struct Progress {
  std::int64_t version = 0;
  std::string state = "untracked";
};

using ProgressByFile = std::map<std::string, Progress>;

/// How far an acknowledgement log says that each file has come, at least. Fails the test where a
/// line is not whole or a file's versions do not follow each other.
inline ProgressByFile acknowledged_in(const std::string& log) {
  EXPECT_TRUE(log.empty() || log.ends_with('\n')) << "a line that was not written whole";
  ProgressByFile files;
  std::istringstream lines(log);
  for (std::string path; lines >> path;) {
    Progress& file = files[path];
    const std::int64_t before = file.version;
    lines >> file.version >> file.state;
    EXPECT_EQ(file.version, before + 1) << path;
  }
  EXPECT_TRUE(lines.eof()) << log;
  return files;
}

/// A database that bench has left behind, whichever way it ended; opening it recovers it.
class KeptDatabase {
 public:
  explicit KeptDatabase(const std::filesystem::path& path) {
    sqlite3* db = nullptr;
    const int code = sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READWRITE, nullptr);
    db_.reset(db);
    EXPECT_EQ(code, SQLITE_OK) << path;
  }

  std::string integrity() const {
    std::string answer = "no answer";
    for_each_row("PRAGMA integrity_check", [&](sqlite3_stmt* row) { answer = text_of(row, 0); });
    return answer;
  }

  ProgressByFile files() const {
    ProgressByFile files;
    for_each_row("SELECT file_path, version, gemini_state FROM files", [&](sqlite3_stmt* row) {
      files[text_of(row, 0)] = {sqlite3_column_int64(row, 1), text_of(row, 2)};
    });
    return files;
  }

 private:
  static std::string text_of(sqlite3_stmt* row, int column) {
    return reinterpret_cast<const char*>(sqlite3_column_text(row, column));
  }

  void for_each_row(const char* sql, const std::function<void(sqlite3_stmt*)>& take) const {
    sqlite3_stmt* statement = nullptr;
    EXPECT_EQ(sqlite3_prepare_v2(db_.get(), sql, -1, &statement, nullptr), SQLITE_OK)
        << sqlite3_errmsg(db_.get());
    int code = sqlite3_step(statement);
    for (; code == SQLITE_ROW; code = sqlite3_step(statement)) {
      take(statement);
    }
    EXPECT_EQ(code, SQLITE_DONE) << sqlite3_errmsg(db_.get());
    sqlite3_finalize(statement);
  }

  std::unique_ptr<sqlite3, decltype(&sqlite3_close)> db_{nullptr, sqlite3_close};
};

}  // namespace walbench::programs
