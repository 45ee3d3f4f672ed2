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
//
// A write that is refused because another one holds the lock is still asking for it: its tries, and
// the pauses between them, are a part of `lock_wait`, of which the refused tries' sleeps are
// `busy_wait`. That goes for lifecycles that are given up, too.

#include "engine/workload/lifecycle/lifecycle.hpp"

#include <algorithm>
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
                         .lock_wait_longest_ns = refused_ns_ + write.lock_wait_ns});
    refused_ns_ = 0;
  }

  /// Adds a try of a write that was refused, and marks now. Returns how long the try took.
  std::int64_t write_refused(std::int64_t slept_ns) {
    record_.add(Segment::busy_wait, slept_ns);
    return wait_longer();
  }
  /// Adds the pause before the next try, and marks now.
  void write_paused() { wait_longer(); }

  /// The attempt is back at `untracked`: its samples get a record of their own.
  void attempt_failed() {
    metrics::TimingRecord& failed =
        outcome_.further_records.emplace_back(record_.take_transitions());
    failed.set(Segment::attempt, mark_ns_ - attempt_started_ns_);
    failed.set(Segment::failed_attempt, mark_ns_ - attempt_started_ns_);
  }

  /// The write that was refused will not be tried again.
  void write_given_up() { outcome_.counts.add({.lock_wait_longest_ns = refused_ns_}); }

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
  /// The write still asks for the lock: the time since the last mark is a part of that wait.
  std::int64_t wait_longer() {
    const std::int64_t now_ns = clock_.now_ns();
    const std::int64_t waited_ns = now_ns - mark_ns_;
    record_.add(Segment::lock_wait, waited_ns);
    record_.add(Segment::db_total, waited_ns);
    refused_ns_ += waited_ns;
    mark_ns_ = now_ns;
    return waited_ns;
  }

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
  std::int64_t refused_ns_ = 0;  ///< since the write was first asked for, all its tries
};

/// The believed state of the row, and its next write.
class Transitions {
 public:
  Transitions(std::string_view path, storage::GuardAxis guard, const IterationContext& context,
              LifecycleTimer& timer, IterationOutcome& outcome, const LifecycleKeeping& keeping)
      : context_(context),
        timer_(timer),
        outcome_(outcome),
        keeping_(keeping),
        transaction_(guard) {
    write_.file_path = path;
    write_.version = -1;  // fire() counts to the version that the row has.
  }

  /// Fires the event; transaction() then makes it durable.
  void fire(LifecycleEvent event) {
    timer_.transition_begins();
    fsm_.fire(event);
    const TransitionWrite& with = answers_;
    write_ = {write_.file_path,     event,
              write_.version + 1,   with.remote_file_id,
              with.remote_file_uri, with.store_doc_id,
              with.error_message};
    answers_ = {};
    tries_ = 0;
    transaction_.set(write_);
    timer_.lap(Segment::fsm_dispatch);
  }

  /// The transaction of the write that was fired last, for one more try. Throws
  /// storage::WriteCancelled.
  const storage::Transaction& transaction() {
    context_.go_on();
    ++tries_;
    return transaction_.get();
  }

  void acknowledged(const storage::WriteTimings& timings) {
    outcome_.tries = std::max(outcome_.tries, tries_);
    timer_.transition_written(timings, changed_bytes(write_));
    if (keeping_.acks != nullptr) keeping_.acks->add(write_);
  }

  /// Another one held the write lock. Returns whether the write is to be tried again; otherwise the
  /// lifecycle is over.
  bool refused(const storage::StorageError& refusal) {
    const std::int64_t waited_ns = timer_.write_refused(refusal.slept_ns());
    outcome_.failures.push_back({static_cast<std::size_t>(write_.event), storage::Outcome::busy,
                                 refusal.slept_ns() > 0, waited_ns});
    if (keeping_.retry.allows_after(tries_)) return true;
    outcome_.tries = std::max(outcome_.tries, tries_);
    outcome_.ended = storage::Outcome::busy;
    if (keeping_.left_at != nullptr) keeping_.left_at->set(write_.version);
    timer_.write_given_up();
    timer_.finish(false);
    outcome_.set_stream(kBusyStream);
    return false;
  }

