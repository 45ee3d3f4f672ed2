// Timing a lifecycle without timing the timer: adjacent intervals share one clock reading, so the
// exclusive parts lie side by side and what is between them, `other`, stays small.
//
//   hydrate | dispatch | write ... | api ... | dispatch | write ... | api ... | dispatch | write
//   ...
//
// A write's own parts come back from the store, which knows when the lock was held.
//
// An attempt that fails is timed like the rest, so the sums over a lifecycle still add up. Its
// transitions' samples go into a record of their own, because records have a fixed size and the
// number of attempts has none.

#include "engine/workload/lifecycle/lifecycle.hpp"

#include <optional>
#include <string>
#include <string_view>

#include "engine/workload/lifecycle/lifecycle_fsm.hpp"
#include "engine/workload/lifecycle/transition_write.hpp"
#include "storage/storage_error.hpp"

namespace walbench::engine {
namespace {

using metrics::Segment;

/// Accumulates what one lifecycle cost.
class LifecycleTimer {
 public:
  LifecycleTimer(const metrics::Clock& clock, const storage::Session& session,
                 IterationOutcome& outcome)
      : clock_(clock),
        statement_apart_(session.times_statement_apart()),
        has_pool_(session.has_pool()),
        writers_queue_(session.has_queue()),
        outcome_(outcome),
        record_(outcome.record),
        started_ns_(clock.now_ns()),
        mark_ns_(started_ns_) {}

  /// Adds the time since the last mark to `segment`, and marks now.
  void lap(Segment segment) {
    const std::int64_t now_ns = clock_.now_ns();
    record_.add(segment, now_ns - mark_ns_);
    mark_ns_ = now_ns;
  }

  void attempt_begins() { attempt_started_ns_ = mark_ns_; }
  void transition_begins() { transition_started_ns_ = mark_ns_; }

  /// Adds a write that has just been acknowledged, and its transition; marks now.
  void transition_written(const storage::WriteTimings& write, std::int64_t changed_bytes) {
    record_.add(Segment::lock_wait, write.lock_wait_ns);
    if (has_pool_) record_.add(Segment::pool_wait, write.pool_wait_ns);
    if (writers_queue_) record_.add(Segment::queue_wait, write.queue_wait_ns);
    record_.add(Segment::busy_wait, write.busy_wait_ns);
    if (statement_apart_) record_.add(Segment::statement, write.statement_ns);
    record_.add(Segment::commit, write.commit_ns);
    record_.add(Segment::checkpoint_wait, write.checkpoint_wait_ns);
    record_.add(Segment::sync_wait, write.sync_wait_ns);
    record_.add(Segment::db_total, write.db_total_ns);
    mark_ns_ = clock_.now_ns();
    outcome_.add_transition(mark_ns_ - transition_started_ns_);
    outcome_.counts.add({.writes = 1,
                         .commits = write.committed ? 1 : 0,
                         .row_bytes_changed = changed_bytes,
                         .lock_wait_longest_ns = write.lock_wait_ns});
  }

  /// The attempt is back at `untracked`: its samples get a record of their own.
  void attempt_failed() {
    metrics::TimingRecord& failed =
        outcome_.further_records.emplace_back(record_.take_transitions());
    failed.set(Segment::attempt, mark_ns_ - attempt_started_ns_);
    failed.set(Segment::failed_attempt, mark_ns_ - attempt_started_ns_);
  }

  /// Fills what follows from the rest.
  void finish(bool api_can_fail) {
    const std::int64_t total_wall_ns = mark_ns_ - started_ns_;
    const std::int64_t net_ns = total_wall_ns - record_.value_ns(Segment::mock_api);
    record_.set(Segment::total_wall, total_wall_ns);
    record_.set(Segment::fsm_net, net_ns);
    record_.set(Segment::other, net_ns - record_.value_ns(Segment::fsm_hydrate) -
                                    record_.value_ns(Segment::fsm_dispatch) -
                                    record_.value_ns(Segment::db_total));
    if (api_can_fail) record_.set(Segment::attempt, mark_ns_ - attempt_started_ns_);
  }

