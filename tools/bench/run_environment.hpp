#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/plan.hpp"
#include "metrics/clock.hpp"
#include "metrics/result/environment.hpp"
#include "metrics/result/run_result.hpp"
#include "storage/engines/engine.hpp"
#include "storage/sqlite/database_files.hpp"

namespace walbench::tools {

/// The engine that stores the rows.
inline constexpr std::string_view kEngine = "sqlite";

/// A run without measurements: when and where it happens. Measures what measuring costs, which
/// takes some milliseconds. `engine` is the one that is measured.
metrics::RunResult begin_run(const engine::RunPlan& plan, const storage::DatabaseFiles& files,
                             const metrics::Clock& clock, storage::EngineFacts engine);

/// The warning for a run with measurements that can meet the WAL-reset bug of their SQLite; no
/// value if it has none.
std::optional<std::string> exposure_warning(const engine::RunPlan& plan);

/// Adds how much memory the process had at most, and SQLite in it if anything is measured in it.
void add_memory_peaks(const engine::RunPlan& plan, metrics::RunResult& run);

/// The most connections that a measurement of the plan has open at once.
std::int64_t most_connections(const engine::RunPlan& plan);

}  // namespace walbench::tools
