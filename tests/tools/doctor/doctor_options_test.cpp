// Would catch: a file to judge that is dropped without a word.

#include "tools/doctor/doctor_options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace walbench::tools {
namespace {

using testing::HasSubstr;
using Arguments = std::vector<std::string>;

DoctorOptions options(const Arguments& arguments) {
  const auto parsed = parse_doctor_options(arguments);
  const auto* const found = std::get_if<DoctorOptions>(&parsed);
  EXPECT_NE(found, nullptr) << testing::PrintToString(arguments);
  return found == nullptr ? DoctorOptions() : *found;
}

std::string refusal(const Arguments& arguments) {
  const auto parsed = parse_doctor_options(arguments);
  const auto* const end = std::get_if<ParseEnd>(&parsed);
  if (end == nullptr) return "accepted";
  EXPECT_EQ(end->exit_code, 2) << testing::PrintToString(arguments);
  return end->text;
}

TEST(DoctorOptionsTest, CheckThisFolderAndTheLoadedSqliteByDefault) {
  EXPECT_EQ(options({}).path, ".");
  EXPECT_EQ(options({}).application, "");
  EXPECT_EQ(options({}).library, "");
  EXPECT_EQ(options({}).format, PrintFormat::table);
}

TEST(DoctorOptionsTest, NameAPathAndTheSqliteToJudge) {
  EXPECT_EQ(options({"app.db", "--of", "app.node"}).path, "app.db");
  EXPECT_EQ(options({"--of=app.node"}).application, "app.node");
  EXPECT_EQ(options({"--library", "lib.so", "/srv"}).library, "lib.so");
  EXPECT_EQ(options({"--format", "json"}).format, PrintFormat::json);
}

TEST(DoctorOptionsTest, RefuseWhatCannotBeMeant) {
  EXPECT_THAT(refusal({"a", "b"}), HasSubstr("b"));
  EXPECT_THAT(refusal({"--of", "a", "--library", "b"}), HasSubstr("name one of them"));
  EXPECT_THAT(refusal({"--format", "csv"}), HasSubstr("--format: 'csv' is not one of"));
}

}  // namespace
}  // namespace walbench::tools
