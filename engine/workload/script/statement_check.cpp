#include "engine/workload/script/statement_check.hpp"

#include <fmt/format.h>

#include <utility>

#include "storage/storage_error.hpp"

namespace walbench::engine {
namespace {

bool is_border(const ScriptStatement& statement) {
  return statement.kind != StatementKind::read && statement.kind != StatementKind::write;
}

/// The first problem of a statement; empty: none.
std::string problem_of(const Script& script, const ScriptStatement& statement,
                       const storage::StatementFacts& facts) {
  if (!facts.refusal.empty()) return facts.refusal;
  if (script.declared_read_only && !facts.only_reads && !is_border(statement)) {
    return "this statement writes, but the script is read-only";
  }
  if (statement.gset && statement.gset->size() != facts.columns) {
    return fmt::format(
        "\\gset found the names of {} columns, but the result has {}; write AS name "
        "for each",
        statement.gset->size(), facts.columns);
  }
  return "";
}

}  // namespace

std::vector<ScriptProblem> check_statements(const ScriptSet& set,
                                            storage::AdHocConnection& engine) {
  std::vector<ScriptProblem> problems;
  for (const Script& script : set.scripts) {
    for (const ScriptStatement& statement : script.statements) {
      const storage::StatementFacts facts = engine.ask(statement.sql.text());
      std::string problem = problem_of(script, statement, facts);
      if (problem.empty()) continue;
      const std::size_t source = statement.sql.source_of(facts.offset.value_or(0));
      problems.push_back(
          {script.source.name(), script.source.position_of(source), std::move(problem)});
    }
  }
  return problems;
}

std::vector<ScriptProblem> run_setup(const Setup& setup, storage::AdHocConnection& engine) {
  const auto problem_at = [&](const SetupStatement& statement, std::size_t offset,
                              std::string message) {
    const std::size_t source = statement.sql.source_of(offset);
    return std::vector<ScriptProblem>{
        {setup.source.name(), setup.source.position_of(source), std::move(message)}};
  };
  for (const SetupStatement& statement : setup.statements) {
    const storage::StatementFacts facts = engine.ask(statement.sql.text());
    if (!facts.refusal.empty()) {
      return problem_at(statement, facts.offset.value_or(0), facts.refusal);
    }
    try {
      engine.execute(statement.sql.text());
    } catch (const storage::StorageError& error) {
      if (error.kind() != storage::ErrorKind::statement) throw;
      return problem_at(statement, 0, error.what());
    }
  }
  for (const SetupStatement& check : setup.checks) {
    const storage::StatementFacts facts = engine.ask(check.sql.text());
    if (!facts.refusal.empty()) return problem_at(check, facts.offset.value_or(0), facts.refusal);
  }
  return {};
}

}  // namespace walbench::engine
