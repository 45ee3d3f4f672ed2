#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/workers/task.hpp"
#include "engine/workload/lifecycle/ack_log.hpp"
#include "engine/workload/lifecycle/mock_api.hpp"
#include "engine/workload/lifecycle/schema.hpp"
#include "engine/workload/retry.hpp"
#include "engine/workload/workload.hpp"
#include "storage/axes.hpp"

namespace walbench::engine {

/// The version of a file's row after a lifecycle with that fate.
std::int64_t final_version(const ApiFate& fate);

/// Where a lifecycle left its file's row, if it was given up. Written by whoever runs the
/// lifecycle, read once all have ended.
class LeftAt {
 public:
  void set(std::int64_t version) { version_and_1_ = static_cast<std::uint32_t>(version + 1); }
  /// The version that the last acknowledged write gave the row; nothing if all were acknowledged.
  std::optional<std::int64_t> version() const {
    if (version_and_1_ == 0) return std::nullopt;
    return static_cast<std::int64_t>(version_and_1_) - 1;
  }

 private:
  std::uint32_t version_and_1_ = 0;
};

/// What a lifecycle does about its writes.
struct LifecycleKeeping {
  RetryPlan retry = {};       ///< of each write
  AckLog* acks = nullptr;     ///< gets each write that was acknowledged; may be null
  LeftAt* left_at = nullptr;  ///< told if it is given up; may be null
};

/// The streams of lifecycles: those that reached their end, and those without the write lock.
inline constexpr std::size_t kCommittedStream = 0;
inline constexpr std::size_t kBusyStream = 1;

/// One file's life: hydrate, then fire an event and write the transition, with the API's two calls
/// in between (see transitions.hpp). If a call fails, the file goes to `failed`, from there back to
/// `untracked`, each with a write of its own, and starts over.
///
/// A write that is refused because another one holds the lock is tried again as `keeping` says, or
/// ends the lifecycle: its outcome is then `busy`, and its samples are of the stream kBusyStream. A
/// row that is not as the lifecycle left it is no such outcome, since nobody else writes to it:
/// storage::OccConflict is thrown. All references must outlive the task. Throws what else the
/// store, the API and the log throw.
Task run_lifecycle(std::string path, storage::GuardAxis guard, IterationContext context,
                   const MockApi& api, IterationOutcome& outcome, LifecycleKeeping keeping = {});

/// The parameters of file lifecycles.
struct LifecyclePlan {
  std::int64_t files = 0;
  std::uint64_t seed = 0;  ///< of the content hashes
  Schema schema = Schema::bench;
  storage::GuardAxis guard = storage::GuardAxis::where;
  ApiBehaviour api = {};
  RetryPlan retry = {};
};

/// The built-in workload: a row a file, a lifecycle an iteration.
class LifecycleWorkload final : public Workload {
 public:
  /// `clock` and `acks`, which may be null, must outlive the workload. A stop cancels API calls.
  LifecycleWorkload(const LifecyclePlan& plan, const metrics::Clock& clock,
                    const std::stop_token& stop, AckLog* acks = nullptr);

  storage::Content content() const override;
  std::vector<metrics::StreamId> streams() const override;
  storage::StatementTexts statements() const override;
  Task iterate(std::int64_t number, IterationContext context,
               IterationOutcome& outcome) const override;
  void never_began(std::int64_t number, bool counts, IterationOutcome& outcome) const override;
  std::string name_of(std::int64_t number) const override { return bench_file_path(number); }
  std::string name_of_statement(std::size_t index) const override;
  std::unique_ptr<storage::PlainIteration> plain_iteration(std::int64_t number) const override;
  std::unique_ptr<Iterations> readers(std::size_t readers) const override;
  std::int64_t rows() const override { return plan_.files; }
  std::string reset_sql() const override;
  Verification verify(storage::Database& database, const std::stop_token& stop) const override;

 private:
  LifecyclePlan plan_;
  MockApi api_;
  MockApi immediate_;  ///< the warm-up's
  AckLog* acks_;
  mutable std::vector<LeftAt> left_at_;  ///< by file; each is its lifecycle's
};

}  // namespace walbench::engine
