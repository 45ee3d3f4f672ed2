#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/workers/lifecycle_task.hpp"
#include "engine/workload/lifecycle/ack_log.hpp"
#include "engine/workload/lifecycle/mock_api.hpp"
#include "metrics/clock.hpp"
#include "metrics/recording/timing_record.hpp"
#include "storage/store.hpp"

namespace walbench::engine {

/// Writes a lifecycle makes in which no API call fails.
inline constexpr std::int64_t kWritesPerFile = 3;

/// Transitions a lifecycle counts for: its writes, and its hydration, as the harness that walbench
/// replaces counted, so that figures compare.
inline constexpr std::int64_t kTransitionsPerFile = 4;

/// What one lifecycle came to.
struct LifecycleOutcome {
  metrics::TimingRecord record;                        ///< every segment but `connect`
  std::vector<metrics::TimingRecord> failed_attempts;  ///< `attempt`, `failed_attempt`, transitions
  std::int64_t lock_wait_longest_ns = 0;               ///< of one write
  std::int64_t row_bytes_changed = 0;  ///< the new values of the columns that its writes set
  std::int64_t writes = 0;
  std::int64_t commits = 0;  ///< fewer than the writes where a batch commits several
  std::int64_t api_calls = 0;
  std::int64_t api_failures = 0;
};

/// The version of a file's row after a lifecycle with that fate.
std::int64_t final_version(const ApiFate& fate);

/// One file's life: hydrate, then fire an event and write the transition, with the API's two calls
/// in between.
///
///   untracked --start_upload--> uploading --(upload_file) complete_upload--> processing
///             --(import_to_store) complete_processing--> indexed
///
/// Where a call fails, the file goes to `failed` (fail_upload, fail_processing), from there back to
/// `untracked` (retry), each with a write of its own, and starts over.
///
/// `acks`, where there is one, is told of each write that was acknowledged. All arguments must
/// outlive the task. Throws what the store, the API and the log throw; `outcome` is then incomplete
/// and worth nothing.
LifecycleTask run_lifecycle(std::string_view path, storage::Session& session, const MockApi& api,
                            const metrics::Clock& clock, LifecycleOutcome& outcome,
                            AckLog* acks = nullptr);

}  // namespace walbench::engine
