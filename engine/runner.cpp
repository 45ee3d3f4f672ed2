#include "engine/runner.hpp"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>

#include "engine/ceiling.hpp"
#include "engine/workers/arena.hpp"
#include "engine/workers/carriers.hpp"
#include "engine/workers/flight_crew.hpp"
#include "engine/workers/worker_crew.hpp"
#include "engine/workload/lifecycle/lifecycle.hpp"
#include "engine/workload/lifecycle/mock_api.hpp"
#include "metrics/analysis/limit_verdicts.hpp"
#include "metrics/recording/collector.hpp"
#include "metrics/recording/timing_queue.hpp"
#include "metrics/statistics/busy_timeout.hpp"
#include "storage/sqlite/schema.hpp"
#include "storage/sqlite/sqlite.hpp"

namespace walbench::engine {
namespace {

using metrics::ConfigurationResult;

metrics::ConcurrencyReached concurrency_figures(const CrewReport& report) {
  return {.os_threads = static_cast<std::int64_t>(report.attendance.threads_met),
          .in_flight_peak = report.in_flight_peak,
          .in_flight_mean =
              static_cast<double>(report.residence_ns) / static_cast<double>(report.elapsed_ns),
          .lifecycles_per_thread = report.attendance.items_by_worker,
          .lifecycles_stolen = report.attendance.items_stolen};
}

/// One configuration on its way through the phases.
class Measurement {
 public:
  Measurement(const ConfigurationPlan& plan, std::size_t index, const RunContext& context)
      : plan_(plan),
        index_(index),
        context_(context),
        api_(*context.clock, {plan.api_delay, plan.api_fail_rate, plan.seed}, context.stop),
        database_(context.open_database(plan)),
        interrupt_(context.stop, [this] { database_->interrupt_waits(); }) {
    result_.planned = plan.planned();
  }

  ConfigurationResult run() {
    begin(Phase::seed);
    database_->seed(context_.stop);
    result_.settings = database_->settings();
    if (plan_.axes.commit.is_group()) {
      run_flights();
    } else {
      run_workers();
    }
    verify();
    context_.observer->measurement_done(index_);
    return std::move(result_);
  }

 private:
  void begin(Phase phase) {
    if (context_.stop.stop_requested()) throw RunInterrupted();
    context_.observer->phase_begins(index_, phase);
  }

  void run_workers() {
    const auto threads = static_cast<std::size_t>(plan_.threads);
    Arena arena(threads, context_.on_worker_thread);
    const std::unique_ptr<storage::Store> store = database_->open_store(
        plan_.axes, {.workers = threads, .clock = context_.clock, .resumer = nullptr});
    WorkerCrew crew(arena, *store, *context_.clock, context_.stop);
    run_passes(crew, *store, threads);
  }

  void run_flights() {
    Arena arena(FlightCrew::kArenaThreads, context_.on_worker_thread);
    Carriers carriers(arena, context_.on_worker_thread);
    const std::unique_ptr<storage::Store> store = database_->open_store(
        plan_.axes, {.workers = 1, .clock = context_.clock, .resumer = &carriers});
    FlightCrew crew(arena, carriers, *store, *context_.clock, context_.stop,
                    static_cast<std::size_t>(plan_.threads));
    run_passes(crew, *store, 0);
  }

  void run_passes(Crew& crew, storage::Store& store, std::size_t producers) {
    warm_up(crew);
    begin(Phase::reset);
    database_->reset();
    measure(crew, store, producers);
  }

  void warm_up(Crew& crew) {
    begin(Phase::warm_up);
    if (plan_.warmup_files == 0) return;
    const MockApi immediate(*context_.clock, {}, context_.stop);
    require_complete(crew.run({.files = plan_.warmup_files, .api = &immediate}));
  }

  void measure(Crew& crew, storage::Store& store, std::size_t producers) {
    metrics::TimingQueue queue(producers);

    begin(Phase::measure);
    const std::unique_ptr<metrics::IntervalLog> log = open_interval_log();
    const std::unique_ptr<metrics::Collector> collector = make_collector(queue, log.get());
    store.restart_counting();
    database_->restart_counting();
    const CrewReport report = crew.run({.files = plan_.files,
                                        .api = &api_,
                                        .queue = &queue,
                                        .on_done = [this] { context_.observer->lifecycle_done(); },
                                        .acks = context_.acks});
    const storage::IoFigures at_end = database_->figures();
    // At once, since a checkpoint in the background may still be at work.
    storage::IoTimes times = database_->io_times();
    const storage::LockWaitFigures waits = database_->lock_waits();
    const storage::StoreCounts counts = store.counts();
    require_complete(report);

    begin(Phase::drain);
    drain(*collector, queue);
    if (log) result_.interval_log = log->path();
    result_.elapsed_ns = report.elapsed_ns;
    result_.concurrency = concurrency_figures(report);
    result_.groups = counts.groups;
    result_.wal = at_end.wal;
    result_.wal.checkpoints_capped = counts.capped_checkpoints;
    result_.busy_retries = at_end.busy_retries;
    result_.busy_longest_us = at_end.busy_longest_us;
    note_lock_waits(waits, report);
    note_io_times(std::move(times));
    result_.writes = report.writes;
    result_.commits = report.commits;
    result_.api_calls = report.api_calls;
    result_.api_failures = report.api_failures;
    result_.occ_conflicts = report.occ_conflicts;
    result_.snapshot_retries = counts.snapshot_retries;
    result_.unsaved_peak = counts.unsaved_peak;
  }

  std::unique_ptr<metrics::IntervalLog> open_interval_log() const {
    return context_.open_interval_log ? context_.open_interval_log(plan_) : nullptr;
  }

