#include "engine/measurement.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <optional>
#include <string>
#include <utility>

#include "engine/companions.hpp"
#include "engine/machine_load.hpp"
#include "engine/workers/blocking_executor.hpp"
#include "engine/workers/resuming_threads.hpp"
#include "engine/workers/suspending_executor.hpp"
#include "engine/workers/worker_pool.hpp"
#include "engine/workload/lifecycle/lifecycle.hpp"
#include "engine/workload/lifecycle/transitions.hpp"
#include "engine/workload/pass.hpp"
#include "metrics/recording/collector.hpp"
#include "metrics/recording/timing_queue.hpp"
#include "metrics/result/key.hpp"
#include "metrics/sentence_of.hpp"
#include "metrics/statistics/busy_timeout.hpp"

namespace walbench::engine {
namespace {

using metrics::ConfigurationResult;

/// Most lifecycles first, so that sums over repeats stay as uneven as each repeat was.
metrics::ConcurrencyReached concurrency_figures(PassReport report) {
  std::ranges::sort(report.workers.items_by_worker, std::greater());
  return {.os_threads = static_cast<std::int64_t>(report.workers.threads_met),
          .in_flight_peak = report.in_flight_peak,
          .in_flight_mean =
              static_cast<double>(report.residence_ns) / static_cast<double>(report.elapsed_ns),
          .lifecycles_per_thread = std::move(report.workers.items_by_worker),
          .lifecycles_stolen = report.workers.items_stolen};
}

/// One configuration on its way through the phases.
class Measurement {
 public:
  Measurement(const ConfigurationPlan& plan, std::size_t index, const RunContext& context)
      : plan_(plan),
        index_(index),
        context_(context),
        workload_(open_workload(plan, context)),
        database_(context.open_database(plan)),
        interrupt_(context.stop, [this] { database_->interrupt_waits(); }) {
    result_.planned = plan.planned();
  }

  ConfigurationResult run() {
    begin(Phase::seed);
    database_->seed(workload_->content(), context_.stop);
    result_.settings = database_->settings(plan_.axes);
    companions_.emplace(plan_, *workload_, *database_, context_);
    if (plan_.axes.commit.is_group()) {
      run_suspending();
    } else {
      run_blocking();
    }
    verify();
    context_.observer->measurement_done(index_);
    return std::move(result_);
  }

  Phase phase() const { return phase_; }

  /// If the database was not as it must be, in the end or for an iteration, or so broken that
  /// `error` ended the measurement.
  bool has_lost(const std::exception& error) const {
    return lost_ || storage::kind_of(error) == storage::ErrorKind::corrupt;
  }

  /// Half a sentence that names a suspect for lost rows; empty if there is none.
  std::string suspect() const {
    if (!plan_.wal_reset_exposed) return {};
    return fmt::format("; a suspect is the WAL-reset bug of {}, which these checkpoints can meet",
                       context_.library);
  }

 private:
  void begin(Phase phase) {
    if (context_.stop.stop_requested()) throw RunInterrupted();
    phase_ = phase;
    context_.observer->phase_begins(index_, phase);
  }

  void run_blocking() {
    const auto threads = static_cast<std::size_t>(plan_.threads);
    WorkerPool pool(threads, context_.on_worker_thread, context_.stop);
    const std::unique_ptr<storage::Store> store = database_->open_store(
        plan_.axes, {threads, context_.clock, workload_->statements(), plan_.seed});
    BlockingExecutor executor(pool, *context_.clock);
    run_passes(executor, *store);
  }

  void run_suspending() {
    WorkerPool pool(SuspendingExecutor::kPoolThreads, context_.on_worker_thread, context_.stop);
    ResumingThreads threads(pool, context_.on_worker_thread);
    const std::unique_ptr<storage::SuspendingStore> store = database_->open_suspending_store(
        plan_.axes, {1, context_.clock, workload_->statements(), plan_.seed}, threads);
    SuspendingExecutor executor(pool, threads, *store, *context_.clock,
                                static_cast<std::size_t>(plan_.threads));
    run_passes(executor, *store);
  }

