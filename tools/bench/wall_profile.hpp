#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

#include "metrics/files/whole_file.hpp"

namespace walbench::tools {

/// Samples what the threads that run lifecycles are doing, by wall-clock time, so that waiting
/// counts like working: gperftools' profiler with a real-time timer for each thread. Its library is
/// loaded only if a profile is asked for, so that it cannot disturb other runs.
///
/// One at a time. Only enter_thread() may be called from several threads.
class WallProfile {
 public:
  /// A sentence that says why there can be no profile; nothing if there can. Loads the library, so
  /// it must be called before other threads start.
  static std::optional<std::string> unavailable();

  /// Starts sampling into a file in `directory` that has no name yet. Requires that unavailable()
  /// returned nothing. Throws std::runtime_error if the profiler does not start, and FileError.
  explicit WallProfile(const std::filesystem::path& directory);
  WallProfile(const WallProfile&) = delete;
  WallProfile& operator=(const WallProfile&) = delete;
  /// Stops; a profile that was not kept is gone.
  ~WallProfile();

  /// Has the calling thread sampled from now on, until it ends. Cheap when called again.
  static void enter_thread();

  void stop();

  /// Stops, and names the profile `<run id>.wall.prof`. Returns its path. Throws FileError.
  std::filesystem::path keep(const std::string& run_id);

 private:
  std::filesystem::path directory_;
  metrics::WholeFile file_;
  bool sampling_ = false;
};

/// The `count` functions with the most samples, as google-pprof lists them; if it is missing, a
/// sentence that says how to get them.
std::string top_functions(const std::filesystem::path& profile, std::size_t count);

}  // namespace walbench::tools
