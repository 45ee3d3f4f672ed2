#pragma once

#include <cstdint>

#include "engine/workload/script/script_client.hpp"
#include "engine/workload/workload.hpp"
#include "storage/stepped_session.hpp"

namespace walbench::engine {

/// Which parts a job's iterations have.
struct ScriptParts {
  bool reads = false;
  bool writes = false;
  bool of_readers = false;  ///< nothing is told but `read`, how old snapshots were, and sleeps
};

/// Keeps account of one iteration: where its time went, in all its attempts, and what failed.
class ScriptAccount {
 public:
  /// All must outlive it.
  ScriptAccount(const metrics::Clock& clock, IterationOutcome& outcome)
      : clock_(clock), outcome_(outcome), started_ns_(clock.now_ns()) {}

  std::int64_t started_ns() const { return started_ns_; }

  /// A transaction has ended well. `timings` are the session's up to now, its sums not yet taken.
  void committed(const storage::StepTimings& timings);
  /// Likewise, of a store that takes whole transactions.
  void committed(const storage::WriteTimings& write, std::int64_t asked_ns);

  void failed(const ScriptEnd& end, bool slept, std::int64_t waited_ns);

  /// Adds what a session has measured since it was last taken.
  void add(const storage::StepTimings& timings);
  /// It slept as the script wants it.
  void thought(std::int64_t ns) { think_ns_ += ns; }
  /// It paused before a further attempt, which is a part of what losing a race costs.
  void paused(std::int64_t ns) { paused_ns_ += ns; }

  /// Fills the record; `session` says what it may have waited for.
  void finish(const ScriptEnd& end, const ScriptParts& parts, const storage::Session& session);

 private:
  const metrics::Clock& clock_;
  IterationOutcome& outcome_;
  const std::int64_t started_ns_;
  storage::WriteTimings write_;
  std::int64_t read_ns_ = 0;
  std::int64_t snapshot_ns_ = 0;  ///< the longest
  std::int64_t think_ns_ = 0;
  std::int64_t paused_ns_ = 0;
  std::int64_t lock_wait_seen_ns_ = 0;  ///< of the transactions of this session that have ended
};

}  // namespace walbench::engine