  void run_passes(Executor& executor, storage::Store& store) {
    begin(Phase::warm_up);
    if (plan_.warmup_files > 0) {
      require_complete(
          run_pass(executor, store,
                   {.iterations = plan_.warmup_files, .warm_up = true, .retry = plan_.retry}));
    }
    begin(Phase::reset);
    database_->reset(workload_->reset_sql(), context_.stop);
    measure(executor, store);
  }

  PassReport run_pass(Executor& executor, storage::Store& store, const PassOrder& order) {
    return Pass(*workload_, store, executor, *context_.clock, order).run(context_.stop);
  }

  void measure(Executor& executor, storage::Store& store) {
    std::vector<metrics::StreamId> streams = workload_->streams();
    const std::size_t writers_streams = streams.size();
    std::ranges::copy(companions_->streams(), std::back_inserter(streams));
    metrics::require_names_apart(streams);
    metrics::TimingQueue queue(executor.workers() + companions_->readers(), streams.size());

    begin(Phase::measure);
    const std::unique_ptr<metrics::IntervalLog> log = open_interval_log();
    const std::unique_ptr<metrics::Collector> collector = make_collector(queue, streams, log.get());
    store.restart_counting();
    database_->restart_counting();
    const EndOfCompanions at_the_latest(companions_);
    companions_->prepare(queue, executor.workers(), writers_streams);
    const LoadReading idle = read_load();
    const PassReport report =
        run_pass(executor, store,
                 {.iterations = plan_.files > 0 ? plan_.files : kEndless,
                  .duration = plan_.duration,
                  .retry = plan_.retry,
                  .queue = &queue,
                  .on_start = [this] { companions_->begin(); },
                  .on_done = [this] { context_.observer->lifecycle_done(); }});
    result_.load = load_between(idle, read_load());
    const storage::IoFigures io = database_->figures();
    // At once, since a checkpoint in the background may still be at work.
    storage::IoTimes times = database_->io_times();
    storage::LockWaitFigures waits = database_->lock_waits();
    const storage::StoreCounts counts = store.counts();
    companions_->end(result_);
    require_complete(report);

    begin(Phase::drain);
    drain(*collector, queue, streams);
    if (log) result_.interval_log = log->path();
    result_.elapsed_ns = report.elapsed_ns;
    result_.elapsed_longest_ns = report.elapsed_ns;
    result_.measured_epoch_ns = {report.ended_epoch_ns - report.elapsed_ns, report.ended_epoch_ns};
    result_.concurrency = concurrency_figures(report);
    result_.groups = counts.groups;
    result_.wal = io.wal;
    result_.reuse = io.reuse;
    result_.wal.checkpoints_capped = counts.capped_checkpoints;
    result_.busy_retries = waits.busy_retries;
    result_.other_sleeps = waits.other_sleeps;
    result_.busy_longest_us = io.busy_longest_us;
    result_.write_lock = waits.waits;
    result_.lock_wait_longest_ns = report.totals.counts.lock_wait_longest_ns;
    result_.row_bytes_changed = report.totals.counts.row_bytes_changed;
    note_io_times(std::move(times), std::move(waits.asked_ns));
    result_.writes = report.totals.counts.writes;
    result_.commits = report.totals.counts.commits;
    result_.api_calls = report.totals.counts.api_calls;
    result_.api_failures = report.totals.counts.api_failures;
    result_.occ_conflicts = report.totals.ended_in(storage::Outcome::conflict);
    note_outcomes(report.totals);
    result_.snapshot_retries = counts.snapshot_retries;
    result_.unsaved_peak = counts.unsaved_peak;
  }

