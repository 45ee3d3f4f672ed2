// Silent bugs these tests would catch: executions that were given up, and a report in which nobody
// sees it; "none failed" told of too few to say so; failures at once told as if waiting helped.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/documents.hpp"
#include "tests/support/example_set.hpp"

namespace walbench::tools {
namespace {

using testing::AllOf;
using testing::AnyOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::string_view kHeading = "Executions of scripts";
constexpr std::string_view kLifecycles = "Lifecycles that lost a race";

class Outcomes : public testing::Test {
 protected:
  Outcomes() {
    metrics::ConfigurationResult& result = set_.runs.front().configurations.front();
    result.planned.workload = "claim";
    result.iterations = 979;
    result.given_up = {.busy = 20, .conflict = 1, .failed = 0};
    result.tries = {900, 60, 40};
    result.failures = {{"claim.sql:4 UPDATE jobs", "busy", 120, 29, 91'000'000'000, 5'000'000'000},
                       {"claim.sql:4 UPDATE jobs", "conflict", 3, 3, 3'000'000, 2'000'000}};
  }

  metrics::ConfigurationResult& result() { return set_.runs.front().configurations.front(); }
  /// The cells of the first row about executions.
  std::vector<std::string> outcomes() const {
    const std::vector<Table> tables = blocks_of<Table>(section());
    std::vector<std::string> cells;
    for (const Cell& cell : tables.at(0).rows.at(0)) {
      cells.push_back(cell.text);
    }
    return cells;
  }
  Section section() const { return section_of(Reported(set_).document, kHeading); }

  metrics::ResultSet set_ = example_set();
};

TEST_F(Outcomes, OfFileLifecyclesAreToldOnlyIfOneLostARace) {
  for (metrics::LoadedRun& run : set_.runs) {
    for (metrics::ConfigurationResult& each : run.configurations) {
      each.planned.workload = metrics::kLifecycle;
      each.given_up = {};
      each.failures.clear();
    }
  }
  const auto headings = [this] {
    std::vector<std::string> told;
    for (const Section& each : Reported(set_).document.sections) {
      told.push_back(each.heading);
    }
    return told;
  };
  EXPECT_THAT(headings(), Not(Contains(AnyOf(StartsWith(kHeading), StartsWith(kLifecycles)))));
  result().failures = {{"start_upload: UPDATE", "busy", 3, 1, 0, 0}};
  EXPECT_THAT(headings(), Contains(StartsWith(kLifecycles))) << "although no file was given up";
}

TEST_F(Outcomes, OfFileLifecyclesStandWithTheirInterval) {
  result().planned.workload = metrics::kLifecycle;
  result().given_up.conflict = 0;
  const Section section = section_of(Reported(set_).document, kLifecycles);
  const std::vector<Table> tables = blocks_of<Table>(section);
  const auto found = std::ranges::find_if(
      tables, [](const Table& each) { return each.caption.starts_with("File lifecycles"); });
  ASSERT_NE(found, tables.end());
  const Table& table = *found;
  ASSERT_EQ(table.rows.size(), 1U);
  EXPECT_EQ(table.rows[0][1].text, "979");
  EXPECT_EQ(table.rows[0][2].text, "2 % (1.2 .. 3.1)");
  EXPECT_EQ(table.rows[0][3].text, "20");
  EXPECT_THAT(sentences_of(section), Contains(HasSubstr("at most 3 attempts for one transaction")));
}

TEST_F(Outcomes, TheShareThatFailedStandsWithItsInterval) {
  EXPECT_THAT(outcomes(), Contains("2.1 % (1.3 .. 3.2)"));
  result().iterations = 3;
  result().given_up = {.busy = 397, .conflict = 0, .failed = 0};
  EXPECT_THAT(outcomes(), Contains("99.2 % (97.8 .. 99.8)"));
  result().iterations = 0;
  EXPECT_THAT(outcomes(), Contains("100 % (99.1 .. 100)"));
  result().iterations = 979;
  result().given_up = {};
  EXPECT_THAT(outcomes(), Contains("0 of 979: at most 1 in 265"));
}

TEST_F(Outcomes, WhatNoTimeoutCuresIsSaid) {
  const std::vector<std::string> said = sentences_of(section());
  EXPECT_THAT(said, Contains(AllOf(HasSubstr("120 attempts met \"database is locked\""),
                                   HasSubstr("29 at once"), HasSubstr("91 after waiting"))));
  EXPECT_THAT(said, Contains(AllOf(HasSubstr("at most 3 attempts"), HasSubstr("100 executions"))));
  const Table failures = blocks_of<Table>(section()).back();
  ASSERT_GE(failures.rows.size(), 2U);
  EXPECT_EQ(failures.rows[0][4].text, "29");
  EXPECT_EQ(failures.rows[1][4].text, "-") << "a conflict waits for nobody";
}

}  // namespace
}  // namespace walbench::tools
