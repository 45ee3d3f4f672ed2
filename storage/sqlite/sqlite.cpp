#include "storage/sqlite/sqlite.hpp"

#include <cerrno>
#include <limits>
#include <system_error>

namespace walbench::storage {
namespace {

/// SQL in messages: its first words are enough to know a statement by.
std::string brief(std::string_view operation) {
  constexpr std::size_t kMostBytes = 120;
  const std::string_view line = operation.substr(0, operation.find('\n'));
  if (line.size() == operation.size() && line.size() <= kMostBytes) return std::string(operation);
  return std::string(line.substr(0, kMostBytes)) + " ...";
}

/// The errno of a system call that failed, if that is what the error is about; or 0.
int system_error(sqlite3* db, int code) {
  const bool of_a_call = (code & 0xFF) == SQLITE_CANTOPEN || (code & 0xFF) == SQLITE_IOERR;
  if (db == nullptr || !of_a_call) return 0;
  int of_database = 0;
  if (const int error = sqlite3_system_errno(db); error != 0) return error;
  sqlite3_file_control(db, "main", SQLITE_FCNTL_LAST_ERRNO, &of_database);
  return of_database;
}

std::string error_text(sqlite3* db, int code, std::string_view operation) {
  std::string text = brief(operation);
  // A connection knows more about its latest error than the code says.
  const bool is_latest = db != nullptr && sqlite3_extended_errcode(db) == code;
  text.append(": ").append(is_latest ? sqlite3_errmsg(db) : sqlite3_errstr(code));
  text.append(" (SQLite code ").append(std::to_string(code)).append(")");
  if (const int error = system_error(db, code); error != 0) {
    text.append(": ").append(std::generic_category().message(error));
  }
  return text;
}

struct Meaning {
  ErrorKind kind = ErrorKind::other;
  Remedy remedy = Remedy::none;
};

Meaning meaning_of(sqlite3* db, int extended_code) {
  const int error = system_error(db, extended_code);
  const bool no_descriptor = error == EMFILE || error == ENFILE;
  switch (extended_code & 0xFF) {
    case SQLITE_BUSY: return {ErrorKind::busy, Remedy::wait_longer};
    case SQLITE_FULL: return {ErrorKind::full, Remedy::free_space};
    case SQLITE_CANTOPEN:
      return {ErrorKind::cannot_open, no_descriptor ? Remedy::fewer_connections : Remedy::none};
    case SQLITE_NOMEM: return {ErrorKind::other, Remedy::less_memory};
    case SQLITE_IOERR: return {ErrorKind::io};
    case SQLITE_READONLY: return {ErrorKind::readonly};
    case SQLITE_INTERRUPT: return {ErrorKind::interrupted};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return {ErrorKind::corrupt};
    case SQLITE_CONSTRAINT:
    case SQLITE_ERROR:
    case SQLITE_MISMATCH:
    case SQLITE_TOOBIG: return {ErrorKind::statement};
    default: return {};
  }
}

int int_size(std::string_view text) {
  if (text.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    throw std::length_error("a text of more than 2 GiB cannot be handed to SQLite");
  }
  return static_cast<int>(text.size());
}

/// Resets a statement at the end of the scope.
class ResetAtEnd {
 public:
  explicit ResetAtEnd(Statement& statement) : statement_(statement) {}
  ResetAtEnd(const ResetAtEnd&) = delete;
  ResetAtEnd& operator=(const ResetAtEnd&) = delete;
  ~ResetAtEnd() { statement_.reset(); }

