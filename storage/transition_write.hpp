#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "storage/lifecycle_state.hpp"

namespace walbench::storage {

/// One OCC update: moves the row of `file_path` from `from` at `version` to `to` at `version + 1`.
/// Views must stay valid until the write is acknowledged.
struct TransitionWrite {
  std::string_view file_path;
  LifecycleState from;
  LifecycleState to;
  std::int64_t version;

  // What the API answered; empty where this transition does not store it.
  std::string_view remote_file_id = {};   ///< with `processing`: gemini_file_id
  std::string_view remote_file_uri = {};  ///< with `processing`: gemini_file_uri
  std::string_view store_doc_id = {};     ///< with `indexed`: gemini_store_doc_id
  std::string_view error_message = {};    ///< with `failed`; the retry's write clears it
};

/// What the write changes in its row, in bytes: the new values of the columns that it sets. Texts
/// count by their length, time stamps are 26 bytes, the version 8.
constexpr std::int64_t changed_bytes(const TransitionWrite& write) {
  constexpr std::size_t kTimestamp = 26;
  constexpr std::size_t kVersion = 8;
  const std::size_t stamps = write.to == LifecycleState::processing ? 2 : 1;
  return static_cast<std::int64_t>(state_name(write.to).size() + kVersion + stamps * kTimestamp +
                                   write.remote_file_id.size() + write.remote_file_uri.size() +
                                   write.store_doc_id.size() + write.error_message.size());
}

/// Where the time of one write went, in nanoseconds. lock_wait + statement + commit = db_total.
struct WriteTimings {
  std::int64_t lock_wait_ns = 0;        ///< from asking for the write lock to holding it
  std::int64_t queue_wait_ns = 0;       ///< the part of it waited for a queue
  std::int64_t busy_wait_ns = 0;        ///< the part of it slept in SQLite's busy handler
  std::int64_t statement_ns = 0;        ///< the UPDATE where lock_wait does not include it, else 0
  std::int64_t commit_ns = 0;           ///< COMMIT, and letting the next one through the queue
  std::int64_t checkpoint_wait_ns = 0;  ///< the part of it that checkpoints took, less their syncs
  std::int64_t sync_wait_ns = 0;        ///< the part of it that syncs took
  std::int64_t db_total_ns = 0;         ///< first call to acknowledgement
  bool committed = true;  ///< false: acknowledged, and durable with a later write's commit
};

/// An update that changed no row, because the row was not what the lifecycle believed.
class OccConflict : public std::runtime_error {
 public:
  explicit OccConflict(const TransitionWrite& write)
      : std::runtime_error("OCC conflict: '" + std::string(write.file_path) + "' is not " +
                           std::string(state_name(write.from)) + " at version " +
                           std::to_string(write.version) +
                           "; another writer changed or removed the row") {}
};

/// A write that was given up because the run is stopping. Nothing of it was done.
class WriteCancelled : public std::runtime_error {
 public:
  WriteCancelled() : std::runtime_error("the write was cancelled: the run is stopping") {}
};

}  // namespace walbench::storage
