#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/programs/program.hpp"
#include "tests/support/arguments.hpp"

namespace walbench::programs {

/// A scratch directory with a results folder and a TMPDIR, both empty.
class BenchFixture : public testing::Test {
 protected:
  BenchFixture() {
    std::filesystem::create_directory(results());
    std::filesystem::create_directory(tmpdir());
  }

  std::filesystem::path results() const { return scratch_ / "results"; }
  std::filesystem::path tmpdir() const { return scratch_ / "tmp"; }
  Program::Options options() const { return {.directory = scratch_.path(), .tmpdir = tmpdir()}; }

  Outcome bench(const test_support::Arguments& arguments) const {
    return run_bench(arguments, options());
  }
  /// The first configuration of a new run, in an empty folder.
  nlohmann::json measured(const test_support::Arguments& arguments) const {
    std::filesystem::remove_all(results());
    std::filesystem::create_directory(results());
    const Outcome outcome = bench(arguments);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return only_json()["configurations"][0];
  }

  /// Of a run without mitigations.
  nlohmann::json only_json() const {
    for (const std::string& name : names_in(results())) {
      if (name.ends_with(".json")) return nlohmann::json::parse(read_file(results() / name));
    }
    return {};
  }

  std::vector<std::string> hgrm_files() const {
    std::vector<std::string> paths;
    for (const std::string& name : names_in(results())) {
      if (name.ends_with(".hgrm")) paths.push_back((results() / name).string());
    }
    return paths;
  }

  void expect_nothing_left_over() const {
    EXPECT_THAT(names_in(results()), testing::IsEmpty());
    EXPECT_THAT(names_in(tmpdir()), testing::IsEmpty());
  }

  /// A measurement that failed leaves its record, and nothing else.
  void expect_only_a_failure_recorded() const {
    EXPECT_THAT(names_in(results()),
                testing::UnorderedElementsAre(testing::EndsWith(".failed-1.hgrm"),
                                              testing::MatchesRegex("results-[0-9-]+\\.json")));
    EXPECT_EQ(only_json()["failures"].size(), 1U);
    EXPECT_THAT(names_in(tmpdir()), testing::IsEmpty());
  }

  ScratchDirectory scratch_;
};

/// What bench says of the run itself: all before its last lines.
inline std::string told_by_bench(const std::string& out) {
  const std::size_t end = out.find("\nresults: ");
  EXPECT_NE(end, std::string::npos) << out;
  return out.substr(0, end);
}

}  // namespace walbench::programs
