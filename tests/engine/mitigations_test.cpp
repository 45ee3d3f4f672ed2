// Silent bugs these tests would catch: a mitigation that is measured with axes which its name does
// not mean, or that cannot be opened; a recommendation that could name one with a risk to data; a
// table with an empty cell where a cost or a risk belongs.

#include "engine/mitigations.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace walbench::engine {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> names_of(const std::vector<Mitigation>& mitigations) {
  std::vector<std::string> names;
  for (const Mitigation& each : mitigations) {
    names.push_back(each.info.name);
  }
  return names;
}

TEST(Mitigations, NamesAreUnique) {
  const std::vector<std::string> names = names_of(all_mitigations());
  EXPECT_FALSE(names.empty());
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), names.size());
}

TEST(Mitigations, EverythingIsSaidOfEachInASingleLine) {
  for (const auto& [info, axes] : all_mitigations()) {
    for (const std::string& words : {info.name, info.description, info.cost, info.risk}) {
      EXPECT_FALSE(words.empty()) << info.name;
      EXPECT_EQ(words.find('\n'), std::string::npos) << words;
      EXPECT_EQ(words.find("  "), std::string::npos) << words;
      EXPECT_FALSE(words.starts_with(' ') || words.ends_with(' ')) << words;
    }
  }
}

TEST(Mitigations, ComeFromTheSimplestToTheMostInvolved) {
  std::int64_t last = 1;
  for (const auto& [info, axes] : all_mitigations()) {
    EXPECT_GE(info.effort, last) << info.name;
    last = info.effort;
  }
}

TEST(Mitigations, AreAxesThatCanBeOpenedAndAreNotTheBaseline) {
  for (const auto& [info, axes] : all_mitigations()) {
    EXPECT_EQ(storage::contradiction(axes), std::nullopt) << info.name;
    EXPECT_NE(axes, storage::kStrategies.front().axes) << info.name << " changes nothing";
  }
}

TEST(Mitigations, AStrategyOfTheSameNameHasTheSameAxes) {
  for (const auto& [info, axes] : all_mitigations()) {
    const std::optional<storage::Strategy> strategy = storage::find_strategy(info.name);
    if (info.name == "select-guard") {
      EXPECT_FALSE(strategy.has_value());
      EXPECT_EQ(axes, (storage::Axes{.guard = storage::GuardAxis::select}));
      continue;
    }
    ASSERT_TRUE(strategy.has_value()) << info.name;
    EXPECT_EQ(axes, strategy->axes) << info.name;
  }
}

TEST(Mitigations, EveryStrategyButTheBaselineIsOne) {
  for (const storage::Strategy& strategy : storage::kStrategies) {
    const std::size_t expected = strategy.name == storage::kStrategies.front().name ? 0 : 1;
    EXPECT_EQ(
        testing::Value(names_of(all_mitigations()), testing::Contains(std::string(strategy.name))),
        expected == 1)
        << strategy.name;
  }
}

TEST(Mitigations, WhatRisksDataIsNeverRecommended) {
  for (const auto& [info, axes] : all_mitigations()) {
    const bool risky = info.name == "batch" || info.name == "select-guard";
    EXPECT_EQ(info.recommendable, !risky) << info.name;
    EXPECT_EQ(info.risk.starts_with("none to data"), !risky) << info.name << ": " << info.risk;
    if (axes.batch > 1) {
      EXPECT_FALSE(info.recommendable) << info.name;
      EXPECT_NE(info.risk.find("up to " + std::to_string(axes.batch - 1)), std::string::npos);
      EXPECT_NE(info.description.find(std::to_string(axes.batch)), std::string::npos);
    }
  }
}

TEST(Mitigations, EachIsFoundByItsNameAlone) {
  for (const auto& [info, axes] : all_mitigations()) {
    if (info.name == "reduced-guards") continue;
    const std::vector<Mitigation> found = find_mitigations(info.name);
    ASSERT_EQ(found.size(), 1U) << info.name;
    EXPECT_EQ(found.front().info, info);
    EXPECT_EQ(found.front().axes, axes);
  }
}

TEST(Mitigations, ReducedGuardsBringTheSelectGuardWithThem) {
  EXPECT_THAT(names_of(find_mitigations("reduced-guards")),
              ElementsAre("reduced-guards", "select-guard"));
}

TEST(Mitigations, AnUnknownNameFindsNothing) {
  for (const char* const name : {"", "all", "per-file", "reduced_guards", "batch:10", "batc"}) {
    EXPECT_THAT(names_of(find_mitigations(name)), IsEmpty()) << name;
  }
}

}  // namespace
}  // namespace walbench::engine
