// Silent bugs these tests would catch: a figure that is read back as another, or not at all; a row
// that is in no document; repeats pooled by another rule than their row's; a plan that differs
// without a word.

#include "metrics/result/figures.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "metrics/format_error.hpp"
#include "metrics/result/figures_json.hpp"
#include "metrics/result/run_difference.hpp"
#include "tests/support/example_results.hpp"
#include "tests/support/refusal.hpp"

namespace walbench::metrics {
namespace {

using Json = nlohmann::ordered_json;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

/// Another valid value of the same kind.
FigureValue other_value(const FigureValue& value) {
  if (const auto* const flag = std::get_if<bool>(&value)) return !*flag;
  if (const auto* const number = std::get_if<std::int64_t>(&value)) return *number + 1;
  if (const auto* const number = std::get_if<double>(&value)) return *number / 2;
  if (const auto* const text = std::get_if<std::string>(&value)) return *text + "!";
  if (const auto* const list = std::get_if<std::vector<std::int64_t>>(&value)) {
    return std::vector<std::int64_t>(list->size(), 7);
  }
  return std::vector<std::string>{"another"};
}

template <typename Owner>
Owner full();
template <>
ConfigurationResult full() {
  return full_configuration();
}
template <>
Environment full() {
  return full_run().environment;
}
template <>
MitigationInfo full() {
  return example_info("an example");
}

template <>
Stream full() {
  return {{"a role", "a kind", "an outcome"}, 201, 202, 203, {}};
}

template <typename Owner>
std::span<const Figure<Owner>> table();
template <>
std::span<const Figure<ConfigurationResult>> table() {
  return configuration_figures();
}
template <>
std::span<const Figure<Environment>> table() {
  return environment_figures();
}
template <>
std::span<const Figure<MitigationInfo>> table() {
  return mitigation_figures();
}

template <>
std::span<const Figure<Stream>> table() {
  return stream_figures();
}

template <typename Owner>
class FiguresOf : public testing::Test {
 public:
  static Json written(const Owner& owner) {
    Json json;
    write_figures(table<Owner>(), owner, json);
    return json;
  }
  static std::string refusal(const Json& json) {
    Owner owner;
    return test_support::refusal_of<FormatError>(
        [&] { read_figures(table<Owner>(), json, owner); });
  }
  static Json& at(Json& json, std::string_view name) {
    std::string_view leaf = name;
    return object_of(json, leaf)[std::string(leaf)];
  }
};
using Owners = testing::Types<ConfigurationResult, Stream, Environment, MitigationInfo>;
TYPED_TEST_SUITE(FiguresOf, Owners);

TYPED_TEST(FiguresOf, HaveNamesOfTheirOwnAndAMeaning) {
  std::set<std::string_view> names;
  for (const Figure<TypeParam>& row : table<TypeParam>()) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_FALSE(row.meaning.empty()) << row.name;
  }
  EXPECT_GT(names.size(), 5U);
}

// Every figure of the example has a value of its own, so none can be lost or mixed up.
TYPED_TEST(FiguresOf, SurviveTheRoundTripThroughJson) {
  const TypeParam owner = full<TypeParam>();
  const Json json = this->written(owner);
  TypeParam read;
  read_figures(table<TypeParam>(), json, read);
  EXPECT_EQ(this->written(read), json);
  for (const Figure<TypeParam>& row : table<TypeParam>()) {
    EXPECT_EQ(row.value(read), row.value(owner)) << row.name;
  }
}

TYPED_TEST(FiguresOf, AChangeOfOneIsReadBackAsThatChange) {
  for (const Figure<TypeParam>& row : table<TypeParam>()) {
    if (row.set == nullptr) continue;
    TypeParam changed = full<TypeParam>();
    const FigureValue value = other_value(row.value(changed));
    row.set(changed, value);
    if (is_absent(row.value(changed))) continue;  // The flag that the others depend on.
    TypeParam read;
    read_figures(table<TypeParam>(), this->written(changed), read);
    EXPECT_EQ(row.value(read), row.value(changed)) << row.name;
  }
}

TYPED_TEST(FiguresOf, AreRefusedByNameIfMissingOrOfAnotherKind) {
  const Json whole = this->written(full<TypeParam>());
  for (const Figure<TypeParam>& row : table<TypeParam>()) {
    if (row.set == nullptr) continue;
    Json json = whole;
    std::string_view leaf = row.name;
    object_of(json, leaf).erase(std::string(leaf));
    EXPECT_EQ(
        this->refusal(json),
        row.optional ? "accepted" : "its walbench metadata lacks '" + std::string(row.name) + "'");
    const bool is_text = this->at(json = whole, row.name).is_string();
    for (const Json& other : {Json(nullptr), Json::object(), is_text ? Json(1) : Json("1")}) {
      this->at(json = whole, row.name) = other;
      EXPECT_THAT(this->refusal(json), testing::HasSubstr(row.name)) << other;
    }
  }
  for (const Json& other : {Json(7), Json::array(), Json("text")}) {
    EXPECT_NE(this->refusal(other), "accepted") << other;
  }
}

TYPED_TEST(FiguresOf, AreRefusedOutsideTheirRange) {
  const Json whole = this->written(full<TypeParam>());
  for (const Figure<TypeParam>& row : table<TypeParam>()) {
    Json json = whole;
    if (row.set == nullptr || !this->at(json, row.name).is_number()) continue;
    const double below = row.least == 0 ? -1 : row.least == 1 ? 0 : row.least * 2 - row.most;
    for (const Json& absurd : {Json(row.most * 4), Json(1e300), Json(below),
                               Json(std::numeric_limits<std::int64_t>::min())}) {
      this->at(json, row.name) = absurd;
      EXPECT_NE(this->refusal(json), "accepted") << row.name << " = " << absurd;
    }
  }
}

TYPED_TEST(FiguresOf, StandInTheDocumentation) {
  std::ostringstream readme;
  readme << std::ifstream(WALBENCH_SOURCE_DIR "/results/README.md").rdbuf();
  for (const Figure<TypeParam>& row : table<TypeParam>()) {
    const std::string leaf(row.name.substr(row.name.find('.') + 1));
    EXPECT_NE(readme.str().find("`" + leaf + "`"), std::string::npos) << row.name;
  }
}

TEST(Figures, TimesAreExactToTheNanosecond) {
  for (const std::int64_t ns : {1L, 999'999'999L, 8'582'747'781'260L, 21'600'000'000'001L}) {
    ConfigurationResult configuration = full_configuration();
    configuration.elapsed_ns = ns;
    configuration.wal.checkpoint_ns = 3 * ns;
    configuration.wal.checkpoint_longest_ns = configuration.lock_wait_longest_ns = ns;
    Json json;
    write_figures(configuration_figures(), configuration, json);
    ConfigurationResult read;
    read_figures(configuration_figures(), json, read);
    EXPECT_TRUE(read.elapsed_ns == ns && read.wal == configuration.wal &&
                read.lock_wait_longest_ns == ns)
        << ns;
  }
}

TEST(Figures, WhatWasNotMeasuredIsAbsentAndNeverZero) {
  ConfigurationResult configuration = full_configuration();
  configuration.groups = {};
  configuration.ceiling.reset();
  configuration.write_lock.has_timeline = false;
  Json json;
  write_figures(configuration_figures(), configuration, json);
  EXPECT_FALSE(json.contains("groups") || json.contains("ceiling"));
  EXPECT_EQ(json["write_lock"].size(), 6U);
  ConfigurationResult read;
  read_figures(configuration_figures(), json, read);
  EXPECT_EQ(read.groups, GroupsCommitted());
  EXPECT_FALSE(read.ceiling.has_value());
}

TEST(Figures, AreFoundByNameWithOrWithoutTheUnit) {
  EXPECT_EQ(find_figure("elapsed"), find_figure("elapsed_seconds"));
  EXPECT_EQ(find_figure("wal_peak"), find_figure("wal_peak_bytes"));
  ASSERT_NE(find_figure("elapsed"), nullptr);
  EXPECT_EQ(find_figure("no such figure"), nullptr);
  ASSERT_NE(find_dimension("threads"), nullptr);
  EXPECT_EQ(find_dimension("threads")->name, "concurrency");
  EXPECT_EQ(find_dimension(""), nullptr);
  EXPECT_EQ(key_text(*find_dimension("busy-timeout"), full_configuration()), "13ms");
}

TEST(PooledFigures, FollowTheRuleOfTheirRow) {
  const ConfigurationResult one = full_configuration();
  for (const Figure<ConfigurationResult>& row : configuration_figures()) {
    if (row.set == nullptr) continue;
    ConfigurationResult other = one;
    row.set(other, other_value(row.value(other)));
    if (is_absent(row.value(other))) continue;
    ConfigurationResult pooled = one;
    pool_figures(pooled, other);
    const FigureValue a = row.value(one);
    const FigureValue b = row.value(other);
    const FigureValue got = row.value(pooled);
    switch (row.pooling) {
      case Pooling::first: EXPECT_EQ(got, a) << row.name; break;
      case Pooling::last: EXPECT_EQ(got, b) << row.name; break;
      case Pooling::largest: EXPECT_EQ(got, std::max(a, b)) << row.name; break;
      case Pooling::smallest: EXPECT_EQ(got, std::min(a, b)) << row.name; break;
      case Pooling::mean_over_time:
        EXPECT_TRUE(std::min(a, b) < got && got < std::max(a, b)) << row.name;
        break;
      case Pooling::union_of_spans:
        EXPECT_EQ(std::get<Spans>(got), union_of(std::get<Spans>(a), std::get<Spans>(b)));
        break;
      case Pooling::sum:
        if (const auto sum = figure_number(got)) {
          EXPECT_DOUBLE_EQ(*sum, *figure_number(a) + *figure_number(b)) << row.name;
        }
        break;
    }
  }
}

TEST(Spans, ThatOverlapAreOne) {
  EXPECT_EQ(union_of({1, 5}, {9, 12}), (Spans{1, 5, 9, 12}));
  EXPECT_EQ(union_of({9, 12}, {1, 5}), (Spans{1, 5, 9, 12}));
  EXPECT_EQ(union_of({1, 5}, {4, 12}), (Spans{1, 12}));
  EXPECT_EQ(union_of({1, 12}, {4, 5}), (Spans{1, 12}));
  EXPECT_EQ(union_of({1, 5}, {5, 7}), (Spans{1, 5, 5, 7})) << "one after the other";
  EXPECT_EQ(union_of({1, 3, 6, 8}, {2, 7}), (Spans{1, 8}));
}

TEST(PlanDifferences, AreOfEveryRowOfThePlanAndOfNoOther) {
  const ConfigurationResult one = full_configuration();
  EXPECT_THAT(plan_differences(one, one), IsEmpty());
  for (const Figure<ConfigurationResult>& row : configuration_figures()) {
    if (row.set == nullptr) continue;
    ConfigurationResult other = one;
    row.set(other, other_value(row.value(other)));
    const bool planned = row.plan == PlanClass::workload || row.plan == PlanClass::setting;
    const bool identifies = row.plan == PlanClass::identity;
    const std::string name = std::string(row.name) + " (";
    EXPECT_EQ(plan_differences(one, other).size(), planned ? 1U : 0U) << name;
    EXPECT_EQ(identity_differences(one, other).size(), identifies ? 1U : 0U) << name;
    EXPECT_THAT(plan_differences(one, other), testing::Each(StartsWith(name)));
    EXPECT_FALSE(same_facts(one, other)) << name;
  }
}

TEST(PlanDifferences, NameBothValues) {
  ConfigurationResult other = full_configuration();
  other.planned.files = 50'000;
  other.settings.locking_mode.clear();
  EXPECT_THAT(
      plan_differences(full_configuration(), other),
      ElementsAre("file_count (818 and 50000)", "settings.locking_mode (exclusive and none)"));
}

TEST(HostDifferences, AreOfMachineDiskAndBuildAndNotOfLoadAndCosts) {
  const Environment one = full_run().environment;
  std::set<std::string> host;
  for (const Figure<Environment>& row : environment_figures()) {
    if (row.set == nullptr) continue;
    Environment other = one;
    row.set(other, other_value(row.value(other)));
    if (!host_differences(one, other).empty()) host.emplace(row.name);
    EXPECT_EQ(host_differences(one, other).size() + other_differences(one, other).size(),
              row.plan == PlanClass::measured ? 0U : 1U)
        << row.name;
    EXPECT_EQ(environment_digest(one) == environment_digest(other), row.plan == PlanClass::measured)
        << row.name;
  }
  EXPECT_THAT(host, ElementsAre("build_type", "cpu_count", "cpu_governor", "cpu_model",
                                "file_system", "rotates", "sanitizers"));
}

}  // namespace
}  // namespace walbench::metrics
