#pragma once

#include <sqlite3.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace walbench::storage {

/// What SQLite refused: its message, the operation it refused, and its extended result code.
class SqliteError : public std::runtime_error {
 public:
  /// `db` may be null, where opening failed before there was a connection.
  SqliteError(sqlite3* db, int code, std::string_view operation);

  int extended_code() const { return extended_code_; }
  /// The primary result code, such as SQLITE_BUSY.
  int code() const { return extended_code_ & 0xFF; }

  /// What the user can do about it, as the end of a sentence; empty where we do not know.
  std::string_view remedy() const;

 private:
  int extended_code_;
};

/// A transaction of several writes that the database refused: none of them was done. The message
/// names their files.
class GroupNotCommitted : public std::runtime_error {
 public:
  GroupNotCommitted(const SqliteError& error, std::size_t writes, const std::string& names);
};

class Connection;

/// A prepared statement. Owned by whoever prepared it, must not outlive its connection, and is used
/// by one thread at a time. Text is bound by reference: it must live until the next reset.
class Statement {
 public:
  Statement() = default;

  bool prepared() const { return handle_ != nullptr; }

  void bind(int position, std::string_view text);
  void bind(int position, std::int64_t value);

  /// Runs to the next row or the end; true when there is a row. Throws SqliteError, after a reset.
  bool step();

  /// As step(), but hands back SQLITE_ROW, SQLITE_DONE or the extended code of an error, where an
  /// error is expected now and then. Not reset afterwards.
  [[nodiscard]] int try_step();

  /// Runs a statement that has no rows and resets it. SQLITE_OK or the extended code of an error.
  [[nodiscard]] int run();

  void reset() { sqlite3_reset(handle_.get()); }

  /// Columns of the current row. The view is valid until the next step or reset.
  std::string_view column_text(int column) const;
  std::int64_t column_int64(int column) const;

 private:
  friend class Connection;
  struct Finalizer {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  explicit Statement(sqlite3_stmt* handle) : handle_(handle) {}

  std::unique_ptr<sqlite3_stmt, Finalizer> handle_;
};

/// An open database. Used by one thread at a time (SQLITE_OPEN_NOMUTEX); threads may take turns.
class Connection {
 public:
  /// Opens an existing database file through the VFS of that name (null: the default one).
  Connection(const std::string& path, const char* vfs_name);

  /// Prepares one statement. Throws SqliteError.
  Statement prepare(std::string_view sql) const;

  /// Runs statements that return nothing worth reading. Throws SqliteError.
  void execute(const std::string& sql) const;

  /// Runs a query and returns its first row's first column, as text or as an integer.
  std::string query_text(std::string_view sql) const;
  std::int64_t query_int64(std::string_view sql) const;

  /// Rows that the last UPDATE changed, triggers not counted.
  std::int64_t changes() const { return sqlite3_changes64(handle_.get()); }
  bool in_transaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }

  /// Throws SqliteError unless `code` is SQLITE_OK.
  void check(int code, std::string_view operation) const;

  sqlite3* handle() const { return handle_.get(); }

 private:
  struct Closer {
    void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
  };
  std::unique_ptr<sqlite3, Closer> handle_;
};

/// SQLite's heap use over the life of the process, page caches included: the most it ever was, in
/// bytes.
std::int64_t sqlite_memory_peak_bytes();

}  // namespace walbench::storage
