#include "engine/workload/script/script_account.hpp"

#include <algorithm>

namespace walbench::engine {

using metrics::Segment;

void ScriptAccount::committed(const storage::StepTimings& timings) {
  outcome_.add_transition(timings.ended_ns - timings.started_ns);
  outcome_.counts.add({.writes = 1,
                       .commits = 1,
                       .lock_wait_longest_ns = timings.write.lock_wait_ns - lock_wait_seen_ns_});
  lock_wait_seen_ns_ = timings.write.lock_wait_ns;
}

void ScriptAccount::committed(const storage::WriteTimings& write, std::int64_t asked_ns) {
  outcome_.add_transition(clock_.now_ns() - asked_ns);
  outcome_.counts.add({.writes = 1,
                       .commits = write.committed ? 1 : 0,
                       .lock_wait_longest_ns = write.lock_wait_ns});
  add({.write = write});
}

void ScriptAccount::failed(const ScriptEnd& end, bool slept, std::int64_t waited_ns) {
  if (end.statement == nullptr) return;
  outcome_.failures.push_back({end.statement->number, end.outcome, slept, waited_ns});
}

void ScriptAccount::add(const storage::StepTimings& timings) {
  const storage::WriteTimings& more = timings.write;
  write_.lock_wait_ns += more.lock_wait_ns;
  write_.pool_wait_ns += more.pool_wait_ns;
  write_.queue_wait_ns += more.queue_wait_ns;
  write_.busy_wait_ns += more.busy_wait_ns;
  write_.statement_ns += more.statement_ns;
  write_.commit_ns += more.commit_ns;
  write_.checkpoint_wait_ns += more.checkpoint_wait_ns;
  write_.sync_wait_ns += more.sync_wait_ns;
  write_.db_total_ns += more.db_total_ns;
  read_ns_ += timings.read_ns;
  snapshot_ns_ = std::max(snapshot_ns_, timings.snapshot_ns);
  lock_wait_seen_ns_ = 0;
}

void ScriptAccount::finish(const ScriptEnd& end, const ScriptParts& parts,
                           const storage::Session& session) {
  metrics::TimingRecord& record = outcome_.record;
  if (parts.writes) {
    write_.lock_wait_ns += paused_ns_;
    write_.db_total_ns += paused_ns_;
  } else {
    read_ns_ += paused_ns_;
  }
  const std::int64_t total_ns = clock_.now_ns() - started_ns_;
  const std::int64_t net_ns = total_ns - think_ns_;
  record.set(Segment::total_wall, total_ns);
  record.set(Segment::mock_api, think_ns_);
  outcome_.ended = end.outcome;
  if (end.outcome == storage::Outcome::failed) outcome_.reason = end.reason;
  if (snapshot_ns_ > 0) record.set(Segment::snapshot_age, snapshot_ns_);
  if (parts.of_readers) {
    record.set(Segment::read, read_ns_);
    return;
  }
  record.set(Segment::fsm_net, net_ns);
  // The rest is the script's own: choosing, expressions, and what is between two statements.
  record.set(Segment::fsm_dispatch, net_ns - read_ns_ - write_.db_total_ns);
  record.set(Segment::other, 0);
  if (parts.reads) record.set(Segment::read, read_ns_);
  // With a pool, an iteration that only reads waits for a connection as well.
  if (parts.writes || session.has_pool()) record.set(Segment::lock_wait, write_.lock_wait_ns);
  if (session.has_pool()) record.set(Segment::pool_wait, write_.pool_wait_ns);
  if (parts.writes) {
    if (session.has_queue()) record.set(Segment::queue_wait, write_.queue_wait_ns);
    record.set(Segment::busy_wait, write_.busy_wait_ns);
    record.set(Segment::statement, write_.statement_ns);
    record.set(Segment::commit, write_.commit_ns);
    record.set(Segment::checkpoint_wait, write_.checkpoint_wait_ns);
    record.set(Segment::sync_wait, write_.sync_wait_ns);
    record.set(Segment::db_total, write_.db_total_ns);
  }
}

}  // namespace walbench::engine
