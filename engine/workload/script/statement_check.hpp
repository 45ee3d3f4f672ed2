#pragma once

#include <vector>

#include "engine/workload/script/script.hpp"
#include "engine/workload/script/setup.hpp"
#include "storage/ad_hoc_connection.hpp"

namespace walbench::engine {

/// Finds problems that only an engine knows: SQL that it refuses, a result that \gset cannot take,
/// a read-only script that writes.
std::vector<ScriptProblem> check_statements(const ScriptSet& set, storage::AdHocConnection& engine);

/// Runs a setup, and asks about its checks. Stops at the first statement that is refused, and
/// returns what was refused.
std::vector<ScriptProblem> run_setup(const Setup& setup, storage::AdHocConnection& engine);

}  // namespace walbench::engine
