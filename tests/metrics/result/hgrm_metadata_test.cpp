// Silent bugs these tests would catch: a field that `report` reads back as something else, or takes
// for granted; somebody else's file that ends the program instead of being refused; another
// version's file that is read as if it were this one's.

#include "metrics/result/hgrm_metadata.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "metrics/format_error.hpp"
#include "metrics/result/figures.hpp"
#include "tests/support/example_results.hpp"
#include "tests/support/refusal.hpp"

namespace walbench::metrics {
namespace {

using Json = nlohmann::json;

Json metadata() {
  const RunResult run = full_run();
  return Json::parse(hgrm_metadata(run, run.configurations.front(), Segment::commit));
}

std::string refusal(const std::string& text) {
  return test_support::refusal_of<FormatError>([&] { return parse_hgrm_metadata(text); });
}

// What was read, written again, must be the same text: of a configuration in which every field has
// its own value, none can then have been lost or mixed up.
TEST(HgrmMetadata, EveryFieldSurvivesTheRoundTrip) {
  RunResult run = full_run();
  run.configurations.front().main.segments.clear();
  const std::string text = hgrm_metadata(run, run.configurations.front(), Segment::commit);
  const HgrmMetadata read = parse_hgrm_metadata(text);
  EXPECT_EQ(read.run_id, run.run_id);
  EXPECT_EQ(read.timestamp, run.timestamp);
  EXPECT_EQ(read.environment_digest, environment_digest(run.environment));
  EXPECT_EQ(read.segment, Segment::commit);
  EXPECT_FALSE(read.role.has_value());
  EXPECT_TRUE(read.configuration.main.segments.empty());
  EXPECT_TRUE(same_facts(read.configuration, run.configurations.front()));
  EXPECT_EQ(hgrm_metadata(run, read.configuration, Segment::commit), text);
}

TEST(ParseHgrmMetadata, RefusesAnotherSchemaVersionWithARemedy) {
  for (const int version : {kSchemaVersion - 1, kSchemaVersion + 1}) {
    Json json = metadata();
    json["schema_version"] = version;
    EXPECT_NE(refusal(json.dump()).find("use the walbench that wrote the file"), std::string::npos);
  }
}

// Figures have a test of their own; these are the rest.
TEST(ParseHgrmMetadata, RefusesHeadsAndListsThatAreMissingOrOfAnotherKind) {
  for (const char* const name : {"run_id", "instance", "timestamp", "environment_digest", "segment",
                                 "unit", "planned_limits"}) {
    Json json = metadata();
    json.erase(name);
    EXPECT_EQ(refusal(json.dump()), "its walbench metadata lacks '" + std::string(name) + "'");
    for (const Json& other : {Json(7), Json::array({7}), Json(nullptr)}) {
      json[name] = other;
      EXPECT_NE(refusal(json.dump()), "accepted") << name << " = " << other;
    }
  }
  Json json = metadata();
  json["planned_limits"] = {"elapsed>5s", "elapsed"};
  EXPECT_TRUE(
      refusal(json.dump())
          .starts_with(
              "its walbench metadata has 'planned_limits' with something else: limit 'elapsed': "))
      << refusal(json.dump());
  json = metadata();
  json["unit"] = "ms";
  EXPECT_EQ(refusal(json.dump()), "its walbench metadata has a unit other than ns");
}

TEST(ParseHgrmMetadata, RefusesWhatIsNoObject) {
  const std::string nested(100'000, '[');
  for (const std::string& text :
       {std::string(), std::string("{"), std::string("[]"), std::string("7"), std::string("null"),
        std::string("\"text\""), std::string("{}{}"), std::string("{\"a\":\xff}"), nested,
        nested + std::string(100'000, ']'), "{\"a\":" + nested + std::string(100'000, ']') + "}"}) {
    EXPECT_NE(refusal(text), "accepted") << text.substr(0, 20);
    EXPECT_THROW(static_cast<void>(is_values_metadata(text)), FormatError) << text.substr(0, 20);
  }
}

TEST(ValuesMetadata, IsToldFromAConfigurations) {
  EXPECT_TRUE(is_values_metadata(values_metadata("latencies.txt")));
  EXPECT_FALSE(is_values_metadata(metadata().dump()));
  EXPECT_FALSE(parse_unless_values(values_metadata("latencies.txt")).has_value());
  EXPECT_EQ(parse_unless_values(metadata().dump()).value().run_id,
            parse_hgrm_metadata(metadata().dump()).run_id);
  EXPECT_EQ(Json::parse(values_metadata("a \"b\"\n.txt"))["source"], "a \"b\"\n.txt");
  EXPECT_EQ(values_metadata("a\nb").find('\n'), std::string::npos);
  EXPECT_EQ(refusal(values_metadata("x")), "its walbench metadata lacks 'run_id'");
}

}  // namespace
}  // namespace walbench::metrics