  /// Iterations end in one way or another, and the run goes on.
  void note_outcomes(const IterationTotals& totals) {
    using enum storage::Outcome;
    result_.iterations = totals.ended_in(committed);
    result_.given_up = {totals.ended_in(busy), totals.ended_in(conflict), totals.ended_in(failed)};
    result_.tries = totals.tries;
    result_.first_failure = totals.reason;
    for (const FailureCounts& each : totals.failures) {
      result_.failures.push_back({each.statement == kConnecting
                                      ? "opening a connection"
                                      : workload_->name_of_statement(each.statement),
                                  std::string(storage::outcome_name(each.outcome)), each.count,
                                  each.at_once, each.waited_ns, each.waited_longest_ns});
    }
  }

  std::unique_ptr<metrics::IntervalLog> open_interval_log() const {
    return context_.open_interval_log ? context_.open_interval_log(plan_) : nullptr;
  }

  std::unique_ptr<metrics::Collector> make_collector(metrics::TimingQueue& queue,
                                                     const std::vector<metrics::StreamId>& streams,
                                                     metrics::IntervalLog* log) const {
    if (log == nullptr) return std::make_unique<metrics::Collector>(queue);
    metrics::IntervalLogging logging{log, context_.interval, context_.clock};
    for (const metrics::StreamId& each : streams) {
      logging.streams.push_back(stream_name(each, streams.front()));
    }
    return std::make_unique<metrics::Collector>(queue, std::move(logging));
  }

  /// Operations on the files and waits in the busy handler, which no iteration times.
  void note_io_times(storage::IoTimes times, metrics::Histogram busy_asked) {
    const auto keep = [this](metrics::Segment segment, metrics::Histogram& histogram) {
      if (histogram.total_count() == 0) return;
      result_.main.segments.push_back({segment, std::move(histogram)});
    };
    keep(metrics::Segment::wal_sync, times.wal_sync);
    keep(metrics::Segment::db_sync, times.db_sync);
    keep(metrics::Segment::checkpoint, times.checkpoint);
    keep(metrics::Segment::busy_asked, busy_asked);
  }

  void drain(metrics::Collector& collector, const metrics::TimingQueue& queue,
             const std::vector<metrics::StreamId>& streams) {
    std::vector<metrics::CollectedStream> collected = collector.finish();
    result_.slowest = collected.front().slowest;
    for (std::size_t index = 0; index < streams.size(); ++index) {
      metrics::Stream stream{
          streams[index], queue.samples_produced(index), collected[index].samples_recorded,
          collected[index].samples_out_of_range, std::move(collected[index].segments)};
      require_conserved(stream);
      if (index == 0) {
        result_.main = std::move(stream);
      } else if (stream.samples_produced > 0) {
        result_.others.push_back(std::move(stream));
      }
    }
  }

  void require_conserved(const metrics::Stream& stream) const {
    if (stream.conserved()) return;
    throw RunFailed(
        fmt::format("samples of {} {} ({}) were lost: {} produced, {} recorded and {} out of "
                    "range; this is a defect of walbench, please report it",
                    stream.id.role, stream.id.kind, stream.id.outcome, stream.samples_produced,
                    stream.samples_recorded, stream.samples_out_of_range),
        phase_);
  }

  void verify() {
    begin(Phase::verify);
    const Verification found = workload_->verify(*database_, context_.stop);
    if (!found.passed(workload_->rows())) {
      lost_ = true;
      throw RunFailed(complaint(found), phase_);
    }
    if (!plan_.scripts) result_.indexed_count = found.rows_finished;
    result_.verified_by = workload_->verified_by();
    result_.verified = true;
  }

  std::string complaint(const Verification& found) const {
    std::string sentence = "the database did not pass verification: ";
    if (plan_.scripts) {
      for (const std::string& broken : found.broken) {
        sentence += broken + "; ";
      }
    } else {
      sentence += fmt::format(
          "of {} files {} rows exist, {} are indexed and {} have everything that was "
          "acknowledged, and nothing else{}; ",
          workload_->rows(), found.rows, found.rows_finished, found.rows_right,
          found.first_wrong.empty() ? "" : fmt::format(" (first wrong: {})", found.first_wrong));
    }
    return fmt::format("{}integrity_check says '{}'", sentence, found.integrity);
  }

