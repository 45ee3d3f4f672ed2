// Silent bugs these tests would catch: a stack's setting that never reaches a connection, or that
// wins over what was asked for; a change that is measured without the stack's settings, so that its
// gain is that of other settings; a stack that reports do not know.

#include "tools/bench/stacks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>

#include "storage/strategies.hpp"
#include "tests/tools/bench/parsed_bench.hpp"
#include "tools/document/stack_words.hpp"

namespace walbench::tools {
namespace {

using engine::ConfigurationPlan;
using std::chrono::milliseconds;
using storage::BeginAxis;
using storage::BusyHandlerAxis;
using storage::Synchronous;

std::string pragmas_of(const ConfigurationPlan& plan) {
  return storage::pragmas_text(plan.settings.pragmas);
}

TEST(Stacks, RailsRetriesEachMillisecondAndBeginsImmediately) {
  const ConfigurationPlan plan = planned("--as rails8");
  EXPECT_EQ(plan.as, "rails8");
  EXPECT_EQ(plan.axes.begin, BeginAxis::immediate);
  EXPECT_EQ(plan.axes.busy_handler, BusyHandlerAxis::constant(milliseconds(1)));
  EXPECT_EQ(plan.settings.synchronous, Synchronous::normal);
  EXPECT_EQ(plan.settings.busy_timeout, milliseconds(5000));
  EXPECT_EQ(pragmas_of(plan),
            "foreign_keys=1+mmap_size=134217728+journal_size_limit=67108864+cache_size=2000");
}

TEST(Stacks, OthersLeaveSynchronousAsSqliteHasIt) {
  for (const char* const stack : {"django", "python", "sqlx"}) {
    const ConfigurationPlan plan = planned(std::string("--as ") + stack);
    EXPECT_EQ(plan.settings.synchronous, Synchronous::full) << stack;
    EXPECT_EQ(plan.axes, storage::Axes()) << stack;
  }
  EXPECT_EQ(planned("--as go-sqlite3").settings.synchronous, Synchronous::normal);
  EXPECT_EQ(planned("--as python").settings.pragmas.size(), 0U);
}

TEST(Stacks, BetterSqliteCountsNoMemory) {
  EXPECT_FALSE(planned("--as better-sqlite3").memory_statistics);
  EXPECT_TRUE(planned("--as better-sqlite3 --memory-statistics on").memory_statistics);
}

TEST(Stacks, WhatIsAskedForWinsOverThem) {
  const ConfigurationPlan plan = planned(
      "--as rails8 --begin deferred --busy-handler sqlite --synchronous full "
      "--busy-timeout 20ms --pragma cache_size=77");
  EXPECT_EQ(plan.axes.begin, BeginAxis::deferred);
  EXPECT_EQ(plan.axes.busy_handler, BusyHandlerAxis::sqlite());
  EXPECT_EQ(plan.settings.synchronous, Synchronous::full);
  EXPECT_EQ(plan.settings.busy_timeout, milliseconds(20));
  EXPECT_EQ(pragmas_of(plan),
            "foreign_keys=1+mmap_size=134217728+journal_size_limit=67108864+cache_size=77");
  EXPECT_EQ(planned("--as python --synchronous normal").settings.synchronous, Synchronous::normal)
      << "although that is the usual value";
  EXPECT_EQ(planned("--as python --pragma synchronous=normal").settings.synchronous,
            Synchronous::normal);
  EXPECT_EQ(planned("--as python --strategy begin-immediate").axes.begin, BeginAxis::immediate);
}

TEST(Stacks, AListOfSettingsIsMeasuredAsItIs) {
  EXPECT_EQ(accepted("--as sqlx --synchronous off,full --threads 1 --profile zero")
                .plan.configurations.size(),
            2U);
}

TEST(Stacks, ChangesAreMeasuredWithTheirSettings) {
  const BenchOptions options = accepted("--as rails8 --threads 10 --profile zero --try all");
  ASSERT_FALSE(options.plan.mitigations.empty());
  for (const engine::MitigationPlan& each : options.plan.mitigations) {
    const ConfigurationPlan& changed = each.mitigation;
    EXPECT_EQ(changed.axes.busy_handler, BusyHandlerAxis::constant(milliseconds(1)))
        << each.info.name;
    EXPECT_EQ(changed.axes.begin, BeginAxis::immediate) << each.info.name;
    EXPECT_EQ(pragmas_of(changed), pragmas_of(each.baseline)) << each.info.name;
    EXPECT_EQ(changed.as, "rails8");
  }
  for (const std::string_view gone : {"begin-immediate"}) {
    EXPECT_TRUE(std::ranges::none_of(
        options.plan.mitigations,
        [&](const engine::MitigationPlan& each) { return each.info.name == gone; }))
        << "it is the baseline already";
  }
}

TEST(Stacks, AnUnknownOneIsRefusedWithTheNamesThereAre) {
  expect_refused({{"--as rails7", "rails8"}, {"--as rails7", "sqlx"}});
}

TEST(Stacks, ReportsHaveWordsForEach) {
  ASSERT_EQ(stacks().size(), stack_words().size());
  for (const Stack& each : stacks()) {
    EXPECT_NE(find_stack_words(each.name), nullptr) << each.name;
  }
}

}  // namespace
}  // namespace walbench::tools
