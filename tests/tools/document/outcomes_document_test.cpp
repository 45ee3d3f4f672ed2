// Silent bugs these tests would catch: executions that were given up, and a report in which nobody
// sees it; "none failed" told of too few to say so; failures at once told as if waiting helped.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/support/documents.hpp"
#include "tests/support/example_set.hpp"

namespace walbench::tools {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view kHeading = "Executions of scripts";

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

TEST_F(Outcomes, OfFileLifecyclesThereAreNone) {
  for (metrics::LoadedRun& run : set_.runs) {
    for (metrics::ConfigurationResult& each : run.configurations) {
      each.planned.workload = metrics::kLifecycle;
    }
  }
  const Reported reported(set_);
  for (const Section& each : reported.document.sections) {
    EXPECT_FALSE(each.heading.starts_with(kHeading));
  }
}

TEST_F(Outcomes, TheShareThatFailedStandsWithItsInterval) {
  EXPECT_THAT(outcomes(), Contains("2.1 % (1.3 .. 3.2)"));
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
