// Would catch: a room that includes what it may not, directly or through another header, which
// compiles and links as long as a header is all that is used; a library that reaches a program
// which is to work without it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "tests/house/source_tree.hpp"

namespace walbench::house {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsSubsetOf;
using testing::Not;
using Names = std::set<std::string>;

/// A row of rooms.txt.
struct Room {
  Names rooms;      ///< that it may use
  Names libraries;  ///< of others
};

std::vector<std::string> split(const std::string& text) {
  std::istringstream stream(text);
  return {std::istream_iterator<std::string>(stream), {}};
}

/// The table, in its order.
std::vector<std::pair<std::string, Room>> rows() {
  const std::regex pattern(R"(^([a-z_/]+) *:([^|]*)\|(.*)$)");
  std::vector<std::pair<std::string, Room>> found;
  for (const std::string& line : lines_of(kRoot / "tests/house/rooms.txt")) {
    std::smatch match;
    if (!std::regex_match(line, match, pattern)) continue;
    const std::vector<std::string> rooms = split(match[2]);
    const std::vector<std::string> libraries = split(match[3]);
    found.push_back(
        {match[1], {{rooms.begin(), rooms.end()}, {libraries.begin(), libraries.end()}}});
  }
  return found;
}

using Table = std::map<std::string, Room>;

Table direct_table() {
  Table table;
  for (const auto& [name, room] : rows()) {
    table[name].rooms.insert(room.rooms.begin(), room.rooms.end());
    table[name].libraries.insert(room.libraries.begin(), room.libraries.end());
  }
  return table;
}

/// Each room with all that it reaches through those it may use.
Table reached_table() {
  Table table = direct_table();
  for (bool grown = true; grown;) {
    grown = false;
    for (auto& [name, room] : table) {
      const Room before = room;
      for (const std::string& used : before.rooms) {
        room.rooms.insert(table.at(used).rooms.begin(), table.at(used).rooms.end());
        room.libraries.insert(table.at(used).libraries.begin(), table.at(used).libraries.end());
      }
      grown = grown || room.rooms.size() + room.libraries.size() >
                           before.rooms.size() + before.libraries.size();
    }
  }
  return table;
}

/// What rooms.txt calls the library that a header belongs to; empty for the standard ones.
std::string library_of(const std::string& header) {
  static const std::vector<std::pair<std::regex, std::string>> libraries = {
      {std::regex(R"((^|/)sqlite3\.h$)"), "sqlite"},
      {std::regex(R"((^|/)(oneapi/)?tbb/)"), "tbb"},
      {std::regex("concurrentqueue"), "moodycamel"},
      {std::regex(R"((^|/)nlohmann/)"), "json"},
      {std::regex(R"((^|/)CLI/)"), "cli11"},
      {std::regex(R"((^|/)zlib\.h$)"), "zlib"},
      {std::regex(R"(^(dlfcn\.h|gperftools/))"), "dl"},
  };
  for (const auto& [pattern, name] : libraries) {
    if (std::regex_search(header, pattern)) return name;
  }
  return {};
}

std::string folder_of(const std::string& name) {
  return fs::path(name).parent_path().generic_string();
}

void expect_allowed(const Table& table, const std::string& source, const std::string& included) {
  const std::string room = folder_of(source);
  if (!table.contains(room)) return;
  const std::string other = folder_of(included);
  if (table.contains(other)) {
    EXPECT_TRUE(room == other || table.at(room).rooms.contains(other))
        << source << " includes " << included;
  } else if (const std::string library = library_of(included); !library.empty()) {
    EXPECT_THAT(table.at(room).libraries, Contains(library)) << source << " includes " << included;
  }
}

/// The output of a command.
std::string output_of(const std::string& command) {
  std::FILE* const pipe = ::popen(command.c_str(), "r");
  std::string text;
  std::array<char, 65536> buffer{};
  for (std::size_t count = 1; pipe != nullptr && count > 0;) {
    count = std::fread(buffer.data(), 1, buffer.size(), pipe);
    text.append(buffer.data(), count);
  }
  EXPECT_TRUE(pipe != nullptr && ::pclose(pipe) == 0) << command;
  return text;
}

/// What each object of the rooms included when it was compiled, by the name of its source.
std::map<std::string, Names> includes_of_objects() {
  const std::regex object(R"(^(metrics|storage|engine|tools)/CMakeFiles/[^/]+\.dir/(.+)\.o:.*)");
  std::istringstream lines(output_of("ninja -C '" + kBuild.string() + "' -t deps"));
  std::map<std::string, Names> found;
  std::string source;
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (!line.starts_with(' ')) {
      source = std::regex_match(line, match, object) ? match[1].str() + "/" + match[2].str() : "";
    } else if (!source.empty()) {
      const fs::path path = (kBuild / split(line).front()).lexically_normal();
      const std::string name = path.lexically_relative(kRoot).generic_string();
      found[source].insert(name.starts_with("..") ? path.generic_string() : name);
    }
  }
  return found;
}

