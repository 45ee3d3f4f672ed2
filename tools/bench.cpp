// bench: measures the configurations of a plan and publishes what it found.

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "engine/runner.hpp"
#include "metrics/environment.hpp"
#include "metrics/results_folder.hpp"
#include "storage/database_files.hpp"
#include "storage/sqlite.hpp"
#include "storage/sqlite_database.hpp"
#include "tools/bench_options.hpp"
#include "tools/descriptor_limit.hpp"
#include "tools/exit_code.hpp"
#include "tools/interrupt_signals.hpp"
#include "tools/output.hpp"
#include "tools/progress.hpp"
#include "tools/result_tables.hpp"
#include "tools/text.hpp"

namespace walbench::tools {
namespace {

void complain(std::string_view what) {
  write_error(fmt::format("bench: {}\n", printable(what)));
}

std::string utc_now() {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const auto day = std::chrono::floor<std::chrono::days>(now);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(now - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     time.hours().count(), time.minutes().count(), time.seconds().count());
}

metrics::ResultsFolder open_results_folder(const BenchOptions& options) {
  if (!options.results_named) {
    std::error_code ignored;  // ResultsFolder says what is wrong with it.
    std::filesystem::create_directory(options.results, ignored);
  }
  return metrics::ResultsFolder(options.results);
}

std::int64_t most_connections(const engine::RunPlan& plan) {
  std::int64_t most = 0;
  for (const engine::ConfigurationPlan& each : plan.configurations) {
    const bool one = each.axes.connection == storage::ConnectionAxis::shared;
    most = std::max(most, one ? 1 : each.threads);
  }
  return most;
}

metrics::Environment environment_of(const storage::DatabaseFiles& files,
                                    const metrics::Clock& clock) {
  metrics::Environment environment = metrics::observe_environment(clock);
  environment.file_system = storage::file_system_type(files.database());
  environment.sqlite_version = storage::sqlite_version();
  environment.sqlite_source_id = storage::sqlite_source_id();
  return environment;
}

/// Measures everything; throws what the engine throws.
metrics::RunResult measure(const BenchOptions& options, storage::DatabaseFiles& files,
                           const std::stop_token& stop) {
  const metrics::SteadyClock clock;
  metrics::RunResult run;
  run.timestamp = utc_now();
  run.seed = options.plan.seed;
  run.environment = environment_of(files, clock);
  for (const std::string& warning : metrics::environment_warnings(run.environment)) {
    complain("warning: " + warning);
  }

  const bool draw =
      options.progress == ProgressMode::always || (options.progress == ProgressMode::automatic &&
                                                   !options.quiet && ::isatty(STDERR_FILENO) != 0);
  Progress progress(options.plan, draw);
  bool fresh = true;
  const auto open_database = [&](const engine::ConfigurationPlan& plan) {
    if (!std::exchange(fresh, false)) files.start_over();
    return std::make_unique<storage::SqliteDatabase>(
        files.database(), storage::Seeding{plan.files, plan.seed, plan.schema}, plan.settings);
  };
  run.configurations = engine::measure_all(options.plan, {open_database, &clock, &progress, stop});

  constexpr std::int64_t kBytesPerKib = 1024;
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) == 0) run.resident_peak_bytes = usage.ru_maxrss * kBytesPerKib;
  run.sqlite_memory_peak_bytes = storage::sqlite_memory_peak_bytes();
  return run;
}

std::string render(const metrics::RunResult& run,
                   const std::vector<std::filesystem::path>& published) {
  std::string out;
  for (const metrics::ConfigurationResult& configuration : run.configurations) {
    out += render_configuration(configuration) + "\n";
  }
  if (run.configurations.size() > 1) out += render_overview(run.configurations) + "\n";
  out += render_bottleneck(run.configurations);
  const metrics::Environment& environment = run.environment;
  out += fmt::format(
      "measuring cost: {:.0f} ns a clock reading (resolution {} ns), {:.0f} ns to hand over a "
      "lifecycle's timings, {:.1f} ns a sample in the collector's thread\n",
      environment.clock_read_ns, environment.clock_resolution_ns, environment.record_enqueue_ns,
      environment.sample_record_ns);
  out += fmt::format("results: {} and {} .hgrm files beside it\n",
                     printable(published.front().string()), published.size() - 1);
  return out;
}

bool every_gate_passed(const metrics::RunResult& run) {
  return std::ranges::all_of(run.configurations, [](const auto& configuration) {
    return std::ranges::all_of(configuration.verdicts, &metrics::GateVerdict::passed);
  });
}

void report_failed_gates(const metrics::RunResult& run) {
  for (const metrics::ConfigurationResult& configuration : run.configurations) {
    for (const metrics::GateVerdict& verdict : configuration.verdicts) {
      if (verdict.passed) continue;
      complain(fmt::format("gate {} failed: {}", verdict.gate, verdict.evidence));
    }
  }
}

/// Where the database is while it exists, for the signal thread's last act.
using FilesInUse = std::atomic<storage::DatabaseFiles*>;

int measure_and_publish(const BenchOptions& options, const InterruptSignals& signals,
                        FilesInUse& files_in_use) {
  const metrics::ResultsFolder folder = open_results_folder(options);
  storage::DatabaseFiles files(options.db);
  if (options.keep_db) files.keep();
  files_in_use.store(options.keep_db ? nullptr : &files);
  const auto database_kept = [&] {
    if (options.keep_db) {
      write_error(fmt::format("database kept: {}\n", printable(files.database().string())));
    }
  };
  try {
    metrics::RunResult run = measure(options, files, signals.stop_token());
    const std::vector<std::filesystem::path> published = folder.publish(run);
    files_in_use.store(nullptr);
    if (!options.quiet) write_output(render(run, published));
    report_failed_gates(run);
    database_kept();
    return every_gate_passed(run) ? kDone : kGateFailed;
  } catch (const engine::RunInterrupted&) {
    files_in_use.store(nullptr);
    complain("interrupted: nothing was published");
    database_kept();
    return signals.exit_code();
  } catch (const std::exception& error) {
    files_in_use.store(nullptr);
    complain(error.what());
    database_kept();
    return kFailed;
  }
}

int run_bench(const std::vector<std::string>& arguments) {
  const auto parsed = parse_bench_options(arguments);
  if (const auto* const end = std::get_if<ParseEnd>(&parsed)) return end->tell();
  const auto& options = std::get<BenchOptions>(parsed);
  if (const auto why = allow_open_connections(most_connections(options.plan))) {
    complain(*why);
    return kWrongUsage;
  }
  FilesInUse files_in_use = nullptr;
  const InterruptSignals signals([&files_in_use] {
    if (storage::DatabaseFiles* const files = files_in_use.load()) files->remove();
  });
  try {
    return measure_and_publish(options, signals, files_in_use);
  } catch (const metrics::ResultsError& error) {
    complain(error.what());
  } catch (const storage::DatabaseFileError& error) {
    complain(error.what());
  }
  return kWrongUsage;
}

}  // namespace
}  // namespace walbench::tools

int main(int argc, char** argv) {
  using namespace walbench::tools;
  survive_closed_pipes();
  try {
    return run_bench(std::vector<std::string>(argv + std::min(argc, 1), argv + argc));
  } catch (const std::exception& error) {
    complain(error.what());
    return kFailed;
  }
}
