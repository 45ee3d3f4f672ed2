#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/workers/task.hpp"
#include "engine/workload/lifecycle/ack_log.hpp"
#include "engine/workload/lifecycle/mock_api.hpp"
#include "engine/workload/lifecycle/schema.hpp"
#include "engine/workload/workload.hpp"
#include "storage/axes.hpp"

namespace walbench::engine {

/// The version of a file's row after a lifecycle with that fate.
std::int64_t final_version(const ApiFate& fate);

/// One file's life: hydrate, then fire an event and write the transition, with the API's two calls
/// in between (see transitions.hpp). If a call fails, the file goes to `failed`, from there back to
/// `untracked`, each with a write of its own, and starts over.
///
/// `acks`, unless null, gets each write that was acknowledged. All references must outlive the
/// task. Throws what the store, the API and the log throw.
Task run_lifecycle(std::string path, storage::GuardAxis guard, IterationContext context,
                   const MockApi& api, IterationOutcome& outcome, AckLog* acks = nullptr);

/// The parameters of file lifecycles.
struct LifecyclePlan {
  std::int64_t files = 0;
  std::uint64_t seed = 0;  ///< of the content hashes
  Schema schema = Schema::bench;
  storage::GuardAxis guard = storage::GuardAxis::where;
  ApiBehaviour api = {};
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
  std::string name_of(std::int64_t number) const override { return bench_file_path(number); }
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
};

}  // namespace walbench::engine
