// Would catch: a source file nobody builds; a file that nobody can read in one sitting; a fact that
// stands in more places than it should; documentation that has fallen behind the code.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "storage/strategies.hpp"
#include "tests/house/source_tree.hpp"

namespace walbench::house {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::size_t kLongestLine = 100;
constexpr std::size_t kLongestFile = 400;
const std::vector<std::string> kFolders = {"metrics", "storage", "engine", "tools", "tests"};

/// Characters, not bytes: each but the first byte of one in UTF-8 is 10xxxxxx.
std::size_t columns_of(const std::string& line) {
  return static_cast<std::size_t>(std::ranges::count_if(
      line, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

void expect_readable(const fs::path& file) {
  const std::vector<std::string> lines = lines_of(file);
  EXPECT_LE(lines.size(), kLongestFile) << file;
  for (const std::string& line : lines) {
    EXPECT_LE(columns_of(line), kLongestLine) << file << ": " << line;
  }
}

TEST(Files, AreReadInOneSitting) {
  expect_readable(kRoot / "tools/dev");
  for (const std::string& folder : kFolders) {
    for (const fs::path& file :
         files_in(folder, {".cpp", ".hpp", ".js", ".css", ".py", ".sh", ".bash", ".in", ".java"})) {
      expect_readable(file);
    }
  }
}

TEST(Files, AreBuilt) {
  for (const std::string& folder : kFolders) {
    std::string build = read(kRoot / folder / "CMakeLists.txt") + read(kRoot / "CMakeLists.txt");
    for (const fs::path& file : files_in(folder, {".cmake"})) {
      build += read(file);
    }
    for (const fs::path& file : files_in(folder, {".cpp"})) {
      const std::string listed = fs::relative(file, kRoot / folder).string();
      EXPECT_NE(build.find(listed), std::string::npos) << file << " is built by nobody";
    }
  }
}

TEST(Facts, AStrategyIsNamedInItsTableAndWhereItHasAnOptionOfItsOwn) {
  for (const storage::Strategy& strategy : storage::kStrategies) {
    const std::string literal = "\"" + std::string(strategy.name) + "\"";
    std::vector<std::string> places;
    for (const std::string folder : {"metrics", "storage", "engine", "tools"}) {
      for (const fs::path& file : sources_in(folder)) {
        if (name_of(file) == "storage/axes.hpp") continue;      // a value may have the same name
        if (name_of(file).ends_with("snippets.cpp")) continue;  // other places: lines to paste
        if (read(file).find(literal) != std::string::npos) places.push_back(name_of(file));
      }
    }
    const bool has_option = strategy.name == "shared-connection";
    EXPECT_THAT(places, SizeIs(has_option ? 2 : 1)) << literal;
  }
}

TEST(Facts, LowerRoomsNameNoOption) {
  for (const std::string folder : {"metrics", "storage", "engine"}) {
    for (const fs::path& file : sources_in(folder)) {
      EXPECT_THAT(words(read(file), R"re(("[^"\n]*--[a-z][^"\n]*"))re"), IsEmpty()) << file;
    }
  }
}

TEST(Files, TestsSayWhatTheyWouldCatch) {
  for (const fs::path& file : sources_in("tests")) {
    if (!file.filename().string().ends_with("_test.cpp")) continue;
    EXPECT_TRUE(lines_of(file).front().starts_with("// ")) << file;
  }
}

// Figures are not among them: their own test looks for each row of their tables.
TEST(Documentation, ResultsReadmeNamesEveryFieldThatIsWritten) {
  const std::string readme = read(kRoot / "results/README.md");
  std::set<std::string> written;
  for (const std::string folder : {"metrics", "tools/locks"}) {
    for (const fs::path& file : sources_in(folder)) {
      if (!file.filename().string().ends_with("_json.cpp")) continue;
      written.merge(words(read(file), R"re((?:\{|\[)"([a-z0-9_]+)"(?:,|\] =))re"));
    }
  }
  EXPECT_GT(written.size(), 40U);
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

/// The options that a program lists.
std::set<std::string> options_of(const std::string& program) {
  const std::string command = (kBuild / program).string() + " --print-options";
  std::FILE* const pipe = ::popen(command.c_str(), "r");
  std::string rows;
  std::array<char, 4096> buffer{};
  while (std::fgets(buffer.data(), buffer.size(), pipe) != nullptr) {
    rows += buffer.data();
  }
  EXPECT_EQ(::pclose(pipe), 0) << command;
  return words(rows, R"re(\t(?:-h,)?(--[a-z-]+)\t)re");
}

TEST(Documentation, ReadmesNameNoFlagThatDoesNotExist) {
  std::set<std::string> options = options_of("bench");
  options.merge(options_of("report"));
  options.merge(options_of("locks"));
  options.merge(options_of("doctor"));
  EXPECT_GT(options.size(), 40U);
  std::set<std::string> ours;
  for (const std::string& line : lines_of(kRoot / "README.md")) {
    const std::set<std::string> flags = words(line, R"re((--[a-z][a-z-]+))re");
    const bool runs_others = !words(line, R"re((perf|cmake|pprof|benchmark_|dwarf))re").empty();
    if (!runs_others) ours.insert(flags.begin(), flags.end());
  }
  EXPECT_GT(ours.size(), 20U);
  for (const std::string& flag : ours) {
    EXPECT_TRUE(options.contains(flag)) << flag;
  }
}

TEST(Documentation, EachFolderHasAReadmeThatNamesItsRooms) {
  constexpr std::size_t kLongestReadme = 40;
  for (const std::string folder : {"metrics", "storage", "engine", "tools", "tests"}) {
    const fs::path path = kRoot / folder / "README.md";
    ASSERT_TRUE(fs::exists(path)) << path;
    EXPECT_LE(lines_of(path).size(), kLongestReadme) << path;
    const std::string text = read(path);
    for (const std::string& room : words(text, R"re(`([a-z_/]+)/`)re")) {
      EXPECT_TRUE(fs::is_directory(kRoot / folder / room) || fs::is_directory(kRoot / room))
          << path << " names " << room;
    }
    for (const auto& entry : fs::directory_iterator(kRoot / folder)) {
      if (!entry.is_directory() || entry.path().filename() == "__pycache__") continue;
      EXPECT_THAT(text, HasSubstr("`" + entry.path().filename().string() + "/`")) << path;
    }
  }
}

}  // namespace
}  // namespace walbench::house
