// Would catch: a folder that includes what it may not, which compiles and links as long as only a
// header is used; a source file nobody builds; documentation that has fallen behind the code.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace walbench::house {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

const fs::path kRoot = WALBENCH_SOURCE_DIR;
constexpr std::size_t kLongestLine = 100;
constexpr std::size_t kLongestFile = 400;

std::string read(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

std::vector<std::string> lines_of(const fs::path& path) {
  std::vector<std::string> lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    lines.push_back(line);
  }
  return lines;
}

std::vector<fs::path> sources_in(const std::string& folder) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::recursive_directory_iterator(kRoot / folder)) {
    const std::string extension = entry.path().extension();
    if (extension == ".cpp" || extension == ".hpp") found.push_back(entry.path());
  }
  std::ranges::sort(found);
  return found;
}

std::vector<std::string> includes_of(const fs::path& path) {
  static const std::regex pattern(R"(^#include\s*[<"]([^">]+)[">])");
  std::vector<std::string> included;
  for (const std::string& line : lines_of(path)) {
    std::smatch match;
    if (std::regex_search(line, match, pattern)) included.push_back(match[1]);
  }
  return included;
}

const std::map<std::string, std::set<std::string>> kMayInclude = {
    {"metrics", {"metrics"}},
    {"storage", {"storage", "metrics"}},
    {"engine", {"engine", "storage", "metrics"}},
    {"tools", {"tools", "engine", "storage", "metrics"}},
};

TEST(Layering, FoldersIncludeOnlyWhatTheyMay) {
  for (const auto& [folder, allowed] : kMayInclude) {
    for (const fs::path& file : sources_in(folder)) {
      for (const std::string& included : includes_of(file)) {
        const std::string target = included.substr(0, included.find('/'));
        if (!kMayInclude.contains(target) && target != "tests") continue;
        EXPECT_TRUE(allowed.contains(target)) << file << " includes " << included;
      }
    }
  }
}

TEST(Layering, StorageTakesNoMachineryOfMetrics) {
  for (const fs::path& file : sources_in("storage")) {
    for (const std::string& included : includes_of(file)) {
      if (included.starts_with("metrics/")) {
        EXPECT_TRUE(included == "metrics/clock.hpp" ||
                    included == "metrics/histogram/histogram.hpp" ||
                    included.starts_with("metrics/result/"))
            << file << " includes " << included;
      }
    }
  }
}

TEST(Layering, ReportNeedsMetricsAlone) {
  const std::regex of_bench(
      "^(bench|bench_options|bench_plan|argument_values|descriptor_limit|interrupt_signals|"
      "progress|strategy_plan|wall_profile)\\.[ch]pp$");
  for (const fs::path& file : sources_in("tools")) {
    if (std::regex_match(file.filename().string(), of_bench)) continue;
    for (const std::string& included : includes_of(file)) {
      EXPECT_FALSE(included.starts_with("engine/") || included.starts_with("storage/"))
          << file << " includes " << included;
    }
  }
}

TEST(Layering, LibrariesStayWhereTheyBelong) {
  struct Home {
    std::regex header;
    std::regex allowed;
  };
  const std::vector<Home> homes = {
      {std::regex("^sqlite3\\.h$"), std::regex("^(storage/|tools/document/snippets\\.cpp)")},
      {std::regex("^(oneapi/)?tbb"), std::regex("^engine/workers/arena\\.")},
      {std::regex("concurrentqueue"), std::regex("^metrics/recording/timing_queue\\.")},
      {std::regex("^nlohmann/"),
       std::regex("^(metrics|tools)/\\w+/(\\w+_json|\\w+_metadata|json_fields)\\.[ch]pp$")},
      {std::regex("^(dlfcn\\.h|gperftools/)"), std::regex("^tools/bench/wall_profile\\.cpp$")},
      {std::regex("^sys/sdt\\.h$"), std::regex("^storage/sqlite/watch/probes\\.hpp$")},
      {std::regex("^CLI/"), std::regex("^tools/(bench|report)/\\w+_options\\.cpp$")},
  };
  for (const auto& [folder, unused] : kMayInclude) {
    for (const fs::path& file : sources_in(folder)) {
      const std::string name = fs::relative(file, kRoot).string();
      for (const std::string& included : includes_of(file)) {
        for (const Home& home : homes) {
          if (!std::regex_search(included, home.header)) continue;
          EXPECT_TRUE(std::regex_search(name, home.allowed)) << name << " includes " << included;
        }
      }
    }
  }
}

