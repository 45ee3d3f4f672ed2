// Would catch: a duration or a format that is accepted and not used; a second database that is
// dropped without a word.

#include "tools/locks/locks_options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace walbench::tools {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using Arguments = std::vector<std::string>;

LocksOptions options(const Arguments& arguments) {
  const auto parsed = parse_locks_options(arguments);
  const auto* const found = std::get_if<LocksOptions>(&parsed);
  EXPECT_NE(found, nullptr) << testing::PrintToString(arguments);
  return found == nullptr ? LocksOptions() : *found;
}

std::string refusal(const Arguments& arguments) {
  const auto parsed = parse_locks_options(arguments);
  const auto* const end = std::get_if<ParseEnd>(&parsed);
  if (end == nullptr) return "accepted";
  EXPECT_EQ(end->exit_code, 2) << testing::PrintToString(arguments);
  return end->text;
}

TEST(LocksOptions, LookOnceByDefault) {
  EXPECT_EQ(options({"app.db"}).database, "app.db");
  EXPECT_EQ(options({"app.db"}).duration, std::nullopt);
  EXPECT_EQ(options({"app.db"}).format, PrintFormat::table);
}

TEST(LocksOptions, TakeADurationAndAFormatAnywhere) {
  EXPECT_EQ(options({"--for", "10s", "app.db"}).duration, 10s);
  EXPECT_EQ(options({"app.db", "--for=250ms"}).duration, 250ms);
  EXPECT_EQ(options({"app.db", "--format", "markdown"}).format, PrintFormat::markdown);
  EXPECT_EQ(options({"--format", "json", "app.db"}).format, PrintFormat::json);
}

TEST(LocksOptions, RefuseWhatCannotBeMeant) {
  EXPECT_THAT(refusal({}), HasSubstr("no database"));
  EXPECT_THAT(refusal({"a.db", "b.db"}), HasSubstr("b.db"));
  EXPECT_THAT(refusal({"a.db", "--for", "10"}), HasSubstr("--for: '10' has no unit"));
  EXPECT_THAT(refusal({"a.db", "--for", "0"}), HasSubstr("--for"));
  EXPECT_THAT(refusal({"a.db", "--format", "csv"}), HasSubstr("--format: 'csv' is not one of"));
  EXPECT_THAT(refusal({"a.db", "--wait"}), HasSubstr("--wait"));
}

}  // namespace
}  // namespace walbench::tools