  std::unique_ptr<metrics::Collector> make_collector(metrics::TimingQueue& queue,
                                                     metrics::IntervalLog* log) const {
    if (log == nullptr) return std::make_unique<metrics::Collector>(queue);
    return std::make_unique<metrics::Collector>(
        queue, metrics::IntervalLogging{log, context_.interval, context_.clock});
  }

  void note_lock_waits(const storage::LockWaitFigures& waits, const CrewReport& report) {
    result_.write_lock = waits.waits;
    result_.lock_wait_longest_ns = report.lock_wait_longest_ns;
    result_.row_bytes_changed = report.row_bytes_changed;
    // Who queues in this process does not wait in SQLite for writers of this process.
    if (plan_.axes.queue == storage::QueueAxis::sqlite && !plan_.axes.commit.is_group()) {
      result_.timeout_advice = metrics::advise_timeouts(waits.asked_us, report.commits);
    }
  }

  /// Of operations on the files, which no lifecycle times.
  void note_io_times(storage::IoTimes times) {
    const auto keep = [this](metrics::Segment segment, metrics::Histogram& histogram) {
      if (histogram.total_count() > 0) result_.segments.push_back({segment, std::move(histogram)});
    };
    keep(metrics::Segment::wal_sync, times.wal_sync);
    keep(metrics::Segment::db_sync, times.db_sync);
    keep(metrics::Segment::checkpoint, times.checkpoint);
  }

  void drain(metrics::Collector& collector, const metrics::TimingQueue& queue) {
    metrics::Collected collected = collector.finish();
    result_.segments = std::move(collected.segments);
    result_.samples_produced = queue.samples_produced();
    result_.samples_recorded = collected.samples_recorded;
    result_.samples_out_of_range = collected.samples_out_of_range;
    if (result_.samples_produced != result_.samples_recorded + result_.samples_out_of_range) {
      throw RunFailed(fmt::format(
          "samples were lost: {} produced, {} recorded and {} out of range; this is a defect of "
          "walbench, please report it",
          result_.samples_produced, result_.samples_recorded, result_.samples_out_of_range));
    }
  }

  storage::ExpectedRow expected_row(std::string_view path) const {
    const UploadedFile uploaded = MockApi::uploaded_file(path);
    return {.version = final_version(api_.fate(path)),
            .remote_file_id = uploaded.name,
            .remote_file_uri = uploaded.uri,
            .store_doc_id = MockApi::document_id(uploaded.name)};
  }

  void verify() {
    begin(Phase::verify);
    const storage::Verification found = database_->verify(
        [this](std::int64_t, std::string_view path) { return expected_row(path); }, context_.stop);
    if (!found.passed(plan_.files)) {
      throw RunFailed(fmt::format(
          "the database did not pass verification: of {} files {} rows exist, {} are indexed and "
          "{} have everything that was written{}; integrity_check says '{}'",
          plan_.files, found.rows, found.rows_indexed, found.rows_right,
          found.first_wrong.empty() ? "" : fmt::format(" (first wrong: {})", found.first_wrong),
          found.integrity));
    }
    result_.indexed_count = found.rows_indexed;
    result_.verified = true;
  }

  void require_complete(const CrewReport& report) const {
    if (context_.stop.stop_requested()) throw RunInterrupted();
    if (report.first_failure.empty()) return;
    throw RunFailed(fmt::format("a lifecycle failed: {} (OCC conflicts: {})", report.first_failure,
                                report.occ_conflicts));
  }

  const ConfigurationPlan& plan_;
  const std::size_t index_;
  const RunContext& context_;
  const MockApi api_;
  std::unique_ptr<storage::Database> database_;
  std::stop_callback<std::function<void()>> interrupt_;
  ConfigurationResult result_;
};

std::string label(const ConfigurationPlan& plan) {
  return fmt::format("c={} {} {}", plan.threads, profile_name(plan.profile), plan.strategy);
}

}  // namespace

ConfigurationResult measure_configuration(const ConfigurationPlan& plan, std::size_t index,
                                          const RunContext& context) {
  try {
    return Measurement(plan, index, context).run();
  } catch (const RunInterrupted&) {
    throw;
  } catch (const std::exception& error) {
    // Whatever a stop made fail on its way out is not a failure of the run.
    if (context.stop.stop_requested()) throw RunInterrupted();
    const auto* const refused = dynamic_cast<const storage::SqliteError*>(&error);
    throw RunFailed(fmt::format("{}: {}{}", label(plan), error.what(),
                                refused != nullptr ? refused->remedy() : ""));
  }
}

Measured measure_all(const RunPlan& plan, const RunContext& context) {
  Measured measured;
  if (plan.ceiling) measured.ceiling = measure_ceiling(plan, context);
  std::size_t index = 0;
  RunContext without_log = context;
  const auto measure = [&](const ConfigurationPlan& configuration, const RunContext& with) {
    ConfigurationResult result = measure_configuration(configuration, index++, with);
    if (const metrics::CeilingPoint* const ceiling = ceiling_of(configuration, measured.ceiling)) {
      result.ceiling = *ceiling;
    }
    result.verdicts = metrics::judge(result, plan.limits);
    return result;
  };
  for (const ConfigurationPlan& configuration : plan.configurations) {
    measured.configurations.push_back(measure(configuration, context));
  }
  without_log.open_interval_log = nullptr;
  for (const MitigationPlan& each : plan.mitigations) {
    metrics::MitigationResult& result = measured.mitigations.emplace_back();
    result.info = each.info;
    for (std::int64_t repeat = 0; repeat < each.repeats; ++repeat) {
      result.baseline.add(measure(each.baseline, without_log));
      result.mitigation.add(measure(each.mitigation, without_log));
    }
  }
  return measured;
}

}  // namespace walbench::engine
