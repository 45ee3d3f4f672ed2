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
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "engine/measurement.hpp"
#include "engine/study.hpp"
#include "engine/workers/worker_pool.hpp"
#include "metrics/duration.hpp"
#include "metrics/files/file_error.hpp"
#include "metrics/publish/run_publication.hpp"
#include "metrics/recording/measure_self_cost.hpp"
#include "metrics/result/environment.hpp"
#include "storage/engines/engine.hpp"
#include "storage/sqlite/database_files.hpp"
#include "tools/bench/bench_options.hpp"
#include "tools/bench/descriptor_limit.hpp"
#include "tools/bench/interrupt_signals.hpp"
#include "tools/bench/progress.hpp"
#include "tools/bench/remedies.hpp"
#include "tools/bench/wall_profile.hpp"
#include "tools/document/report_document.hpp"
#include "tools/program/exit_code.hpp"
#include "tools/program/output.hpp"
#include "tools/program/text.hpp"
#include "tools/render/terminal.hpp"

namespace walbench::tools {
namespace {

void complain(std::string_view what) {
  tools::complain("bench", what);
}

constexpr std::string_view kEngine = "sqlite";

/// 16 hex digits.
std::string random_instance() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}", random(), random());
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
  for (const engine::ConfigurationPlan* const each : plan.measurements()) {
    const bool one = each->axes.connection == storage::ConnectionAxis::shared;
    const bool more = each->settings.checkpoint.mode ==
                      storage::CheckpointMode::background;  // the checkpointer's
    most = std::max(most, (one ? 1 : each->threads) + (more ? 1 : 0));
  }
  return most;
}

metrics::Environment environment_of(const storage::DatabaseFiles& files,
                                    const metrics::Clock& clock) {
  metrics::Environment environment = metrics::observe_environment();
  environment.self_cost = metrics::measure_self_cost(clock);
  const storage::FileSystem file_system = storage::file_system_of(files.database());
  environment.file_system = file_system.type;
  environment.mount_options = file_system.mount_options;
  environment.rotates = file_system.rotates;
  storage::EngineFacts facts = storage::engine_facts(kEngine);
  environment.sqlite_version = std::move(facts.version);
  environment.sqlite_source_id = std::move(facts.source_id);
  environment.sqlite_compile_options = std::move(facts.compile_options);
  environment.onetbb_version = engine::onetbb_version();
  return environment;
}

/// Collects the results of a study until they are published together.
class Collected final : public engine::StudyListener {
 public:
  explicit Collected(metrics::RunResult& run) : run_(run) {}

  void on_ceiling(const std::vector<metrics::CeilingPoint>& points) override {
    run_.ceiling = points;
  }
  void on_measured(metrics::ConfigurationResult result) override {
    run_.configurations.push_back(std::move(result));
  }
  void on_pair(const engine::MitigationPlan& plan, metrics::ConfigurationResult baseline,
               metrics::ConfigurationResult mitigation) override {
    if (pairs_of_ != &plan) run_.mitigations.emplace_back().info = plan.info;
    pairs_of_ = &plan;
    run_.mitigations.back().baseline.add(std::move(baseline));
    run_.mitigations.back().mitigation.add(std::move(mitigation));
  }
  void on_failed(const engine::MeasurementFailure& failure) override {
    complain(failure.sentence + std::string(remedy_text(failure.remedy)));
    failures_ += 1;
  }

  std::size_t failures() const { return failures_; }

 private:
  metrics::RunResult& run_;
  const engine::MitigationPlan* pairs_of_ = nullptr;  ///< the plan of the last pair
  std::size_t failures_ = 0;
};

/// The interval logs of a run that may never be published: then it says where they are.
class InterruptedLogs {
 public:
  explicit InterruptedLogs(const metrics::ResultsFolder& folder) : folder_(folder) {}
  InterruptedLogs(const InterruptedLogs&) = delete;
  InterruptedLogs& operator=(const InterruptedLogs&) = delete;
  ~InterruptedLogs() {
    for (const std::filesystem::path& path : paths_) {
      write_error(fmt::format("interval log so far: {}\n", printable(path.string())));
    }
  }