 private:
  Statement& statement_;
};

}  // namespace

SqliteError::SqliteError(sqlite3* db, int code, std::string_view operation)
    : StorageError(error_text(db, code, operation), meaning_of(db, code).kind,
                   meaning_of(db, code).remedy),
      extended_code_(code) {}

SqliteError::SqliteError(const SqliteError& refusal, const std::string& cause)
    : StorageError(refusal.what() + ("; " + cause), refusal.kind(), refusal.remedy()),
      extended_code_(refusal.extended_code_) {}

void Statement::check_bound(int code) const {
  if (code == SQLITE_OK) return;
  throw SqliteError(sqlite3_db_handle(handle_.get()), code, sqlite3_sql(handle_.get()));
}

void Statement::bind(int position, std::string_view text) {
  check_bound(
      sqlite3_bind_text(handle_.get(), position, text.data(), int_size(text), SQLITE_STATIC));
}

void Statement::bind(int position, std::int64_t value) {
  check_bound(sqlite3_bind_int64(handle_.get(), position, value));
}

void Statement::bind_real(int position, double value) {
  check_bound(sqlite3_bind_double(handle_.get(), position, value));
}

void Statement::bind_blob(int position, std::span<const std::byte> bytes) {
  check_bound(
      sqlite3_bind_blob64(handle_.get(), position, bytes.data(), bytes.size(), SQLITE_STATIC));
}

void Statement::bind_null(int position) {
  check_bound(sqlite3_bind_null(handle_.get(), position));
}

Value Statement::column(int column) const {
  switch (sqlite3_column_type(handle_.get(), column)) {
    case SQLITE_INTEGER: return column_int64(column);
    case SQLITE_FLOAT: return sqlite3_column_double(handle_.get(), column);
    case SQLITE_TEXT: return column_text(column);
    case SQLITE_BLOB: {
      const auto* const bytes =
          static_cast<const std::byte*>(sqlite3_column_blob(handle_.get(), column));
      return std::span(bytes,
                       static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column)));
    }
    default: return std::monostate();
  }
}

bool Statement::step() {
  const int code = try_step();
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  const ResetAtEnd reset_after_the_message_is_made(*this);
  throw SqliteError(sqlite3_db_handle(handle_.get()), code, sqlite3_sql(handle_.get()));
}

int Statement::try_step() {
  const int code = sqlite3_step(handle_.get());
  if (code == SQLITE_ROW || code == SQLITE_DONE) return code;
  return sqlite3_extended_errcode(sqlite3_db_handle(handle_.get()));
}

int Statement::run() {
  const int code = try_step();
  reset();
  return code == SQLITE_DONE ? SQLITE_OK : code;
}

std::string_view Statement::column_text(int column) const {
  const unsigned char* const text = sqlite3_column_text(handle_.get(), column);
  if (text == nullptr) return {};
  return {reinterpret_cast<const char*>(text),
          static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column))};
}

std::int64_t Statement::column_int64(int column) const {
  return sqlite3_column_int64(handle_.get(), column);
}

Connection::Connection(const std::string& path, const char* vfs_name) {
  sqlite3* db = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, vfs_name);
  handle_.reset(db);
  if (code != SQLITE_OK) throw SqliteError(db, code, "opening '" + path + "'");
  sqlite3_extended_result_codes(db, 1);
}

Statement Connection::prepare(std::string_view sql) const {
  sqlite3_stmt* statement = nullptr;
  check(sqlite3_prepare_v3(handle_.get(), sql.data(), int_size(sql), SQLITE_PREPARE_PERSISTENT,
                           &statement, nullptr),
        sql);
  return Statement(statement);
}

void Connection::execute(const std::string& sql) const {
  check(sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr), sql);
}

std::string Connection::query_text(std::string_view sql) const {
  Statement statement = prepare(sql);
  return statement.step() ? std::string(statement.column_text(0)) : std::string();
}

std::int64_t Connection::query_int64(std::string_view sql) const {
  Statement statement = prepare(sql);
  return statement.step() ? statement.column_int64(0) : 0;
}

void Connection::check(int code, std::string_view operation) const {
  if (code != SQLITE_OK) throw SqliteError(handle_.get(), code, operation);
}

}  // namespace walbench::storage
