#pragma once

#include <span>
#include <vector>

#include "engine/workload/script/script_client.hpp"
#include "storage/sqlite/sqlite.hpp"

namespace walbench::engine {

/// Runs the steps of scripts on one connection, as plainly as possible.
class SqliteSession final : public ScriptSession {
 public:
  SqliteSession(storage::Connection& connection, const ScriptSet& set) : connection_(connection) {
    for (const storage::StatementText& text : set.statement_texts()) {
      statements_.push_back(connection.prepare(text.sql));
    }
  }

  StatementResult execute(const ScriptStep& step) override {
    try {
      if (step.statement == nullptr) return border(step.kind);
      return run(statements_[step.statement->number], step);
    } catch (const storage::StorageError& error) {
      return {.outcome = storage::outcome_of(std::current_exception()), .error = error.what()};
    }
  }

  static void bind(storage::Statement& statement, std::span<const storage::Value> parameters) {
    int position = 0;
    for (const storage::Value& value : parameters) {
      ++position;
      if (const auto* const whole = std::get_if<std::int64_t>(&value)) {
        statement.bind(position, *whole);
      } else if (const auto* const real = std::get_if<double>(&value)) {
        statement.bind_real(position, *real);
      } else if (const auto* const text = std::get_if<std::string_view>(&value)) {
        statement.bind(position, *text);
      } else {
        statement.bind_null(position);
      }
    }
  }

 private:
  StatementResult border(ScriptStep::Kind kind) {
    using Kind = ScriptStep::Kind;
    connection_.execute(kind == Kind::begin    ? "BEGIN"
                        : kind == Kind::commit ? "COMMIT"
                                               : "ROLLBACK");
    return {};
  }

  StatementResult run(storage::Statement& statement, const ScriptStep& step) {
    bind(statement, step.parameters);
    StatementResult result;
    while (statement.step()) {
      if (++result.rows == 1) keep_row(statement);
    }
    if (!statement.only_reads()) result.rows = connection_.changes();
    result.row = row_;
    statement.reset();
    return result;
  }

  void keep_row(const storage::Statement& statement) {
    row_.clear();
    texts_.clear();
    texts_.reserve(static_cast<std::size_t>(statement.columns()));
    for (int i = 0; i < statement.columns(); ++i) {
      storage::Value value = statement.column(i);
      if (const auto* const text = std::get_if<std::string_view>(&value)) {
        value = std::string_view(texts_.emplace_back(*text));
      }
      row_.push_back(value);
    }
  }

  storage::Connection& connection_;
  std::vector<storage::Statement> statements_;
  std::vector<storage::Value> row_;
  std::vector<std::string> texts_;
};

}  // namespace walbench::engine
