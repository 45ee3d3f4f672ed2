#include "engine/workers/lifecycle_pass.hpp"

#include <fmt/format.h>

#include <memory>
#include <utility>

#include "storage/sqlite/schema.hpp"
#include "storage/sqlite/sqlite.hpp"
#include "storage/sqlite/watch/probes.hpp"
#include "storage/transition_write.hpp"

namespace walbench::engine {
namespace {

void raise_to(std::atomic<std::int64_t>& value, std::int64_t least) {
  std::int64_t seen = value.load(std::memory_order_relaxed);
  while (seen < least && !value.compare_exchange_weak(seen, least, std::memory_order_relaxed)) {
  }
}

/// Counts one lifecycle in flight for the length of a scope.
class InFlight {
 public:
  InFlight(std::atomic<std::int64_t>& now, std::atomic<std::int64_t>& peak) : now_(now) {
    raise_to(peak, now_.fetch_add(1, std::memory_order_relaxed) + 1);
  }
  InFlight(const InFlight&) = delete;
  InFlight& operator=(const InFlight&) = delete;
  ~InFlight() { now_.fetch_sub(1, std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t>& now_;
};

void close(storage::Session& session, LifecycleOutcome& outcome) {
  const std::optional<storage::ConnectTimings> connection = session.close();
  if (!connection) return;
  outcome.record.set(metrics::Segment::connect, connection->connect_ns);
  outcome.record.set(metrics::Segment::close, connection->close_ns);
}

}  // namespace

LifecyclePass::LifecyclePass(const PassOrder& order, const MockApi& api, storage::Store& store,
                             const metrics::Clock& clock, std::stop_token stop,
                             std::function<void()> on_failure)
    : order_(order),
      api_(api),
      store_(store),
      clock_(clock),
      stop_(std::move(stop)),
      on_failure_(std::move(on_failure)) {}

LifecycleTask LifecyclePass::carry(std::int64_t file, std::optional<std::size_t> worker) {
  const std::string path = storage::bench_file_path(file);
  try {
    co_await carry_whole(file, path, worker);
  } catch (...) {
    fail_with(path, std::current_exception());
  }
}

LifecycleTask LifecyclePass::carry_whole(std::int64_t file, std::string_view path,
                                         std::optional<std::size_t> worker) {
  const InFlight counted(in_flight_, in_flight_peak_);
  const std::int64_t entered_ns = clock_.now_ns();

  WALBENCH_PROBE1(lifecycle_start, file);
  LifecycleOutcome outcome;
  const std::unique_ptr<storage::Session> session = store_.open_session(worker.value_or(0));
  co_await run_lifecycle(path, *session, api_, clock_, outcome, order_.acks);
  close(*session, outcome);
  WALBENCH_PROBE1(lifecycle_end, file);

  residence_ns_.fetch_add(clock_.now_ns() - entered_ns, std::memory_order_relaxed);
  count(outcome);
  if (order_.queue != nullptr) hand_over(outcome, worker);
  order_.on_done();
}

void LifecyclePass::hand_over(const LifecycleOutcome& outcome,
                              std::optional<std::size_t> worker) const {
  const auto enqueue = [&](const metrics::TimingRecord& record) {
    if (worker) {
      order_.queue->producer(*worker).enqueue(record);
    } else {
      order_.queue->enqueue(record);
    }
  };
  for (const metrics::TimingRecord& failed : outcome.failed_attempts) {
    enqueue(failed);
  }
  enqueue(outcome.record);
}

void LifecyclePass::count(const LifecycleOutcome& outcome) {
  writes_.fetch_add(outcome.writes, std::memory_order_relaxed);
  commits_.fetch_add(outcome.commits, std::memory_order_relaxed);
  api_calls_.fetch_add(outcome.api_calls, std::memory_order_relaxed);
  api_failures_.fetch_add(outcome.api_failures, std::memory_order_relaxed);
  row_bytes_changed_.fetch_add(outcome.row_bytes_changed, std::memory_order_relaxed);
  raise_to(lock_wait_longest_ns_, outcome.lock_wait_longest_ns);
}

void LifecyclePass::fail(const std::string& what) {
  {
    const std::lock_guard lock(failure_mutex_);
    if (failed_.exchange(true)) return;
    first_failure_ = what;
  }
  if (on_failure_) on_failure_();
}

void LifecyclePass::fail_with(std::string_view what, const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const storage::OccConflict& conflict) {
    occ_conflicts_.fetch_add(1, std::memory_order_relaxed);
    fail(conflict.what());
  } catch (const storage::GroupNotCommitted& refused) {
    fail(refused.what());
  } catch (const storage::SqliteError& refused) {
    fail(fmt::format("{}: {}{}", what, refused.what(), refused.remedy()));
  } catch (const std::exception& other) {
    fail(fmt::format("{}: {}", what, other.what()));
  }
}

CrewReport LifecyclePass::finish(Attendance attendance, std::int64_t started_ns) {
  if (!over()) {
    try {
      commits_ += store_.flush();
    } catch (...) {
      fail_with("after the last lifecycle", std::current_exception());
    }
  }
  return {.attendance = std::move(attendance),
          .elapsed_ns = clock_.now_ns() - started_ns,
          .in_flight_peak = in_flight_peak_.load(),
          .residence_ns = residence_ns_.load(),
          .writes = writes_.load(),
          .commits = commits_.load(),
          .api_calls = api_calls_.load(),
          .api_failures = api_failures_.load(),
          .occ_conflicts = occ_conflicts_.load(),
          .row_bytes_changed = row_bytes_changed_.load(),
          .lock_wait_longest_ns = lock_wait_longest_ns_.load(),
          .first_failure = first_failure_};
}

}  // namespace walbench::engine