  void require_complete(const PassReport& report) {
    if (context_.stop.stop_requested()) throw RunInterrupted();
    if (report.failure.what.empty()) return;
    const std::int64_t conflicts = report.totals.ended_in(storage::Outcome::conflict);
    lost_ = conflicts > 0 || report.failure.kind == storage::ErrorKind::corrupt;
    throw RunFailed(
        fmt::format("{} failed: {} (OCC conflicts: {})",
                    plan_.scripts ? "an iteration" : "a lifecycle", report.failure.what, conflicts),
        phase_, report.failure.remedy);
  }

  const ConfigurationPlan& plan_;
  const std::size_t index_;
  const RunContext& context_;
  const std::unique_ptr<Workload> workload_;
  std::unique_ptr<storage::Database> database_;
  std::optional<Companions> companions_;
  std::stop_callback<std::function<void()>> interrupt_;
  ConfigurationResult result_;
  Phase phase_ = Phase::seed;
  bool lost_ = false;
};

/// Half a sentence on how many of some repeats lose something, too. The same calls pause for as
/// long each time, but threads meet as they may.
std::string lost_again(const ConfigurationPlan& plan, std::size_t index, RunContext context) {
  constexpr int kRepeats = 10;
  NobodyFollows nobody;
  context.observer = &nobody;
  context.acks = nullptr;
  context.open_interval_log = nullptr;
  int repeats = 0;
  int lost = 0;
  for (; repeats < kRepeats && !context.stop.stop_requested(); ++repeats) {
    std::optional<Measurement> repeat;
    try {
      repeat.emplace(plan, index, context);
      repeat->run();
    } catch (const std::exception& error) {
      if (context.stop.stop_requested()) break;
      if (repeat && repeat->has_lost(error)) ++lost;
    }
  }
  return fmt::format(
      "; with pauses of the same lengths something was lost again in {} of {} repeats", lost,
      repeats);
}

storage::Remedy remedy_of(const std::exception& error) {
  const auto* const failed = dynamic_cast<const RunFailed*>(&error);
  return failed != nullptr ? failed->remedy() : storage::remedy_of(error);
}

}  // namespace

std::string label(const ConfigurationPlan& plan) {
  return metrics::configuration_label(plan.planned());
}

std::unique_ptr<Workload> open_workload(const ConfigurationPlan& plan, const RunContext& context) {
  if (context.open_workload) return context.open_workload(plan);
  if (plan.scripts) {
    return std::make_unique<ScriptWorkload>(
        *plan.scripts, plan.retry, static_cast<std::size_t>(plan.threads),
        plan.readers > 0 ? ScriptRole::writers : ScriptRole::alone);
  }
  return std::make_unique<LifecycleWorkload>(
      LifecyclePlan{plan.files,
                    plan.seed,
                    plan.schema,
                    plan.axes.guard,
                    {plan.api_delay, plan.api_fail_rate, plan.seed},
                    plan.retry},
      *context.clock, context.stop, context.acks);
}

ConfigurationResult measure_configuration(const ConfigurationPlan& plan, std::size_t index,
                                          const RunContext& context) {
  std::optional<Measurement> measurement;
  try {
    measurement.emplace(plan, index, context);
    return measurement->run();
  } catch (const RunInterrupted&) {
    throw;
  } catch (const std::exception& error) {
    // An error on the way out of a stop is not a failure of the run.
    if (context.stop.stop_requested()) throw RunInterrupted();
    std::string sentence = fmt::format("{}: {}", label(plan), metrics::sentence_of(error));
    const Phase phase = measurement ? measurement->phase() : Phase::seed;
    if (measurement && measurement->has_lost(error)) {
      sentence += measurement->suspect();
      measurement.reset();
      if (plan.settings.perturbation.longest.count() > 0) {
        sentence += lost_again(plan, index, context);
      }
    }
    throw RunFailed(sentence, phase, remedy_of(error));
  }
}

}  // namespace walbench::engine
