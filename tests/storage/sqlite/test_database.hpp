#pragma once

#include <sqlite3.h>
#include <sys/stat.h>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "storage/sqlite/database_files.hpp"
#include "storage/sqlite/sqlite.hpp"
#include "storage/sqlite/watch/counting_vfs.hpp"
#include "tests/support/faulty_disk.hpp"
#include "tests/support/lifecycle_writes.hpp"

namespace walbench::storage {

/// An empty database file in a private directory of its own, gone at the end of the test, and the
/// VFS that counts what happens to it.
class TestDatabase {
 public:
  TestDatabase() { vfs_.set_policy(&disk_); }

  /// With the bench tables and that many untracked rows.
  explicit TestDatabase(std::int64_t files) : TestDatabase() { create_files(files); }

  std::string path() const { return files_.database().string(); }
  std::string wal_path() const { return path() + "-wal"; }
  CountingVfs& vfs() { return vfs_; }
  /// The disk under that VFS.
  FaultyDisk& disk() { return disk_; }

  /// Another connection to it, counted.
  Connection connect() { return {path(), vfs_.name()}; }

  /// Another connection, through the default VFS: it is not counted, nor does it sync.
  Connection connect_uncounted() const {
    Connection connection(path(), nullptr);
    connection.execute("PRAGMA synchronous=OFF");
    return connection;
  }

  /// Creates the bench tables in WAL mode and `files` untracked rows.
  void create_files(std::int64_t files, Schema schema = Schema::bench) {
    const Connection connection = connect_uncounted();
    connection.query_text("PRAGMA journal_mode=WAL");
    connection.execute(schema_sql(schema));
    for (std::int64_t index = 0; index < files; ++index) {
      connection.execute(
          "INSERT INTO files(file_path, content_hash, filename, file_size) VALUES('" +
          bench_file_path(index) + "', '" + bench_content_hash(1, index) + "', 'f', 1024)");
    }
  }

 private:
  DatabaseFiles files_{std::nullopt};
  FaultyDisk disk_;
  CountingVfs vfs_;
};

/// The size of a file in bytes as the operating system says it, or nothing where there is no file.
inline std::optional<std::int64_t> size_on_disk(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return status.st_size;
}

/// A row by column names; nothing where a column is null.
using Row = std::map<std::string, std::optional<std::string>>;

inline std::vector<Row> read_rows(const Connection& connection, const std::string& sql) {
  std::vector<Row> rows;
  const auto add_row = [](void* out, int columns, char** values, char** names) {
    Row row;
    for (int column = 0; column < columns; ++column) {
      const char* const value = values[column];
      row[names[column]] = value == nullptr ? std::nullopt : std::optional<std::string>(value);
    }
    static_cast<std::vector<Row>*>(out)->push_back(std::move(row));
    return 0;
  };
  connection.check(sqlite3_exec(connection.handle(), sql.c_str(), add_row, &rows, nullptr), sql);
  return rows;
}

inline Row read_file_row(const Connection& connection, const std::string& file_path) {
  const std::vector<Row> rows =
      read_rows(connection, "SELECT * FROM files WHERE file_path='" + file_path + "'");
  return rows.size() == 1 ? rows.front() : Row{};
}

/// The columns that differ, with what they are in `after`.
inline Row changed_columns(const Row& before, const Row& after) {
  Row changed;
  for (const auto& [column, value] : after) {
    const auto was = before.find(column);
    if (was == before.end() || was->second != value) changed[column] = value;
  }
  return changed;
}

/// Notes the handles of the connections that this thread opens while it lives: the only way to look
/// into a connection that the code under test keeps to itself. One at a time.
class ConnectionSpy {
 public:
  ConnectionSpy() {
    handles().clear();
    sqlite3_auto_extension(reinterpret_cast<void (*)()>(&note));
  }
  ConnectionSpy(const ConnectionSpy&) = delete;
  ConnectionSpy& operator=(const ConnectionSpy&) = delete;
  ~ConnectionSpy() { sqlite3_cancel_auto_extension(reinterpret_cast<void (*)()>(&note)); }

  static sqlite3* latest() { return handles().empty() ? nullptr : handles().back(); }
  static std::size_t opened() { return handles().size(); }

 private:
  static int note(sqlite3* db, const char** /*error*/, const sqlite3_api_routines* /*api*/) {
    handles().push_back(db);
    return SQLITE_OK;
  }
  static std::vector<sqlite3*>& handles() {
    thread_local std::vector<sqlite3*> opened;
    return opened;
  }
};

/// Calls `action` with the SQL of every statement that a connection starts, before it runs. The
/// connection must be closed, or the hook gone, before whatever `action` uses.
class StatementHook {
 public:
  using Action = std::function<void(const std::string& sql)>;

  StatementHook(sqlite3* db, Action action) : db_(db), action_(std::move(action)) {
    sqlite3_trace_v2(db_, SQLITE_TRACE_STMT, &called, this);
  }
  StatementHook(const StatementHook&) = delete;
  StatementHook& operator=(const StatementHook&) = delete;
  ~StatementHook() { sqlite3_trace_v2(db_, 0, nullptr, nullptr); }

 private:
  static int called(unsigned /*type*/, void* self, void* /*statement*/, void* sql) {
    static_cast<StatementHook*>(self)->action_(static_cast<const char*>(sql));
    return 0;
  }

  sqlite3* db_;
  Action action_;
};

}  // namespace walbench::storage
