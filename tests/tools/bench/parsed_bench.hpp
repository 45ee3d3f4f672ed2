#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "storage/storage_error.hpp"
#include "tests/support/arguments.hpp"
#include "tools/bench/bench_options.hpp"

namespace walbench::tools {

using test_support::Arguments;

/// Every library is there but `/missing.so`, and none has the WAL-reset bug.
inline LibraryFacts example_library(const std::filesystem::path& file) {
  if (file == "/missing.so") {
    throw storage::StorageError("'/missing.so' is not there", storage::ErrorKind::cannot_open);
  }
  return {file, {"3.99.0", "the id of " + file.string(), {}, false}};
}

/// What these arguments ask for; a failure and an empty configuration if they are refused.
inline BenchOptions accepted(const Arguments& arguments) {
  const auto parsed = parse_bench_options(arguments, example_library);
  if (const auto* const options = std::get_if<BenchOptions>(&parsed)) return *options;
  ADD_FAILURE() << testing::PrintToString(arguments) << ": " << std::get<ParseEnd>(parsed).text;
  BenchOptions none;
  none.plan.configurations.emplace_back();
  return none;
}

/// The first configuration.
inline engine::ConfigurationPlan planned(const Arguments& arguments) {
  return accepted(arguments).plan.configurations.front();
}

/// The text that bench ends with, behind its exit code; `accepted` if it goes on.
inline std::string ending(const Arguments& arguments) {
  const auto parsed = parse_bench_options(arguments, example_library);
  const auto* const end = std::get_if<ParseEnd>(&parsed);
  return end == nullptr ? "accepted" : std::to_string(end->exit_code) + " " + end->text;
}

inline void expect_refused(const std::vector<std::pair<Arguments, std::string>>& cases) {
  for (const auto& [arguments, why] : cases) {
    const std::string end = ending(arguments);
    EXPECT_TRUE(end.starts_with("2 bench: ")) << testing::PrintToString(arguments) << ": " << end;
    EXPECT_NE(end.find(why), std::string::npos)
        << testing::PrintToString(arguments) << " should name '" << why << "': " << end;
    EXPECT_TRUE(end.ends_with("Try --help.\n")) << end;
  }
}

}  // namespace walbench::tools
