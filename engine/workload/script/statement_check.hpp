#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "engine/workload/script/script.hpp"

namespace walbench::engine {

/// The facts that an engine knows about a statement without running it.
struct StatementFacts {
  std::string refusal = {};                ///< its sentence; empty: it takes the statement
  std::optional<std::size_t> offset = {};  ///< the byte of the SQL that the refusal is about
  std::size_t columns = 0;                 ///< in its result
  bool only_reads = false;
};

/// An engine with the tables that the scripts will find.
class StatementProbe {
 public:
  StatementProbe() = default;
  StatementProbe(const StatementProbe&) = delete;
  StatementProbe& operator=(const StatementProbe&) = delete;
  virtual ~StatementProbe() = default;

  virtual StatementFacts ask(const std::string& sql) = 0;
};

/// Finds problems that only an engine knows: SQL that it refuses, a result that \gset cannot take,
/// a read-only script that writes.
std::vector<ScriptProblem> check_statements(const ScriptSet& set, StatementProbe& probe);

}  // namespace walbench::engine
