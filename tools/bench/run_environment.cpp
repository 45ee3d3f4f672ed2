#include "tools/bench/run_environment.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <set>
#include <utility>

#include "engine/measurement.hpp"
#include "engine/workers/worker_pool.hpp"
#include "metrics/recording/measure_self_cost.hpp"
#include "storage/engines/engine.hpp"
#include "storage/file_system.hpp"

namespace walbench::tools {
namespace {

/// 16 hex digits.
std::string random_instance() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}", random(), random());
}

metrics::Environment environment_of(const storage::DatabaseFiles& files,
                                    const metrics::Clock& clock, storage::EngineFacts facts) {
  metrics::Environment environment = metrics::observe_environment();
  environment.self_cost = metrics::measure_self_cost(clock);
  const storage::FileSystem file_system = storage::file_system_of(files.database());
  environment.file_system = file_system.type;
  environment.mount_options = file_system.mount_options;
  environment.rotates = file_system.rotates;
  environment.sqlite_version = std::move(facts.version);
  environment.sqlite_source_id = std::move(facts.source_id);
  environment.sqlite_compile_options = std::move(facts.compile_options);
  environment.sqlite_wal_reset_bug = facts.has_wal_reset_bug;
  environment.onetbb_version = engine::onetbb_version();
  return environment;
}

}  // namespace

metrics::RunResult begin_run(const engine::RunPlan& plan, const storage::DatabaseFiles& files,
                             const metrics::Clock& clock, storage::EngineFacts engine) {
  metrics::RunResult run;
  run.timestamp = metrics::iso_utc_text(std::chrono::system_clock::now());
  run.seed = plan.seed;
  run.instance = random_instance();
  run.environment = environment_of(files, clock, std::move(engine));
  return run;
}

std::optional<std::string> exposure_warning(const engine::RunPlan& plan) {
  std::vector<std::string> exposed;
  std::set<std::string> versions;
  for (const engine::ConfigurationPlan* const each : plan.measurements()) {
    const std::string name = engine::label(*each);
    const bool is_new = std::ranges::find(exposed, name) == exposed.end();
    if (each->wal_reset_exposed && is_new) exposed.push_back(name);
    if (each->wal_reset_exposed) versions.insert(each->library.version);
  }
  if (exposed.empty()) return std::nullopt;
  return fmt::format(
      "SQLite {} can lose commits that were acknowledged if a checkpoint overlaps another "
      "connection's commit (the WAL-reset bug), and integrity_check does not see it; exposed: {}. "
      "SQLite 3.51.3, 3.50.7 and 3.44.6 are mended",
      fmt::join(versions, " and "), fmt::join(exposed, ", "));
}

void add_memory_peaks(const engine::RunPlan& plan, metrics::RunResult& run) {
  constexpr std::int64_t kBytesPerKib = 1024;
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) == 0) run.resident_peak_bytes = usage.ru_maxrss * kBytesPerKib;
  const bool any_here = !std::ranges::all_of(
      plan.measurements(), [](const auto* each) { return each->needs_own_process(); });
  if (any_here) run.sqlite_memory_peak_bytes = storage::engine_memory_peak_bytes(kEngine);
}

std::int64_t most_connections(const engine::RunPlan& plan) {
  std::int64_t most = 0;
  for (const engine::ConfigurationPlan* const each : plan.measurements()) {
    const bool more = each->settings.checkpoint.mode ==
                      storage::CheckpointMode::background;  // the checkpointer's
    most = std::max(
        most, each->axes.connection.most_open(each->threads) + (more ? 1 : 0) + each->readers);
  }
  return most;
}

}  // namespace walbench::tools