/// Characters, not bytes: each but the first byte of one in UTF-8 is 10xxxxxx.
std::size_t columns_of(const std::string& line) {
  return static_cast<std::size_t>(std::ranges::count_if(
      line, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

TEST(Files, AreBuiltAndReadInOneSitting) {
  for (const std::string folder : {"metrics", "storage", "engine", "tools", "tests"}) {
    const std::string build =
        read(kRoot / folder / "CMakeLists.txt") + read(kRoot / "CMakeLists.txt");
    for (const fs::path& file : sources_in(folder)) {
      const std::string listed = fs::relative(file, kRoot / folder).string();
      if (file.extension() == ".cpp") {
        EXPECT_NE(build.find(listed), std::string::npos) << file << " is built by nobody";
      }
      const std::vector<std::string> lines = lines_of(file);
      EXPECT_LE(lines.size(), kLongestFile) << file;
      for (const std::string& line : lines) {
        EXPECT_LE(columns_of(line), kLongestLine) << file << ": " << line;
      }
    }
  }
}

TEST(Files, TestsSayWhatTheyWouldCatch) {
  for (const fs::path& file : sources_in("tests")) {
    if (!file.filename().string().ends_with("_test.cpp")) continue;
    EXPECT_TRUE(lines_of(file).front().starts_with("// ")) << file;
  }
}

/// The words in `text` that `pattern`'s first group matches.
std::set<std::string> words(const std::string& text, const std::string& pattern) {
  const std::regex expression(pattern);
  std::set<std::string> found;
  for (std::sregex_iterator at(text.begin(), text.end(), expression), end; at != end; ++at) {
    found.insert((*at)[1]);
  }
  return found;
}

TEST(Documentation, ResultsReadmeNamesEveryFieldThatIsWritten) {
  const std::string readme = read(kRoot / "results/README.md");
  std::set<std::string> written;
  for (const fs::path& file : sources_in("metrics")) {
    if (!file.filename().string().ends_with("_json.cpp")) continue;
    written.merge(words(read(file), R"re((?:\{|\[)"([a-z0-9_]+)"(?:,|\] =))re"));
  }
  std::set<std::string> taken =
      words(read(kRoot / "metrics/result/hgrm_metadata.cpp"),
            R"re((?:_in|_or|field|has|contains)\((?:[a-z]+, )?"([a-z0-9_]+)")re");
  EXPECT_GT(written.size(), 100U);
  EXPECT_GT(taken.size(), 50U);
  written.merge(taken);
  for (const std::string& field : written) {
    EXPECT_NE(readme.find("`" + field + "`"), std::string::npos) << field;
  }
}

TEST(Documentation, ReadmeShowsTheCommandsAndTheExitCodes) {
  const std::string readme = read(kRoot / "README.md");
  EXPECT_THAT(readme, HasSubstr("tools/dev bench --threads 10 --profile zero"));
  EXPECT_THAT(readme, HasSubstr("tools/dev report results/*.hgrm"));
  EXPECT_THAT(readme, HasSubstr("tools/dev test"));
  for (const char* code : {"| 0 |", "| 1 |", "| 2 |", "| 3 |", "| 130 |"}) {
    EXPECT_THAT(readme, HasSubstr(code));
  }
}

TEST(Documentation, ReadmeNamesNoFlagThatDoesNotExist) {
  const std::string options = read(kRoot / "tools/bench/bench_options.cpp") +
                              read(kRoot / "tools/report/report_options.cpp");
  std::set<std::string> ours;
  for (const std::string& line : lines_of(kRoot / "README.md")) {
    const bool runs_ours =
        line.find("bench ") != std::string::npos || line.find("report ") != std::string::npos;
    const bool runs_others =
        line.find("perf ") != std::string::npos || line.find("cmake ") != std::string::npos ||
        line.find("pprof ") != std::string::npos || line.find("benchmark_") != std::string::npos;
    if (runs_ours && !runs_others) ours.merge(words(line, R"re((--[a-z][a-z-]+))re"));
  }
  EXPECT_GT(ours.size(), 3U);
  for (const std::string& flag : ours) {
    if (flag == "--help") continue;  // CLI11's own
    EXPECT_NE(options.find("\"" + flag + "\""), std::string::npos) << flag;
  }
}

}  // namespace
}  // namespace walbench::house
