#include "storage/sqlite/strategy/prepared_connection.hpp"

#include <fmt/format.h>

#include <utility>

#include "storage/probes.hpp"
#include "storage/sqlite/watch/counting_vfs.hpp"

namespace walbench::storage {
namespace {

/// Undoes one transaction of several that share one of SQLite's, unless it is kept.
class Savepoint {
 public:
  explicit Savepoint(const Connection& connection) : connection_(connection) {
    connection_.execute("SAVEPOINT one");
  }
  Savepoint(const Savepoint&) = delete;
  Savepoint& operator=(const Savepoint&) = delete;
  /// If SQLite gave up the whole transaction, there is no savepoint any more.
  ~Savepoint() {
    if (kept_ || !connection_.in_transaction()) return;
    sqlite3_exec(connection_.handle(), "ROLLBACK TO one; RELEASE one", nullptr, nullptr, nullptr);
  }

  void keep() {
    connection_.execute("RELEASE one");
    kept_ = true;
  }

 private:
  const Connection& connection_;
  bool kept_ = false;
};

std::string_view begin_sql(BeginAxis how) {
  return how == BeginAxis::immediate ? "BEGIN IMMEDIATE" : "BEGIN";
}

}  // namespace

void bind_value(Statement& statement, int position, const Value& value, TimestampText& now) {
  switch (value.index()) {
    case 0: statement.bind_null(position); break;
    case 1: statement.bind(position, *std::get_if<1>(&value)); break;
    case 2: statement.bind_real(position, *std::get_if<2>(&value)); break;
    case 3: statement.bind(position, *std::get_if<3>(&value)); break;
    case 4: statement.bind_blob(position, *std::get_if<4>(&value)); break;
    default:
      if (now[0] == '\0') now = timestamp_now();
      statement.bind(position, std::string_view(now.data(), now.size() - 1));
      break;
  }
}

PreparedConnection::PreparedConnection(const std::string& db_path, const char* vfs_name,
                                       const ConnectionSettings& settings, BeginAxis begin,
                                       const StatementTexts& statements, bool shared,
                                       std::unique_ptr<BusyHandler> busy_handler)
    : texts_(statements),
      axis_(begin),
      shared_(shared),
      busy_handler_(std::move(busy_handler)),
      connection_(db_path, vfs_name),
      statements_(statements.size()) {
  apply_settings(connection_, settings, busy_handler_.get());
  begin_ = connection_.prepare(begin_sql(begin));
  commit_ = connection_.prepare("COMMIT");
  rollback_ = connection_.prepare("ROLLBACK");
  for (std::size_t index = 0; index < texts_.size(); ++index) {
    if (texts_[index].in_advance) statements_[index] = connection_.prepare(texts_[index].sql);
  }
}

int PreparedConnection::begin(BeginAxis how) {
  if (how == axis_) return begin_.run();
  if (!other_begin_.prepared()) other_begin_ = connection_.prepare(begin_sql(how));
  return other_begin_.run();
}

Refusal PreparedConnection::run(const Transaction& transaction) {
  if (!needs_savepoint(transaction)) return run_statements(transaction);
  Savepoint savepoint(connection_);
  const Refusal refusal = run_statements(transaction);
  if (!refusal.refused()) savepoint.keep();
  return refusal;
}

int PreparedConnection::commit(CommitWaits& waits) {
  const ThreadIo before = CountingVfs::thread_io();
  WALBENCH_PROBE(commit_start);
  const int code = commit_.run();
  WALBENCH_PROBE(commit_end);
  const ThreadIo after = CountingVfs::thread_io();
  waits = {after.checkpoint_ns - before.checkpoint_ns, after.sync_ns - before.sync_ns};
  return code;
}

void PreparedConnection::roll_back() {
  if (connection_.in_transaction()) static_cast<void>(rollback_.run());
}

SqliteError PreparedConnection::error_of(const Transaction& transaction,
                                         const Refusal& refusal) const {
  return {connection_.handle(), refusal.code,
          name_of(transaction.statements[refusal.statement].statement)};
}

std::string PreparedConnection::name_of(std::size_t index) const {
  const std::string& sql = texts_[index].sql;
  return sql.substr(0, sql.find_first_of(" \t\n"));
}

Statement& PreparedConnection::bind(const StatementCall& call, TimestampText& now) {
  Statement& bound = statement(call.statement);
  int position = 0;
  for (const Value& value : call.parameters) {
    bind_value(bound, ++position, value, now);
  }
  return bound;
}

Refusal PreparedConnection::run_statements(const Transaction& transaction) {
  std::size_t position = 0;
  for (const StatementCall& call : transaction.statements) {
    if (const int code = run_one(transaction, call); code != SQLITE_OK) return {code, position};
    ++position;
  }
  return {};
}

int PreparedConnection::run_one(const Transaction& transaction, const StatementCall& call) {
  TimestampText now{};
  Statement& running = bind(call, now);
  std::int64_t rows = 0;
  int code = running.try_step();
  while (code == SQLITE_ROW) {
    ++rows;
    code = running.try_step();
  }
  running.reset();
  if (code != SQLITE_DONE) return code;
  if (!running.only_reads()) rows = connection_.changes();
  if (!call.rows.holds(rows)) {
    throw OccConflict(fmt::format(
        "OCC conflict: a statement for '{}' hit {} rows, not as many as it must; another writer "
        "changed or removed one",
        transaction.subject, rows));
  }
  return SQLITE_OK;
}

/// Whether a later statement may fail after an earlier one has written.
bool PreparedConnection::needs_savepoint(const Transaction& transaction) {
  if (!shared_ || transaction.statements.size() < 2) return false;
  for (const StatementCall& call :
       transaction.statements.first(transaction.statements.size() - 1)) {
    if (!statement(call.statement).only_reads()) return true;
  }
  return false;
}

Statement& PreparedConnection::statement(std::size_t index) {
  Statement& wanted = statements_[index];
  if (!wanted.prepared()) wanted = connection_.prepare(texts_[index].sql);
  return wanted;
}

}  // namespace walbench::storage
