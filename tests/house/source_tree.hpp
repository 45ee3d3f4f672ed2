#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace walbench::house {

namespace fs = std::filesystem;

inline const fs::path kRoot = WALBENCH_SOURCE_DIR;
inline const fs::path kBuild = WALBENCH_BINARY_DIR;

inline std::string read(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

inline std::vector<std::string> lines_of(const fs::path& path) {
  std::vector<std::string> lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    lines.push_back(line);
  }
  return lines;
}

/// The files below a folder of the repository that have one of these extensions, sorted.
inline std::vector<fs::path> files_in(const std::string& folder,
                                      const std::set<std::string>& extensions) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::recursive_directory_iterator(kRoot / folder)) {
    if (extensions.contains(entry.path().extension())) found.push_back(entry.path());
  }
  std::ranges::sort(found);
  return found;
}

inline std::vector<fs::path> sources_in(const std::string& folder) {
  return files_in(folder, {".cpp", ".hpp"});
}

/// `metrics/result/limit.cpp`
inline std::string name_of(const fs::path& path) {
  return fs::relative(path, kRoot).generic_string();
}

/// The words in `text` that `pattern`'s first group matches.
inline std::set<std::string> words(const std::string& text, const std::string& pattern) {
  const std::regex expression(pattern);
  std::set<std::string> found;
  for (std::sregex_iterator at(text.begin(), text.end(), expression), end; at != end; ++at) {
    found.insert((*at)[1]);
  }
  return found;
}

}  // namespace walbench::house
