#include "engine/worker_crew.hpp"

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "engine/lifecycle.hpp"
#include "storage/probes.hpp"
#include "storage/schema.hpp"
#include "storage/sqlite.hpp"
#include "storage/transition_write.hpp"

namespace walbench::engine {
namespace {

constexpr std::chrono::seconds kRendezvousLimit(10);

/// Counts one lifecycle in flight for the length of a scope.
class InFlight {
 public:
  InFlight(std::atomic<std::int64_t>& now, std::atomic<std::int64_t>& peak) : now_(now) {
    const std::int64_t mine = now_.fetch_add(1, std::memory_order_relaxed) + 1;
    std::int64_t seen = peak.load(std::memory_order_relaxed);
    while (seen < mine && !peak.compare_exchange_weak(seen, mine, std::memory_order_relaxed)) {
    }
  }
  InFlight(const InFlight&) = delete;
  InFlight& operator=(const InFlight&) = delete;
  ~InFlight() { now_.fetch_sub(1, std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t>& now_;
};

}  // namespace

struct WorkerCrew::Pass {
  Pass(const MockApi& api_in, metrics::TimingQueue* queue_in,
       const std::function<void()>& on_done_in)
      : api(api_in), queue(queue_in), on_done(on_done_in) {}

  const MockApi& api;
  metrics::TimingQueue* queue;
  const std::function<void()>& on_done;

  // Safe from any thread.
  std::atomic<std::int64_t> in_flight = 0;
  std::atomic<std::int64_t> in_flight_peak = 0;
  std::atomic<std::int64_t> residence_ns = 0;
  std::atomic<std::int64_t> writes = 0;
  std::atomic<std::int64_t> commits = 0;
  std::atomic<std::int64_t> api_calls = 0;
  std::atomic<std::int64_t> api_failures = 0;
  std::atomic<std::int64_t> occ_conflicts = 0;
  std::atomic<bool> failed = false;

  std::mutex failure_mutex;
  std::string first_failure;  // guarded by failure_mutex

  void count(const LifecycleOutcome& outcome) {
    writes.fetch_add(outcome.writes, std::memory_order_relaxed);
    commits.fetch_add(outcome.commits, std::memory_order_relaxed);
    api_calls.fetch_add(outcome.api_calls, std::memory_order_relaxed);
    api_failures.fetch_add(outcome.api_failures, std::memory_order_relaxed);
  }

  void fail(const std::string& what) {
    const std::lock_guard lock(failure_mutex);
    if (!failed.exchange(true)) first_failure = what;
  }
};

WorkerCrew::WorkerCrew(Arena& arena, storage::Store& store, const metrics::Clock& clock,
                       std::stop_token stop)
    : arena_(arena), store_(store), clock_(clock), stop_(std::move(stop)) {}

CrewReport WorkerCrew::run(std::int64_t files, const MockApi& api, metrics::TimingQueue* queue,
                           const std::function<void()>& on_done) {
  Pass pass(api, queue, on_done);
  std::int64_t started_ns = 0;
  Attendance attendance = arena_.run(
      files, kRendezvousLimit, [&] { started_ns = clock_.now_ns(); },
      [&](std::int64_t file, std::size_t worker) {
        if (stop_.stop_requested() || pass.failed.load(std::memory_order_relaxed)) return;
        try {
          run_one(pass, file, worker);
        } catch (const storage::OccConflict& conflict) {
          pass.occ_conflicts.fetch_add(1, std::memory_order_relaxed);
          pass.fail(conflict.what());
        } catch (const storage::SqliteError& error) {
          pass.fail(fmt::format("{}: {}{}", storage::bench_file_path(file), error.what(),
                                error.remedy()));
        } catch (const std::exception& error) {
          pass.fail(storage::bench_file_path(file) + ": " + error.what());
        }
      });
  if (!stop_.stop_requested() && !pass.failed) flush(pass);
  return {.attendance = std::move(attendance),
          .elapsed_ns = clock_.now_ns() - started_ns,
          .in_flight_peak = pass.in_flight_peak.load(),
          .residence_ns = pass.residence_ns.load(),
          .writes = pass.writes.load(),
          .commits = pass.commits.load(),
          .api_calls = pass.api_calls.load(),
          .api_failures = pass.api_failures.load(),
          .occ_conflicts = pass.occ_conflicts.load(),
          .first_failure = pass.first_failure};
}

void WorkerCrew::flush(Pass& pass) {
  try {
    pass.commits += store_.flush();
  } catch (const storage::SqliteError& error) {
    pass.fail(fmt::format("the last batch: {}{}", error.what(), error.remedy()));
  }
}

void WorkerCrew::run_one(Pass& pass, std::int64_t file, std::size_t worker) {
  const InFlight counted(pass.in_flight, pass.in_flight_peak);
  const std::string path = storage::bench_file_path(file);
  const std::int64_t entered_ns = clock_.now_ns();

  WALBENCH_PROBE1(lifecycle_start, file);
  LifecycleOutcome outcome;
  const std::unique_ptr<storage::Session> session = store_.open_session(worker);
  run_lifecycle(path, *session, pass.api, clock_, outcome).run();
  if (const std::optional<std::int64_t> connect_ns = session->close()) {
    outcome.record.set(metrics::Segment::connect, *connect_ns);
  }
  WALBENCH_PROBE1(lifecycle_end, file);

  pass.residence_ns.fetch_add(clock_.now_ns() - entered_ns, std::memory_order_relaxed);
  pass.count(outcome);
  if (pass.queue != nullptr) {
    metrics::TimingQueue::Producer& producer = pass.queue->producer(worker);
    for (const metrics::TimingRecord& failed : outcome.failed_attempts) {
      producer.enqueue(failed);
    }
    producer.enqueue(outcome.record);
  }
  pass.on_done();
}

}  // namespace walbench::engine