  std::unique_ptr<metrics::IntervalLog> open(const std::string& label) {
    std::unique_ptr<metrics::IntervalLog> log = folder_.open_interval_log(label);
    paths_.push_back(log->path());
    return log;
  }
  void published() { paths_.clear(); }

 private:
  const metrics::ResultsFolder& folder_;
  std::vector<std::filesystem::path> paths_;
};

/// Measures everything, and counts what failed; throws what the engine throws.
metrics::RunResult measure(const BenchOptions& options, storage::DatabaseFiles& files,
                           engine::AckLog* acks, InterruptedLogs& logs, const std::stop_token& stop,
                           std::size_t& failures) {
  const metrics::SteadyClock clock;
  metrics::RunResult run;
  run.timestamp = utc_now();
  run.seed = options.plan.seed;
  run.instance = random_instance();
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
    return storage::open_database(
        kEngine, files.database(), plan.settings,
        plan.anatomy ? storage::Instrumentation::anatomy : storage::Instrumentation::counts);
  };
  engine::RunContext context{open_database, &clock, &progress, stop};
  if (options.wall_profile) context.on_worker_thread = WallProfile::enter_thread;
  context.acks = acks;
  if (options.interval) {
    context.interval = *options.interval;
    context.open_interval_log = [&logs](const engine::ConfigurationPlan& plan) {
      return logs.open(fmt::format("c={} {} {}", plan.threads, engine::profile_name(plan.profile),
                                   plan.strategy));
    };
  }
  Collected collected(run);
  engine::measure_all(options.plan, context, collected);
  failures = collected.failures();

  constexpr std::int64_t kBytesPerKib = 1024;
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) == 0) run.resident_peak_bytes = usage.ru_maxrss * kBytesPerKib;
  run.sqlite_memory_peak_bytes = storage::engine_memory_peak_bytes(kEngine);
  return run;
}

/// A long run says so before it begins.
void announce(const engine::RunPlan& plan) {
  constexpr std::chrono::seconds kLong(10);
  const std::chrono::nanoseconds api_time = plan.api_time();
  if (api_time < kLong) return;
  const std::size_t repeats = plan.measurements().size() - plan.configurations.size();
  write_error(
      fmt::format("bench: {} configurations{}, about {}: so long take the API's delays alone\n",
                  plan.configurations.size(),
                  repeats == 0 ? "" : fmt::format(" and {} measurements for mitigations", repeats),
                  metrics::format_duration(api_time)));
}

std::string render(const BenchOptions& options, const metrics::RunResult& run,
                   const std::vector<std::filesystem::path>& published) {
  std::string out;
  const metrics::Findings findings = metrics::analyse(run);
  render_terminal(document_of(run, findings), {.details = options.details, .plot = {}},
                  [&out](std::string_view part) { out += part; });
  out += fmt::format("\nresults: {} and {} files beside it\n",
                     printable(published.front().string()), published.size() - 1);
  return out;
}

/// Prints which limits failed; whether all passed. A mitigation that fails a limit which its
/// baseline passes is a finding, not a failure.
bool every_limit_passed(const metrics::RunResult& run, const std::vector<metrics::Limit>& limits) {
  std::vector<const metrics::ConfigurationResult*> judged;
  judged.reserve(run.configurations.size() + run.mitigations.size());
  for (const metrics::ConfigurationResult& each : run.configurations) {
    judged.push_back(&each);
  }
  for (const metrics::MitigationResult& each : run.mitigations) {
    judged.push_back(&each.baseline.pooled);
  }
  std::set<std::string> failed;
  std::set<std::string> found;
  for (const metrics::ConfigurationResult* const each : judged) {
    for (const metrics::LimitVerdict& verdict : each->verdicts) {
      found.insert(verdict.limit);
      if (verdict.passed || !failed.insert(verdict.limit).second) continue;
      complain(fmt::format("limit {} failed: {}", verdict.limit, verdict.evidence));
    }
  }
  for (const metrics::Limit& limit : limits) {
    const bool standard = limit.for_files != 0;
    const bool for_mitigation = std::ranges::none_of(
        judged, [&](const auto* each) { return metrics::selects(limit, each->planned); });
    if (standard || for_mitigation || found.contains(limit.name)) continue;
    failed.insert(limit.name);
    complain(
        fmt::format("limit {} failed: no sample of {} was taken", limit.name, limit.figure.name));
  }
  return failed.empty();
}

