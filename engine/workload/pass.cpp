#include "engine/workload/pass.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include "metrics/sentence_of.hpp"
#include "storage/probes.hpp"

namespace walbench::engine {
namespace {

using std::chrono::system_clock;

/// Counts one iteration in flight for the length of a scope.
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

void close(storage::Session& session, IterationOutcome& outcome) {
  const std::optional<storage::ConnectTimings> connection = session.close();
  if (!connection) return;
  outcome.record.set(metrics::Segment::connect, connection->connect_ns);
  outcome.record.set(metrics::Segment::close, connection->close_ns);
}

PassFailure describe(const std::string& name, const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const storage::OccConflict& conflict) {
    return {conflict.what()};
  } catch (const storage::GroupNotCommitted& refused) {
    return {refused.what(), refused.remedy(), refused.kind()};
  } catch (const std::exception& other) {
    return {fmt::format("{}: {}", name, metrics::sentence_of(other)), storage::remedy_of(other),
            storage::kind_of(other)};
  }
}

}  // namespace

Pass::Pass(const Iterations& workload, storage::Store& store, Executor& executor,
           const metrics::Clock& clock, const PassOrder& order)
    : workload_(workload),
      store_(store),
      executor_(executor),
      clock_(clock),
      order_(order),
      totals_(executor.workers()) {}

PassReport Pass::run(const std::stop_token& stop) {
  const std::stop_callback forward(stop, [this] { end_.request_stop(); });
  // If the pass ends early, threads that wait for a turn or a lock give up at once.
  const std::stop_callback give_up(ending_, [this] { store_.cancel(); });
  ExecutorReport executed = executor_.run(order_.iterations, *this, ending_);
  PassReport report;
  report.totals.counts.commits = flush();
  report.elapsed_ns = clock_.now_ns() - executed.started_ns;
  report.ended_epoch_ns = std::chrono::nanoseconds(system_clock::now().time_since_epoch()).count();
  report.workers = std::move(executed.workers);
  report.in_flight_peak = in_flight_peak_.load();
  for (const WorkerTotals& worker : totals_) {
    report.totals.add(worker.sums);
    report.residence_ns += worker.residence_ns;
  }
  const std::lock_guard lock(failure_mutex_);
  report.failure = failure_;
  for (std::size_t outcome = 0; outcome < outcomes_.size(); ++outcome) {
    report.totals.ended[outcome] += outcomes_[outcome];
  }
  return report;
}

/// The duration begins with the first iteration.
bool Pass::wants_more() const {
  if (order_.duration.count() == 0) return true;
  const std::int64_t ends_ns = ends_ns_.load(std::memory_order_relaxed);
  return ends_ns == 0 || clock_.now_ns() < ends_ns;
}

Task Pass::iterate(std::int64_t number) {
  try {
    const InFlight counted(in_flight_, in_flight_peak_);
    const std::int64_t entered_ns = clock_.now_ns();
    if (order_.duration.count() != 0 && ends_ns_.load(std::memory_order_relaxed) == 0) {
      std::int64_t not_begun = 0;
      ends_ns_.compare_exchange_strong(not_begun, entered_ns + order_.duration.count());
    }

    WALBENCH_PROBE1(lifecycle_start, number);
    IterationOutcome outcome;
    std::unique_ptr<storage::Session> session = try_to_open(entered_ns, outcome);
    while (session == nullptr && tries_again(outcome)) {
      co_await pause_for(order_.retry.delay, clock_, executor_.timer(), ending_);
      session = try_to_open(clock_.now_ns(), outcome);
    }
    const auto connecting_tries =
        static_cast<std::int64_t>(outcome.failures.size()) + (session != nullptr ? 1 : 0);
    if (session != nullptr) {
      try {
        co_await workload_.iterate(number, context_for(*session), outcome);
      } catch (const storage::WriteCancelled&) {
        if (order_.unfinished_stream) hand_over_unfinished(*session);
        throw;
      }
      close(*session, outcome);
    } else {
      give_up(number, clock_.now_ns() - entered_ns, outcome);
    }
    outcome.tries = std::max(outcome.tries, connecting_tries);
    WALBENCH_PROBE1(lifecycle_end, number);

    WorkerTotals& mine = totals_[current_worker()];
    mine.residence_ns += clock_.now_ns() - entered_ns;
    mine.sums.add(outcome);
    if (order_.queue != nullptr) hand_over(outcome);
    order_.on_done();
  } catch (const storage::WriteCancelled&) {
    end_.request_stop();  // Whoever cancelled it knows why.
  } catch (...) {
    fail(workload_.name_of(number), std::current_exception());
  }
}

