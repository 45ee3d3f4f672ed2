#pragma once

#include <cstdint>
#include <string_view>

#include "engine/lifecycle_task.hpp"
#include "engine/mock_api.hpp"
#include "metrics/clock.hpp"
#include "metrics/timing_record.hpp"
#include "storage/store.hpp"

namespace walbench::engine {

/// Writes a lifecycle makes, each one committed.
inline constexpr std::int64_t kCommitsPerFile = 3;

/// Transitions a lifecycle counts for: its commits, and its hydration, as the harness that walbench
/// replaces counted, so that figures compare.
inline constexpr std::int64_t kTransitionsPerFile = 4;

/// One file's life: hydrate, then three times fire an event and write the transition, with the
/// API's two calls in between.
///
///   untracked --start_upload--> uploading --(upload_file) complete_upload--> processing
///             --(import_to_store) complete_processing--> indexed
///
/// Fills every segment of `record` but `connect`. All arguments must outlive the task. Throws what
/// the store and the API throw; `record` is then incomplete and worth nothing.
LifecycleTask run_lifecycle(std::string_view path, storage::Session& session, const MockApi& api,
                            const metrics::Clock& clock, metrics::TimingRecord& record);

}  // namespace walbench::engine
