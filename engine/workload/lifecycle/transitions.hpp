#pragma once

// The file lifecycle, described once. State machine, SQL, verification, reset and ceiling follow
// from the tables below.
//
//   untracked --start_upload--> uploading --complete_upload--> processing
//             --complete_processing--> indexed
//
//   uploading --fail_upload--> failed <--fail_processing-- processing
//   failed --retry--> untracked <--reset-- indexed --fail_reset--> failed

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace walbench::engine {

/// The values that column `gemini_state` may hold.
enum class LifecycleState : std::uint8_t { untracked, uploading, processing, indexed, failed };

inline constexpr std::array<std::string_view, 5> kLifecycleStateNames = {
    "untracked", "uploading", "processing", "indexed", "failed"};

/// The state as the database spells it.
constexpr std::string_view state_name(LifecycleState state) {
  return kLifecycleStateNames[static_cast<std::size_t>(state)];
}

/// The events of a file's life.
enum class LifecycleEvent : std::uint8_t {
  start_upload,
  complete_upload,
  complete_processing,
  fail_upload,
  fail_processing,
  retry,
  reset,
  fail_reset,
};

inline constexpr std::array<std::string_view, 8> kLifecycleEventNames = {
    "start_upload", "complete_upload", "complete_processing", "fail_upload", "fail_processing",
    "retry",        "reset",           "fail_reset"};

constexpr std::string_view event_name(LifecycleEvent event) {
  return kLifecycleEventNames[static_cast<std::size_t>(event)];
}

/// The value that a write puts into a column.
enum class Holds : std::uint8_t {
  nothing,  ///< NULL
  now,      ///< the time of the write
  remote_file_id,
  remote_file_uri,
  store_doc_id,
  error_message,
};

struct ColumnWrite {
  std::string_view column;
  Holds holds = Holds::nothing;
};

/// One edge of the state machine and the columns that its write sets besides `gemini_state`,
/// `gemini_state_updated_at` (both always) and `version` (+ 1).
struct LifecycleStep {
  LifecycleEvent event;
  LifecycleState from;
  LifecycleState to;
  std::array<ColumnWrite, 4> columns = {};
  std::size_t column_count = 0;

  constexpr std::span<const ColumnWrite> sets() const {
    return std::span(columns).first(column_count);
  }
};

/// All steps, in the order of their events. Each event leaves exactly one state.
inline constexpr std::array<LifecycleStep, 8> kLifecycleSteps = {{
    {LifecycleEvent::start_upload, LifecycleState::untracked, LifecycleState::uploading},
    {LifecycleEvent::complete_upload,
     LifecycleState::uploading,
     LifecycleState::processing,
     {{{"gemini_file_id", Holds::remote_file_id},
       {"gemini_file_uri", Holds::remote_file_uri},
       {"upload_timestamp", Holds::now}}},
     3},
    {LifecycleEvent::complete_processing,
     LifecycleState::processing,
     LifecycleState::indexed,
     {{{"gemini_store_doc_id", Holds::store_doc_id}}},
     1},
    {LifecycleEvent::fail_upload,
     LifecycleState::uploading,
     LifecycleState::failed,
     {{{"error_message", Holds::error_message}}},
     1},
    {LifecycleEvent::fail_processing,
     LifecycleState::processing,
     LifecycleState::failed,
     {{{"error_message", Holds::error_message}}},
     1},
    {LifecycleEvent::retry,
     LifecycleState::failed,
     LifecycleState::untracked,
     {{{"error_message"}}},
     1},
    {LifecycleEvent::reset,
     LifecycleState::indexed,
     LifecycleState::untracked,
     {{{"gemini_file_id"}, {"gemini_file_uri"}, {"upload_timestamp"}, {"gemini_store_doc_id"}}},
     4},
    {LifecycleEvent::fail_reset,
     LifecycleState::indexed,
     LifecycleState::failed,
     {{{"error_message", Holds::error_message}}},
     1},
}};

constexpr const LifecycleStep& step_of(LifecycleEvent event) {
  return kLifecycleSteps[static_cast<std::size_t>(event)];
}

/// The events of a lifecycle in which no API call fails.
inline constexpr std::array kSuccess = {LifecycleEvent::start_upload,
                                        LifecycleEvent::complete_upload,
                                        LifecycleEvent::complete_processing};
/// The events of an attempt whose upload (or import) fails.
inline constexpr std::array kFailedUpload = {LifecycleEvent::start_upload,
                                             LifecycleEvent::fail_upload, LifecycleEvent::retry};
inline constexpr std::array kFailedImport = {
    LifecycleEvent::start_upload, LifecycleEvent::complete_upload, LifecycleEvent::fail_processing,
    LifecycleEvent::retry};

/// Writes of a lifecycle in which no API call fails.
inline constexpr auto kWritesPerFile = static_cast<std::int64_t>(kSuccess.size());

/// Transitions that a lifecycle counts for: its writes and its hydration, as in the harness that
/// walbench replaces, so that figures compare.
inline constexpr std::int64_t kTransitionsPerFile = kWritesPerFile + 1;

/// The state that `event` leads to from `from`, or nothing if it is illegal there.
constexpr std::optional<LifecycleState> next_state(LifecycleState from, LifecycleEvent event) {
  const LifecycleStep& step = step_of(event);
  return step.from == from ? std::optional(step.to) : std::nullopt;
}

}  // namespace walbench::engine