  /// Counts from 1.
  std::int64_t attempt() const { return attempt_; }

  /// The API has answered, or failed. These three return the next event. The answers must stay
  /// until its write is acknowledged.
  LifecycleEvent uploaded(const std::optional<UploadedFile>& file) {
    called();
    if (!file) return call_failed("upload_file", LifecycleEvent::fail_upload);
    answers_.remote_file_id = file->name;
    answers_.remote_file_uri = file->uri;
    return LifecycleEvent::complete_upload;
  }
  LifecycleEvent imported(const std::optional<std::string>& document_id) {
    called();
    if (!document_id) return call_failed("import_to_store", LifecycleEvent::fail_processing);
    answers_.store_doc_id = *document_id;
    return LifecycleEvent::complete_processing;
  }
  /// Nothing after the last one.
  std::optional<LifecycleEvent> without_a_call(LifecycleEvent written) {
    if (written == LifecycleEvent::complete_processing) return std::nullopt;
    if (written != LifecycleEvent::retry) return LifecycleEvent::retry;
    timer_.attempt_failed();
    timer_.attempt_begins();
    ++attempt_;
    return LifecycleEvent::start_upload;
  }

  /// The write that was fired last.
  const TransitionWrite& last() const { return write_; }

 private:
  void called() {
    timer_.lap(Segment::mock_api);
    outcome_.counts.api_calls += 1;
  }
  LifecycleEvent call_failed(std::string_view call, LifecycleEvent failure) {
    outcome_.counts.api_failures += 1;
    error_ = api_failure_text(call, attempt_);
    answers_.error_message = error_;
    return failure;
  }

  const IterationContext& context_;
  LifecycleTimer& timer_;
  IterationOutcome& outcome_;
  const LifecycleKeeping& keeping_;
  LifecycleFsm fsm_{step_of(kSuccess.front()).from};
  TransitionWrite write_;
  TransitionWrite answers_;
  std::int64_t tries_ = 0;  ///< of that write
  std::int64_t attempt_ = 1;
  std::string error_;
  TransitionTransaction transaction_;
};

}  // namespace

std::int64_t final_version(const ApiFate& fate) {
  return kWritesPerFile + static_cast<std::int64_t>(kFailedUpload.size()) * fate.upload_failures +
         static_cast<std::int64_t>(kFailedImport.size()) * fate.import_failures;
}

Task run_lifecycle(std::string path, storage::GuardAxis guard, IterationContext context,
                   const MockApi& api, IterationOutcome& outcome, LifecycleKeeping keeping) {
  LifecycleTimer timer(context.clock, context.session, outcome);
  Transitions transitions(path, guard, context, timer, outcome, keeping);
  timer.lap(Segment::fsm_hydrate);
  timer.attempt_begins();

  // The API's answers, to which writes refer.
  std::optional<UploadedFile> file;
  std::optional<std::string> document_id;
  for (std::optional<LifecycleEvent> event = kSuccess.front(); event;) {
    transitions.fire(*event);
    for (bool acknowledged = false; !acknowledged;) {
      try {
        transitions.acknowledged(co_await context.session.apply(transitions.transaction()));
        acknowledged = true;
      } catch (const storage::OccConflict&) {
        throw storage::OccConflict(conflict_text(transitions.last()));
      } catch (const storage::StorageError& refusal) {
        if (refusal.kind() != storage::ErrorKind::busy) throw;
        if (!transitions.refused(refusal)) co_return;
      }
      if (!acknowledged && keeping.retry.delay.count() > 0) {
        co_await pause_for(keeping.retry.delay, context.clock, context.timer, *context.end);
        timer.write_paused();
      }
    }

    if (event == LifecycleEvent::start_upload) {
      file = co_await api.upload_file(path, transitions.attempt(), context.timer);
      event = transitions.uploaded(file);
    } else if (event == LifecycleEvent::complete_upload) {
      document_id = co_await api.import_to_store(file->name, transitions.attempt(), context.timer);
      event = transitions.imported(document_id);
    } else {
      event = transitions.without_a_call(*event);
    }
  }
  timer.finish(api.can_fail());
}

}  // namespace walbench::engine