 private:
  const metrics::Clock& clock_;
  const bool statement_apart_;
  const bool has_pool_;
  const bool writers_queue_;
  IterationOutcome& outcome_;
  metrics::TimingRecord& record_;
  std::int64_t started_ns_;
  std::int64_t mark_ns_;
  std::int64_t attempt_started_ns_ = 0;
  std::int64_t transition_started_ns_ = 0;
};

/// The believed state of the row, and its next write.
class Transitions {
 public:
  Transitions(std::string_view path, storage::GuardAxis guard, const IterationContext& context,
              LifecycleTimer& timer, AckLog* acks)
      : context_(context), timer_(timer), acks_(acks), transaction_(guard) {
    write_.file_path = path;
    write_.version = -1;  // fire() counts to the version that the row has.
  }

  /// The values for the columns of the next write; fire() takes them.
  TransitionWrite& answers() { return answers_; }

  /// Fires the event; the transaction that makes it durable is then ready. Throws
  /// storage::WriteCancelled.
  const storage::Transaction& fire(LifecycleEvent event) {
    context_.go_on();
    timer_.transition_begins();
    fsm_.fire(event);
    const TransitionWrite& with = answers_;
    write_ = {write_.file_path,     event,
              write_.version + 1,   with.remote_file_id,
              with.remote_file_uri, with.store_doc_id,
              with.error_message};
    answers_ = {};
    transaction_.set(write_);
    timer_.lap(Segment::fsm_dispatch);
    return transaction_.get();
  }

  /// The write that was fired last has been acknowledged.
  void acknowledged(const storage::WriteTimings& timings) {
    timer_.transition_written(timings, changed_bytes(write_));
    if (acks_ != nullptr) acks_->add(write_);
  }

  /// The write that was fired last.
  const TransitionWrite& last() const { return write_; }

 private:
  const IterationContext& context_;
  LifecycleTimer& timer_;
  AckLog* acks_;
  LifecycleFsm fsm_{step_of(kSuccess.front()).from};
  TransitionWrite write_;
  TransitionWrite answers_;
  TransitionTransaction transaction_;
};

std::string failure_text(std::string_view call, std::int64_t attempt) {
  return std::string(call) + " failed at attempt " + std::to_string(attempt);
}

}  // namespace

std::int64_t final_version(const ApiFate& fate) {
  return kWritesPerFile + static_cast<std::int64_t>(kFailedUpload.size()) * fate.upload_failures +
         static_cast<std::int64_t>(kFailedImport.size()) * fate.import_failures;
}

Task run_lifecycle(std::string path, storage::GuardAxis guard, IterationContext context,
                   const MockApi& api, IterationOutcome& outcome, AckLog* acks) {
  storage::Session& session = context.session;
  LifecycleTimer timer(context.clock, session, outcome);
  Transitions transitions(path, guard, context, timer, acks);
  timer.lap(Segment::fsm_hydrate);

  try {
    for (std::int64_t attempt = 1;; ++attempt) {
      timer.attempt_begins();
      transitions.acknowledged(
          co_await session.apply(transitions.fire(LifecycleEvent::start_upload)));

      const std::optional<UploadedFile> uploaded =
          co_await api.upload_file(path, attempt, context.timer);
      timer.lap(Segment::mock_api);
      outcome.counts.api_calls += 1;

      std::optional<std::string> document_id;
      if (uploaded) {
        transitions.answers().remote_file_id = uploaded->name;
        transitions.answers().remote_file_uri = uploaded->uri;
        transitions.acknowledged(
            co_await session.apply(transitions.fire(LifecycleEvent::complete_upload)));

        document_id = co_await api.import_to_store(uploaded->name, attempt, context.timer);
        timer.lap(Segment::mock_api);
        outcome.counts.api_calls += 1;
      }
      if (document_id) {
        transitions.answers().store_doc_id = *document_id;
        transitions.acknowledged(
            co_await session.apply(transitions.fire(LifecycleEvent::complete_processing)));
        timer.finish(api.can_fail());
        co_return;
      }

      outcome.counts.api_failures += 1;
      const std::string error = failure_text(uploaded ? "import_to_store" : "upload_file", attempt);
      transitions.answers().error_message = error;
      transitions.acknowledged(co_await session.apply(transitions.fire(
          uploaded ? LifecycleEvent::fail_processing : LifecycleEvent::fail_upload)));
      transitions.acknowledged(co_await session.apply(transitions.fire(LifecycleEvent::retry)));
      timer.attempt_failed();
    }
  } catch (const storage::OccConflict&) {
    throw storage::OccConflict(conflict_text(transitions.last()));
  }
}

}  // namespace walbench::engine
