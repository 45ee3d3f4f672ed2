// Silent bugs these tests would catch: a mitigation's file that comes back as its baseline's, so
// that before and after change places; repeats read in another order, which pairs what was not
// measured in turn; a crafted file that ends the program instead of being refused.

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "metrics/format_error.hpp"
#include "metrics/publish/result_json.hpp"
#include "metrics/result/hgrm_metadata.hpp"
#include "tests/support/example_results.hpp"
#include "tests/support/refusal.hpp"

namespace walbench::metrics {
namespace {

using Json = nlohmann::json;

MitigationResult example_mitigation() {
  return {example_info("shared-connection", 7),
          repeated("per-file", {{2'000'000'001, 1000}, {2'000'000'002, 1001}, {3, 900}}),
          repeated("shared-connection", {{1'000'000'001, 500}, {1'000'000'002, 501}, {4, 450}})};
}

std::string metadata_of(bool baseline, Segment segment = Segment::fsm_net) {
  return hgrm_metadata(full_run(), example_mitigation(), baseline, segment);
}

std::string refusal(const Json& json) {
  return test_support::refusal_of<FormatError>([&] { return parse_hgrm_metadata(json.dump()); });
}

TEST(MitigationRole, SurvivesTheRoundTrip) {
  for (const bool baseline : {true, false}) {
    const std::string text = metadata_of(baseline);
    EXPECT_EQ(text.find('\n'), std::string::npos);
    const HgrmMetadata read = parse_hgrm_metadata(text);
    ASSERT_TRUE(read.role.has_value());
    EXPECT_EQ(read.role->info, example_info("shared-connection", 7));
    EXPECT_EQ(read.role->is_baseline, baseline);
    EXPECT_EQ(read.configuration.planned.strategy, baseline ? "per-file" : "shared-connection");
    EXPECT_EQ(read.configuration.repeats, 3);
  }
}

TEST(MitigationRole, WhatNobodyShouldBeTalkedIntoStaysSo) {
  MitigationResult mitigation = example_mitigation();
  mitigation.info.recommendable = false;
  const std::string text = hgrm_metadata(full_run(), mitigation, true, Segment::fsm_net);
  const HgrmMetadata read = parse_hgrm_metadata(text);
  ASSERT_TRUE(read.role.has_value());
  EXPECT_EQ(read.role->info, mitigation.info);
}

TEST(MitigationRole, HasTheFiguresOfItsSegmentInEveryRepeat) {
  const HgrmMetadata read = parse_hgrm_metadata(metadata_of(false));
  ASSERT_TRUE(read.role.has_value());
  const std::vector<RepeatFigures>& repeats = read.role->repeats;
  ASSERT_EQ(repeats.size(), 3U);
  EXPECT_EQ(repeats[0].elapsed_ns, 1'000'000'001);
  EXPECT_EQ(repeats[1].elapsed_ns, 1'000'000'002);
  EXPECT_EQ(repeats[2].elapsed_ns, 4);
  for (std::size_t index = 0; index < repeats.size(); ++index) {
    const std::vector<std::int64_t> p95 = {500, 501, 450};
    ASSERT_EQ(repeats.at(index).segments.size(), 1U);
    const SegmentFigures& figures = repeats.at(index).segments.front();
    EXPECT_EQ(figures.segment, Segment::fsm_net);
    EXPECT_EQ(figures.p95_ns, p95.at(index));
    EXPECT_EQ(figures.p99_ns, 2 * p95.at(index));
    EXPECT_EQ(figures.p999_ns, 3 * p95.at(index));
    EXPECT_EQ(figures.max_ns, 4 * p95.at(index));
  }
}

TEST(MitigationRole, ASegmentThatNoRepeatHadHasNoFigures) {
  const HgrmMetadata read = parse_hgrm_metadata(metadata_of(true, Segment::commit));
  ASSERT_TRUE(read.role.has_value());
  ASSERT_EQ(read.role->repeats.size(), 3U);
  for (const RepeatFigures& repeat : read.role->repeats) {
    EXPECT_TRUE(repeat.segments.empty());
    EXPECT_GT(repeat.elapsed_ns, 0);
  }
}

TEST(MitigationRole, IsRefusedWhereAFieldIsMissingOrOfAnotherType) {
  const Json whole = Json::parse(metadata_of(true));
  for (const char* const name : {"name", "kind", "description", "cost", "risk", "effort",
                                 "recommendable", "side", "repeats"}) {
    Json json = whole;
    json["mitigation"].erase(name);
    EXPECT_EQ(refusal(json), "its walbench metadata lacks '" + std::string(name) + "'");
    for (const Json& other : {Json(nullptr), Json::object(), Json(-1), Json(1e300), Json({7})}) {
      json["mitigation"][name] = other;
      EXPECT_NE(refusal(json), "accepted") << name << " = " << other;
    }
  }
}

TEST(MitigationRole, IsRefusedWhereItIsNoObject) {
  Json json = Json::parse(metadata_of(true));
  for (const Json& other : {Json(nullptr), Json::array(), Json("text"), Json(1), Json(true)}) {
    json["mitigation"] = other;
    EXPECT_NE(refusal(json), "accepted") << other;
  }
}

TEST(MitigationRole, HasOneOfTwoSides) {
  Json json = Json::parse(metadata_of(true));
  for (const char* const side : {"", "Baseline", "baseline ", "after"}) {
    json["mitigation"]["side"] = side;
    EXPECT_EQ(refusal(json), "its walbench metadata has a 'side' that is neither") << side;
  }
}

TEST(MitigationRole, IsRefusedWithoutAnyRepeat) {
  Json json = Json::parse(metadata_of(true));
  json["mitigation"]["repeats"] = Json::array();
  EXPECT_EQ(refusal(json), "its walbench metadata has no 'repeats'");
}

TEST(MitigationRole, IsRefusedWhereARepeatIsOfNoTimeOrIncomplete) {
  const Json whole = Json::parse(metadata_of(true));
  const Json::json_pointer repeat("/mitigation/repeats/1");
  for (const char* const name : {"elapsed_ns", "p99_ns", "p999_ns", "max_ns"}) {
    Json json = whole;
    json.at(repeat).erase(name);
    EXPECT_EQ(refusal(json), "its walbench metadata lacks '" + std::string(name) + "'");
  }
  for (const char* const name : {"elapsed_ns", "p95_ns", "p99_ns", "p999_ns", "max_ns"}) {
    for (const Json& absurd : {Json(-1), Json(1.5), Json("1"), Json(nullptr),
                               Json(std::numeric_limits<std::int64_t>::max())}) {
      Json json = whole;
      json.at(repeat)[name] = absurd;
      EXPECT_NE(refusal(json), "accepted") << name << " = " << absurd;
    }
  }
  Json json = whole;
  json.at(repeat)["elapsed_ns"] = 0;
  EXPECT_EQ(refusal(json), "its walbench metadata has 'elapsed_ns' of none");
  for (const Json& other : {Json(nullptr), Json(7), Json("text"), Json::array()}) {
    json.at(repeat) = other;
    EXPECT_NE(refusal(json), "accepted") << other;
  }
}

}  // namespace
}  // namespace walbench::metrics