TEST(Rooms, EveryFolderWithSourcesIsOneAndReachesOnlyThoseAboveItInTheTable) {
  Names above;
  for (const auto& [name, room] : rows()) {
    if (above.contains(name)) continue;  // an edge that is to be cut
    EXPECT_THAT(room.rooms, IsSubsetOf(above)) << name;
    above.insert(name);
  }
  for (const std::string folder : {"metrics", "storage", "engine", "tools"}) {
    for (const fs::path& file : sources_in(folder)) {
      if (name_of(file).starts_with("tools/precompiled.")) continue;
      EXPECT_TRUE(above.contains(folder_of(name_of(file)))) << file << " is in no room";
    }
  }
}

TEST(Rooms, LibrariesAreUsedWhereTheyBelong) {
  const std::map<std::string, Names> homes = {
      {"tbb", {"engine/workers"}},
      {"cli11", {"tools/program"}},
      {"dl", {"storage/sqlite/checks", "tools/bench"}},
      {"zlib", {"metrics/histogram", "metrics/result"}},
      {"moodycamel", {"metrics/recording", "storage/sqlite/strategy"}},
  };
  for (const auto& [name, room] : rows()) {
    for (const std::string& library : room.libraries) {
      if (!homes.contains(library)) continue;
      EXPECT_THAT(homes.at(library), Contains(name)) << library;
    }
  }
}

TEST(Rooms, IncludeDirectlyWhatTheyMayUse) {
  const Table table = direct_table();
  const std::regex pattern(R"(^#include\s*[<"]([^">]+)[">])");
  for (const auto& [room, unused] : table) {
    for (const auto& entry : fs::directory_iterator(kRoot / room)) {
      if (entry.path().extension() != ".cpp" && entry.path().extension() != ".hpp") continue;
      if (entry.path().filename() == "snippets.cpp") continue;  // programs as text
      for (const std::string& line : lines_of(entry.path())) {
        std::smatch match;
        if (std::regex_search(line, match, pattern)) {
          expect_allowed(table, name_of(entry.path()), match[1]);
        }
      }
    }
  }
}

TEST(Rooms, OnlyHeadersAboutJsonIncludeItsLibrary) {
  for (const std::string folder : {"metrics", "storage", "engine", "tools"}) {
    for (const fs::path& file : files_in(folder, {".hpp"})) {
      const std::string name = file.filename();
      if (name.ends_with("_json.hpp") || name == "json_fields.hpp") continue;
      EXPECT_THAT(read(file), Not(HasSubstr("#include <nlohmann/json.hpp>"))) << file;
    }
  }
}

TEST(Rooms, ObjectsReallyIncludeWhatTheirRoomReaches) {
  const Table table = reached_table();
  const std::map<std::string, Names> objects = includes_of_objects();
  EXPECT_GT(objects.size(), 100U) << "not built with ninja?";
  for (const auto& [source, included] : objects) {
    for (const std::string& each : included) {
      expect_allowed(table, source, each);
    }
  }
}

class WithoutSqlite : public testing::TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(Programs, WithoutSqlite, testing::Values("report", "locks"),
                         [](const auto& program) { return program.param; });

TEST_P(WithoutSqlite, NeedsNoneOfWhatMeasuringTakes) {
  for (const auto& [source, included] : includes_of_objects()) {
    if (!source.starts_with("tools/" + GetParam() + "/")) continue;
    for (const std::string& each : included) {
      const std::string library = library_of(each);
      EXPECT_FALSE(library == "sqlite" || library == "tbb" || library == "moodycamel")
          << source << " includes " << each;
    }
  }
  const std::string linked = output_of("readelf -d '" + (kBuild / GetParam()).string() + "'");
  EXPECT_THAT(linked, HasSubstr("NEEDED"));
  EXPECT_THAT(linked, Not(HasSubstr("sqlite")));
  EXPECT_THAT(linked, Not(HasSubstr("tbb")));
  const std::string link =
      output_of("ninja -C '" + kBuild.string() + "' -t commands " + GetParam() + " | tail -n 1");
  EXPECT_THAT(link, HasSubstr(" -o " + GetParam()));
  EXPECT_THAT(link, Not(HasSubstr("lsqlite")));
  EXPECT_THAT(link, Not(HasSubstr("libsqlite")));
  EXPECT_THAT(link, Not(HasSubstr("tbb")));
}

}  // namespace
}  // namespace walbench::house
