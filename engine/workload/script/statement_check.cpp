#include "engine/workload/script/statement_check.hpp"

#include <fmt/format.h>

namespace walbench::engine {
namespace {

bool is_border(const ScriptStatement& statement) {
  return statement.kind != StatementKind::read && statement.kind != StatementKind::write;
}

/// The first problem of a statement; empty: none.
std::string problem_of(const Script& script, const ScriptStatement& statement,
                       const StatementFacts& facts) {
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

std::vector<ScriptProblem> check_statements(const ScriptSet& set, StatementProbe& probe) {
  std::vector<ScriptProblem> problems;
  for (const Script& script : set.scripts) {
    for (const ScriptStatement& statement : script.statements) {
      const StatementFacts facts = probe.ask(statement.sql.text());
      std::string problem = problem_of(script, statement, facts);
      if (problem.empty()) continue;
      const std::size_t source = statement.sql.source_of(facts.offset.value_or(0));
      problems.push_back(
          {script.source.name(), script.source.position_of(source), std::move(problem)});
    }
  }
  return problems;
}

}  // namespace walbench::engine
