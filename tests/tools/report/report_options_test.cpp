// Silent bugs these tests would catch: an option that is accepted and not used, so that a histogram
// stays uncorrected, or files that are named and not read.

#include "tools/report/report_options.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace walbench::tools {
namespace {

using namespace std::chrono_literals;
using Arguments = std::vector<std::string>;
using Paths = std::vector<std::filesystem::path>;

template <typename Kind>
Kind parsed_as(const Arguments& arguments) {
  const auto parsed = parse_report_options(arguments);
  const auto* const found = std::get_if<Kind>(&parsed);
  EXPECT_NE(found, nullptr) << testing::PrintToString(arguments);
  return found == nullptr ? Kind() : *found;
}

Paths files(const Arguments& arguments) {
  return parsed_as<ReportFiles>(arguments).paths;
}

ReportValues values(const Arguments& arguments) {
  return parsed_as<ReportValues>(arguments);
}

std::string ending(const Arguments& arguments) {
  const auto parsed = parse_report_options(arguments);
  const auto* const end = std::get_if<ParseEnd>(&parsed);
  return end == nullptr ? "accepted" : std::to_string(end->exit_code) + " " + end->text;
}

TEST(ReportOptions, TakesFilesInTheirOrder) {
  EXPECT_EQ(files({"b.hgrm"}), Paths{"b.hgrm"});
  EXPECT_EQ(files({"b.hgrm", "a.hgrm", "b.hgrm"}), (Paths{"b.hgrm", "a.hgrm", "b.hgrm"}));
  EXPECT_EQ(files({"--", "--odd.hgrm"}), Paths{"--odd.hgrm"});
  EXPECT_EQ(files({"with space,comma.hgrm"}), Paths{"with space,comma.hgrm"});
}

TEST(ReportOptions, DetailsAreAskedForAnywhere) {
  for (const Arguments& arguments :
       {Arguments{"a.hgrm"}, Arguments{"--details", "a.hgrm"}, Arguments{"a.hgrm", "--details"}}) {
    const auto parsed = parse_report_options(arguments);
    const auto* const found = std::get_if<ReportFiles>(&parsed);
    ASSERT_NE(found, nullptr) << testing::PrintToString(arguments);
    EXPECT_EQ(found->paths, Paths{"a.hgrm"}) << testing::PrintToString(arguments);
    EXPECT_EQ(found->details, arguments.size() > 1) << testing::PrintToString(arguments);
  }
}

TEST(ReportOptions, TakesAColumnOfValues) {
  const ReportValues from_file = values({"--values", "in.txt", "--hgrm", "out.hgrm"});
  EXPECT_EQ(from_file.source, "in.txt");
  EXPECT_EQ(from_file.target, "out.hgrm");
  EXPECT_EQ(from_file.expected_interval, 0ns);
  EXPECT_EQ(values({"--hgrm", "out.hgrm", "--values", "-"}).source, "-");
  EXPECT_EQ(
      values({"--values", "-", "--hgrm", "o", "--expected-interval", "10ms"}).expected_interval,
      10ms);
}

TEST(ReportOptions, ComparesWhatStandsBeforeWithWhatStandsBehind) {
  const ReportCompare compare = parsed_as<ReportCompare>(
      {"--compare", "a", "b", "--with", "c", "--force", "--fail-if", "lock_wait.p99>+10%",
       "--fail-if", "transitions_per_second<-5%", "--format", "json"});
  EXPECT_EQ(compare.base, (Paths{"a", "b"}));
  EXPECT_EQ(compare.with, Paths{"c"});
  EXPECT_TRUE(compare.force);
  ASSERT_EQ(compare.limits.size(), 2U);
  EXPECT_EQ(compare.limits[0].name, "lock_wait.p99>+10%");
  EXPECT_EQ(compare.limits[1].name, "transitions_per_second<-5%");
  EXPECT_EQ(compare.format, ReportFormat::json);
  EXPECT_FALSE(parsed_as<ReportCompare>({"--compare", "a", "--with", "c"}).force);
}

TEST(ReportOptions, FixedLimitsNeedNoComparison) {
  const ReportFiles files = parsed_as<ReportFiles>({"a", "--fail-if", "p99>5ms"});
  ASSERT_EQ(files.limits.size(), 1U);
  EXPECT_EQ(files.limits[0].name, "p99>5ms");
}

TEST(ReportOptions, MergesIntoTheFirstWhatFollows) {
  const ReportMerge merge = parsed_as<ReportMerge>({"--merge", "out", "a", "b"});
  EXPECT_EQ(merge.target, "out");
  EXPECT_EQ(merge.paths, (Paths{"a", "b"}));
}

TEST(ReportOptions, TakesAFormatAPlotOrAPage) {
  EXPECT_EQ(parsed_as<ReportFiles>({"a"}).format, ReportFormat::table);
  EXPECT_EQ(parsed_as<ReportFiles>({"a", "--format", "table"}).format, ReportFormat::table);
  EXPECT_EQ(parsed_as<ReportFiles>({"a", "--format", "markdown"}).format, ReportFormat::markdown);
  EXPECT_EQ(parsed_as<ReportFiles>({"a", "--format", "json"}).format, ReportFormat::json);
  EXPECT_EQ(parsed_as<ReportFiles>({"a", "--format=csv"}).format, ReportFormat::csv);
  EXPECT_TRUE(parsed_as<ReportFiles>({"--plot", "a"}).plot);
  EXPECT_FALSE(parsed_as<ReportFiles>({"a"}).plot);
  EXPECT_EQ(parsed_as<ReportFiles>({"--html", "out", "a"}).html, "out");
  EXPECT_EQ(parsed_as<ReportFiles>({"--html", "out", "a"}).paths, Paths{"a"});
  EXPECT_FALSE(parsed_as<ReportFiles>({"a"}).html.has_value());
}

TEST(ReportOptions, RefusesWhatDoesNotGoTogether) {
  const std::vector<std::pair<Arguments, std::string>> cases = {
      {{}, "no files"},
      {{"--values", "in.txt"}, "--values FILE needs --hgrm OUT"},
      {{"--hgrm", "out.hgrm"}, "needs interval logs"},
      {{"--values", "in.txt", "--hgrm", "out.hgrm", "a.hgrm"}, "takes no further files"},
      {{"a.hgrm", "--expected-interval", "1s"}, "--expected-interval needs"},
      {{"--expected-interval", "1s"}, "--expected-interval needs"},
      {{"--details"}, "no files"},
      {{"--values", "in", "--hgrm", "out", "--expected-interval", "5"}, "has no unit"},
      {{"--values", "in", "--hgrm", "out", "--expected-interval=-5s"}, "is negative"},
      {{"--values", "in", "--values", "in2", "--hgrm", "out"}, "--values"},
      {{"--values"}, "--values"},
      {{"--nonsense", "a.hgrm"}, "--nonsense"},
      {{"a", "--start", "5s", "--end", "5s"}, "--end must be later than --start"},
      {{"a", "--unit", "min"}, "'min' is not one of ns, us, ms, s"},
      {{"a", "--interval", "0"}, "is shorter than 1ms"},
      {{"a", "--percentiles", "50,101"}, "'101' is not a percentile"},
      {{"a", "--percentiles", "50,50"}, "named twice"},
      {{"--merge", "out", "a", "--unit", "us"}, "cannot be combined with --values or --merge"},
      {{"a", "--hgrm", "out", "--percentiles", "50"}, "cannot be combined with --hgrm"},
      {{"--compare", "a"}, "need each other"},
      {{"--with", "a"}, "need each other"},
      {{"--compare", "a", "--with", "b", "--fail-if", "lock_wait"}, "lock_wait"},
      {{"a", "--fail-if", "lock_wait.p99>+1%"}, "--fail-if with a change in percent needs"},
      {{"--merge", "out", "a", "--fail-if", "p99>1s"}, "--fail-if cannot be combined"},
      {{"a", "--force"}, "--force needs"},
      {{"--merge", "out"}, "no files to merge"},
      {{"--merge", "out", "a", "--html", "page"}, "choose one"},
      {{"--compare", "a", "--with", "b", "--html", "page"}, "choose one"},
      {{"--html", "page"}, "no files"},
      {{"--html", "page", "a", "--format", "csv"}, "--format cannot be combined with"},
      {{"--html", "page", "a", "--plot"}, "--details and --plot cannot be combined"},
      {{"a", "--plot", "--format", "csv"}, "--plot needs --format table"},
      {{"a", "--html", ""}, "--html is given an empty value"},
      {{"a", "--merge="}, "--merge"},
      {{"a", "--format", ""}, "--format is given an empty value"},
      {{"a", ""}, "FILES is given an empty value"},
      {{"a", "--format", "xml"}, "'xml' is not one of table, markdown, json, csv"},
  };
  for (const auto& [arguments, why] : cases) {
    const std::string end = ending(arguments);
    EXPECT_TRUE(end.starts_with("2 report: ")) << testing::PrintToString(arguments) << ": " << end;
    EXPECT_NE(end.find(why), std::string::npos) << testing::PrintToString(arguments) << ": " << end;
    EXPECT_TRUE(end.ends_with("Try --help.\n")) << end;
  }
}

TEST(ReportOptions, ARefusalCannotSteerTheTerminal) {
  const std::string end = ending({"--\x1b[31m"});
  EXPECT_TRUE(end.starts_with("2 ")) << end;
  EXPECT_EQ(end.find('\x1b'), std::string::npos);
}

TEST(ReportOptions, HelpNamesEveryFlagAndExitCode) {
  const std::string help = ending({"--help"});
  EXPECT_TRUE(help.starts_with("0 ")) << help;
  for (const char* const text : {"FILES",     "--values",  "--hgrm",    "--expected-interval",
                                 "--details", "--version", "--help",    "--format",
                                 "--plot",    "--html",    "--compare", "--with",
                                 "--fail-if", "--force",   "--merge",   "\n  0  ",
                                 "\n  1  ",   "\n  2  ",   "\n  3  ",   "\n  130  "}) {
    EXPECT_NE(help.find(text), std::string::npos) << text;
  }
}

TEST(ReportOptions, VersionIsALine) {
  const std::string version = ending({"--version"});
  EXPECT_TRUE(version.starts_with("0 report (walbench) ")) << version;
  EXPECT_TRUE(version.ends_with("\n"));
}

}  // namespace
}  // namespace walbench::tools
