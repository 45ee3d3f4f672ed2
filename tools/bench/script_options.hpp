#pragma once

#include <set>
#include <string>

#include "tools/bench/script_request.hpp"
#include "tools/program/options.hpp"

namespace walbench::tools {

/// Adds the options about scripts, and refuses those of pgbench that mean something else here.
void add_scripts(Options& options, ScriptRequest& request);

/// Refuses options that belong to the other workload: those of file lifecycles with scripts, those
/// of scripts without. Throws std::invalid_argument.
void require_one_workload(const ScriptRequest& request, const std::set<std::string>& given);

}  // namespace walbench::tools
