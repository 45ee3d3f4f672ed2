#pragma once

#include <sqlite3.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "storage/storage_error.hpp"
#include "storage/transaction.hpp"

namespace walbench::storage {

/// A refusal of SQLite: its message, the refused operation, and its extended result code.
class SqliteError : public StorageError {
 public:
  /// `db` may be null, if opening failed before there was a connection.
  SqliteError(sqlite3* db, int code, std::string_view operation);
  /// The same refusal, with what led to it.
  SqliteError(const SqliteError& refusal, const std::string& cause);

  int extended_code() const { return extended_code_; }
  /// The primary result code, such as SQLITE_BUSY.
  int code() const { return extended_code_ & 0xFF; }

 private:
  int extended_code_;
};

class Connection;

/// A prepared statement. Must not outlive its connection; used by one thread at a time. Texts and
/// blobs are bound by reference: they must live until the next reset.
class Statement {
 public:
  Statement() = default;

  bool prepared() const { return handle_ != nullptr; }

  void bind(int position, std::string_view text);
  void bind(int position, std::int64_t value);
  void bind_real(int position, double value);
  void bind_blob(int position, std::span<const std::byte> bytes);
  void bind_null(int position);

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
  Value column(int column) const;
  int columns() const { return sqlite3_column_count(handle_.get()); }

  /// True if it changes nothing in the database.
  bool only_reads() const { return sqlite3_stmt_readonly(handle_.get()) != 0; }

 private:
  friend class Connection;
  struct Finalizer {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  explicit Statement(sqlite3_stmt* handle) : handle_(handle) {}
  void check_bound(int code) const;

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

}  // namespace walbench::storage