/// Keeps the profile beside the results; returns what is to be said about it.
std::string keep_profile(WallProfile& profile, const metrics::RunResult& run) {
  constexpr std::size_t kFunctions = 20;
  const std::filesystem::path kept = profile.keep(run.run_id);
  return fmt::format("\n{}profile: {}; a profiled run's timings are not for comparing\n",
                     top_functions(kept, kFunctions), printable(kept.string()));
}

/// Where the database is while it exists, for the signal thread's last act.
using FilesInUse = std::atomic<storage::DatabaseFiles*>;

int measure_and_publish(const BenchOptions& options, const InterruptSignals& signals,
                        FilesInUse& files_in_use) {
  const metrics::ResultsFolder folder = open_results_folder(options);
  storage::DatabaseFiles files(options.db);
  std::optional<engine::AckLog> acks;
  if (options.ack_log) acks.emplace(*options.ack_log);
  if (options.keep_db) files.keep();
  files_in_use.store(options.keep_db ? nullptr : &files);
  const auto database_kept = [&] {
    if (options.keep_db) {
      write_error(fmt::format("database kept: {}\n", printable(files.database().string())));
    }
  };
  if (!options.quiet) announce(options.plan);
  try {
    InterruptedLogs logs(folder);
    std::size_t failures = 0;
    std::optional<WallProfile> profile;
    if (options.wall_profile) profile.emplace(options.results);
    metrics::RunResult run =
        measure(options, files, acks ? &*acks : nullptr, logs, signals.stop_token(), failures);
    if (profile) profile->stop();
    if (run.configurations.empty() && run.mitigations.empty()) {
      files_in_use.store(nullptr);
      database_kept();
      return kFailed;
    }
    run.complete = failures == 0;
    metrics::RunPublication publication(folder, run);
    publication.publish(metrics::analyse(run));
    const std::vector<std::filesystem::path>& published = publication.paths();
    logs.published();
    files_in_use.store(nullptr);
    const std::string profiled = profile ? keep_profile(*profile, run) : std::string();
    try {
      const bool acks_instead = options.ack_log == "-";
      if (!options.quiet && !acks_instead) write_output(render(options, run, published) + profiled);
    } catch (const OutputError& error) {
      throw std::runtime_error(
          fmt::format("{}; the results are in '{}'", error.what(), published.front().string()));
    }
    const bool passed = every_limit_passed(run, options.plan.limits);
    database_kept();
    if (failures > 0) return kFailed;
    return passed ? kDone : kLimitFailed;
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
  if (options.wall_profile) {
    if (const auto why = WallProfile::unavailable()) {
      complain(*why);
      return kWrongUsage;
    }
  }
  FilesInUse files_in_use = nullptr;
  const InterruptSignals signals([&files_in_use] {
    if (storage::DatabaseFiles* const files = files_in_use.load()) files->remove();
  });
  try {
    return measure_and_publish(options, signals, files_in_use);
  } catch (const metrics::FileError& error) {
    complain(error.what());
  } catch (const storage::DatabaseFileError& error) {
    complain(error.what() + std::string(remedy_text(error.remedy())));
  } catch (const engine::AckLogError& error) {  // it could not be opened
    complain(fmt::format("--ack-log: {}", error.what()));
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
