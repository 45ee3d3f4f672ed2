#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/measurement.hpp"
#include "engine/process/child.hpp"
#include "engine/process/messages.hpp"
#include "metrics/result/run_result.hpp"
#include "storage/checks/scratch_folder.hpp"
#include "storage/engines/engine.hpp"

namespace walbench::tools {

/// The only argument, beside a descriptor, with which bench starts itself to measure in a process
/// of its own.
inline constexpr std::string_view kOwnProcess = "--own-process";

/// What bench does then; returns the exit code.
int serve_own_process(const std::vector<std::string>& arguments);

/// A library of SQLite, and what it says of itself.
struct LibraryFacts {
  std::filesystem::path file;  ///< empty: the one that this process has loaded
  storage::EngineFacts engine;

  engine::EngineLibrary planned() const {
    return {file, engine.version, engine.source_id, engine.has_wal_reset_bug};
  }
};

/// Of the library that this process has loaded.
LibraryFacts loaded_library_facts();

/// Loads that library in a process of its own and asks it. Throws StorageError if that cannot be
/// done, with a sentence that names the file.
LibraryFacts facts_of_library(const std::filesystem::path& library);

/// Part of the last act of a program: see OwnProcesses.
void remove_folder(const std::atomic<const storage::ScratchFolder*>& in_use);

/// Measures in processes of their own, one at a time. Used by the thread that runs the study.
class OwnProcesses final : public engine::ChildProcesses {
 public:
  using FolderInUse = std::atomic<const storage::ScratchFolder*>;

  /// `fresh_database` returns the path of an empty database. `in_use` has the folder of another
  /// library while it is there, for the last act of a program. Everything must outlive this.
  OwnProcesses(std::function<std::filesystem::path()> fresh_database, FolderInUse& in_use)
      : fresh_database_(std::move(fresh_database)), in_use_(in_use) {}

  metrics::ConfigurationResult measure(const engine::ConfigurationPlan& plan, std::size_t index,
                                       const engine::RunContext& context) override;
  double write_raw(const engine::ConfigurationPlan& plan, std::int64_t group_size,
                   const engine::RunContext& context) override;

  /// As engine::make_image(), with that library. Throws RunFailed and RunInterrupted.
  engine::MadeImage make_image(const engine::ImageOrder& image,
                               const engine::EngineLibrary& library, const std::stop_token& stop);

  /// Adds how much memory the largest of them had.
  void add_memory_peaks(metrics::RunResult& run) const;

 private:
  engine::Order order_for(const engine::ConfigurationPlan& plan,
                          const engine::RunContext& context) const;

  const std::function<std::filesystem::path()> fresh_database_;
  FolderInUse& in_use_;
  std::int64_t resident_peak_bytes_ = 0;
  std::optional<std::int64_t> engine_peak_bytes_;
};

}  // namespace walbench::tools
