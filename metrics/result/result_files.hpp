#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace walbench::metrics {

/// A file that could not be used, and why.
struct FileProblem {
  std::filesystem::path path;
  std::string what;
};

enum class ResultFileKind : std::uint8_t { distribution, interval_log };

/// What kind of file that is, by its first lines; where these do not tell, and of pipes, by its
/// name: interval logs end in .hlog, .hlog.partial or .hdr (YCSB). Throws FormatError, which says
/// what to do, if it is compressed or UTF-16.
ResultFileKind kind_of_result_file(const std::filesystem::path& path);

/// The paths, with each folder replaced by the .hgrm, .hlog and .hdr (YCSB) files that lie directly
/// in it, in the order of their names; pipes and devices in it are none. A folder without any, or
/// that cannot be read, becomes a problem.
std::vector<std::filesystem::path> expand_folders(const std::vector<std::filesystem::path>& paths,
                                                  std::vector<FileProblem>& problems);

}  // namespace walbench::metrics