/// Null if the database was locked. Throws what else the store refuses.
std::unique_ptr<storage::Session> Pass::try_to_open(std::int64_t asked_ns,
                                                    IterationOutcome& outcome) const {
  try {
    return store_.open_session(current_worker());
  } catch (const storage::StorageError& refusal) {
    if (refusal.kind() != storage::ErrorKind::busy) throw;
    outcome.failures.push_back(
        {kConnecting, storage::Outcome::busy, refusal.slept_ns() > 0, clock_.now_ns() - asked_ns});
  }
  return nullptr;
}

/// Throws storage::WriteCancelled if the pass is to end.
bool Pass::tries_again(const IterationOutcome& outcome) const {
  if (ending_.stop_requested()) throw storage::WriteCancelled();
  const auto tries = static_cast<std::int64_t>(outcome.failures.size());
  const std::int64_t ends_ns = ends_ns_.load(std::memory_order_relaxed);
  return order_.retry.allows_after(tries) && (ends_ns == 0 || clock_.now_ns() < ends_ns);
}

void Pass::give_up(std::int64_t number, std::int64_t waited_ns, IterationOutcome& outcome) const {
  outcome.ended = storage::Outcome::busy;
  outcome.record.set(metrics::Segment::connect, waited_ns);
  outcome.record.set(metrics::Segment::total_wall, waited_ns);
  workload_.never_began(number, !order_.warm_up, outcome);
}

IterationContext Pass::context_for(storage::Session& session) const {
  IterationContext context{session, clock_, executor_.timer(), order_.warm_up, &ending_};
  const std::int64_t ends_ns = ends_ns_.load(std::memory_order_relaxed);
  if (ends_ns != 0) context.no_retry_after_ns = ends_ns;
  return context;
}

void Pass::hand_over(const IterationOutcome& outcome) const {
  for (const metrics::TimingRecord& further : outcome.further_records) {
    hand_over(further);
  }
  hand_over(outcome.record);
}

void Pass::hand_over(metrics::TimingRecord record) const {
  record.set_stream(order_.first_stream + record.stream());
  order_.queue->producer(order_.first_producer + current_worker()).enqueue(record);
}

void Pass::hand_over_unfinished(storage::Session& session) const {
  const storage::StepTimings& timings = session.steps()->timings();
  const std::int64_t since_ns = timings.snapshot_since_ns;
  if (timings.started_ns == 0) return;  // It had not begun to read.
  metrics::TimingRecord record(*order_.unfinished_stream);
  record.set(metrics::Segment::read, timings.read_ns);
  if (since_ns != 0) record.set(metrics::Segment::snapshot_age, clock_.now_ns() - since_ns);
  hand_over(record);
}

void Pass::fail(const std::string& name, const std::exception_ptr& error) {
  {
    const std::lock_guard lock(failure_mutex_);
    outcomes_[static_cast<std::size_t>(storage::outcome_of(error))] += 1;
    if (failure_.what.empty()) failure_ = describe(name, error);
  }
  end_.request_stop();
}

/// Returns the number of commits that it took.
std::int64_t Pass::flush() {
  if (end_.stop_requested()) return 0;
  try {
    return store_.flush();
  } catch (...) {
    fail("after the last iteration", std::current_exception());
    return 0;
  }
}

}  // namespace walbench::engine
