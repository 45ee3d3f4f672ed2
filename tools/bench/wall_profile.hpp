#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

namespace walbench::tools {

/// Samples where the threads that run lifecycles are, by wall-clock time, so that waiting counts
/// like working: gperftools' profiler with a real-time timer for each thread. The library is loaded
/// when a profile is asked for and not before, so that other runs are not touched by it.
///
/// One at a time. Only enter_thread() may be called from several threads.
class WallProfile {
 public:
  /// Why there can be no profile, as a sentence; nothing where there can. Loads the library, so it
  /// is to be called before other threads start.
  static std::optional<std::string> unavailable();

  /// Starts sampling into a temporary file in `directory`. Requires that unavailable() said
  /// nothing. Throws std::runtime_error where the profiler does not start.
  explicit WallProfile(const std::filesystem::path& directory);
  WallProfile(const WallProfile&) = delete;
  WallProfile& operator=(const WallProfile&) = delete;
  /// Stops, and removes what was not kept.
  ~WallProfile();

  /// Has the calling thread sampled from now on, until it ends. Cheap when called again.
  static void enter_thread();

  void stop();

  /// Stops and moves the profile to `<run id>.wall.prof` in the directory. Returns its
  /// path. Throws std::filesystem::filesystem_error.
  std::filesystem::path keep(const std::string& run_id);

 private:
  std::filesystem::path directory_;
  std::filesystem::path temporary_;
  bool sampling_ = false;
};

/// The `count` functions with the most samples, as google-pprof tells them, or a sentence that says
/// how to get them where it is missing.
std::string top_functions(const std::filesystem::path& profile, std::size_t count);

}  // namespace walbench::tools
