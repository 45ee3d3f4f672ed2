// Timing a lifecycle without timing the timer: adjacent intervals share one clock reading, so the
// exclusive parts lie side by side and what is between them, `other`, stays small.
//
//   hydrate | dispatch | write ... | api ... | dispatch | write ... | api ... | dispatch | write
//   ...
//
// A write's own parts come back from the store, which knows when the lock was held.

#include "engine/lifecycle.hpp"

#include "engine/lifecycle_fsm.hpp"

namespace walbench::engine {
namespace {

using metrics::Segment;

/// Accumulates what one lifecycle cost.
class LifecycleTimer {
 public:
  LifecycleTimer(const metrics::Clock& clock, metrics::TimingRecord& record)
      : clock_(clock), record_(record), started_ns_(clock.now_ns()), mark_ns_(started_ns_) {}

  /// Adds the time since the last mark to `segment`, and marks now.
  void lap(Segment segment) {
    const std::int64_t now_ns = clock_.now_ns();
    record_.add(segment, now_ns - mark_ns_);
    mark_ns_ = now_ns;
  }

  /// Marks now; the time since the last mark belongs to nobody.
  void mark() { mark_ns_ = clock_.now_ns(); }

  void transition_begins() { transition_started_ns_ = mark_ns_; }

  /// Adds a write that has just been acknowledged, and its transition; marks now.
  void transition_written(const storage::WriteTimings& write, bool statement_apart) {
    record_.add(Segment::lock_wait, write.lock_wait_ns);
    record_.add(Segment::busy_wait, write.busy_wait_ns);
    if (statement_apart) record_.add(Segment::statement, write.statement_ns);
    record_.add(Segment::commit, write.commit_ns);
    record_.add(Segment::db_total, write.db_total_ns);
    mark();
    record_.add_transition(mark_ns_ - transition_started_ns_);
  }

  /// Fills what follows from the rest.
  void finish() {
    const std::int64_t total_wall_ns = mark_ns_ - started_ns_;
    const std::int64_t net_ns = total_wall_ns - record_.value_ns(Segment::mock_api);
    record_.set(Segment::total_wall, total_wall_ns);
    record_.set(Segment::fsm_net, net_ns);
    record_.set(Segment::other, net_ns - record_.value_ns(Segment::fsm_hydrate) -
                                    record_.value_ns(Segment::fsm_dispatch) -
                                    record_.value_ns(Segment::db_total));
  }

 private:
  const metrics::Clock& clock_;
  metrics::TimingRecord& record_;
  std::int64_t started_ns_;
  std::int64_t mark_ns_;
  std::int64_t transition_started_ns_ = 0;
};

}  // namespace

LifecycleTask run_lifecycle(std::string_view path, storage::Session& session, const MockApi& api,
                            const metrics::Clock& clock, metrics::TimingRecord& record) {
  const bool statement_apart = session.times_statement_apart();
  storage::TransitionWrite write{};
  write.file_path = path;

  LifecycleTimer timer(clock, record);
  LifecycleFsm fsm(LifecycleState::untracked);
  timer.lap(Segment::fsm_hydrate);

  timer.transition_begins();
  write.from = fsm.state();
  write.to = fsm.fire(LifecycleEvent::start_upload);
  timer.lap(Segment::fsm_dispatch);
  const storage::WriteTimings uploading = co_await session.apply(write);
  timer.transition_written(uploading, statement_apart);

  const UploadedFile uploaded = co_await api.upload_file(path);
  timer.lap(Segment::mock_api);

  timer.transition_begins();
  write.from = fsm.state();
  write.to = fsm.fire(LifecycleEvent::complete_upload);
  timer.lap(Segment::fsm_dispatch);
  write.version += 1;
  write.remote_file_id = uploaded.name;
  write.remote_file_uri = uploaded.uri;
  const storage::WriteTimings processing = co_await session.apply(write);
  timer.transition_written(processing, statement_apart);

  const std::string document_id = co_await api.import_to_store(uploaded.name);
  timer.lap(Segment::mock_api);

  timer.transition_begins();
  write.from = fsm.state();
  write.to = fsm.fire(LifecycleEvent::complete_processing);
  timer.lap(Segment::fsm_dispatch);
  write.version += 1;
  write.remote_file_id = {};
  write.remote_file_uri = {};
  write.store_doc_id = document_id;
  const storage::WriteTimings indexed = co_await session.apply(write);
  timer.transition_written(indexed, statement_apart);
  timer.finish();
}

}  // namespace walbench::engine
