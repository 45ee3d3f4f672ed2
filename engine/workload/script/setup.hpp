#pragma once

#include <string>
#include <vector>

#include "engine/workload/script/script.hpp"

namespace walbench::engine {

/// A statement of a setup file, with its variables replaced by their values.
struct SetupStatement {
  LocatedSql sql;
  Position position;
};

/// The statements that prepare a database, and the checks that it must pass after a run.
struct Setup {
  ScriptText source{"", ""};
  std::vector<SetupStatement> statements;
  std::vector<SetupStatement> checks;  ///< queries that must return 1
};

/// The result of compile_setup(). `setup` may be used if there are no problems.
struct CompiledSetup {
  Setup setup;
  std::vector<ScriptProblem> problems;
};

/// Translates a file of SQL. As psql does it, :name stands for the value itself: a number, or a
/// text in quotes; it may be one of the plan's definitions or an automatic variable but client_id.
/// Never throws on any text.
CompiledSetup compile_setup(const ScriptFile& file, const ScriptPlan& plan);

}  // namespace walbench::engine
