// Would catch: a format that is accepted and not written; a page that is half there, or took the
// place of a good one, where it could not be written whole; figures that differ between formats.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/programs/program.hpp"

namespace walbench::programs {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

class FormatsTest : public testing::Test {
 protected:
  FormatsTest() {
    std::filesystem::create_directory(results());
    const Outcome bench = run_bench({"--threads", "1,2", "--profile", "zero", "--files", "30",
                                     "--interval", "10ms", "--results", results().string()});
    EXPECT_EQ(bench.exit_code, 0) << bench.err;
  }
  std::filesystem::path results() const { return scratch_ / "results"; }
  std::filesystem::path page() const { return scratch_ / "page.html"; }

  /// What is told of the folder with these options before it.
  Outcome report(std::vector<std::string> options) const {
    options.push_back(results().string());
    return run_report(options);
  }

  ScratchDirectory scratch_;
};

TEST_F(FormatsTest, TellTheSameFigures) {
  const Outcome json_text = report({"--format", "json"});
  ASSERT_EQ(json_text.exit_code, 0) << json_text.err;
  const auto json = nlohmann::json::parse(json_text.out);
  ASSERT_EQ(json["runs"].size(), 1U);
  ASSERT_EQ(json["interval_logs"].size(), 2U);
  const auto& configuration = json["runs"][0]["configurations"][1];
  const auto p99 = configuration["segments"]["fsm_net_ms"]["p99"].get<double>();

  const Outcome csv = report({"--format", "csv"});
  ASSERT_EQ(csv.exit_code, 0) << csv.err;
  EXPECT_THAT(csv.out, HasSubstr(fmt::format("2,zero,per-file,fsm_net,p99,{:.9g},ms,30\n", p99)));

  const Outcome markdown = report({"--format", "markdown"});
  ASSERT_EQ(markdown.exit_code, 0) << markdown.err;
  EXPECT_THAT(markdown.out,
              StartsWith("# walbench run " + json["runs"][0]["run_id"].get<std::string>()));
  EXPECT_THAT(markdown.out, HasSubstr("| c=2 zero per-file |"));
}

TEST_F(FormatsTest, APageIsWrittenAndNothingIsPrinted) {
  const Outcome told = report({"--html", page().string()});
  EXPECT_EQ(told.exit_code, 0) << told.err;
  EXPECT_THAT(told.out, IsEmpty());
  EXPECT_THAT(told.err, IsEmpty());
  const std::string html = read_file(page());
  EXPECT_TRUE(html.starts_with("<!DOCTYPE html>"));
  EXPECT_TRUE(html.ends_with("</html>\n"));
  EXPECT_NE(html.find("c=2 zero per-file"), std::string::npos);
}

TEST_F(FormatsTest, APageTellsOfFilesThatCouldNotBeUsed) {
  write_file(results() / "bad.hgrm", "no histogram");
  const Outcome told = report({"--html", page().string()});
  EXPECT_EQ(told.exit_code, 3);
  EXPECT_THAT(told.err, HasSubstr("bad.hgrm: "));
  EXPECT_NE(read_file(page()).find("Files that could not be used"), std::string::npos);
}

TEST_F(FormatsTest, APageThatCannotBeWrittenLeavesTheOldOneAlone) {
  write_file(page(), "the old one");
  const Outcome told = run_report({"--html", page().string(), results().string()},
                                  {.limits = {{RLIMIT_FSIZE, 1000}}});
  EXPECT_EQ(told.exit_code, 3);
  EXPECT_THAT(told.err, HasSubstr("page.html"));
  EXPECT_EQ(read_file(page()), "the old one");
  EXPECT_EQ(names_in(scratch_.path()), (std::vector<std::string>{"page.html", "results"}));
}

TEST_F(FormatsTest, APageDestroysNothingButAnOlderPage) {
  ASSERT_EQ(report({"--html", page().string()}).exit_code, 0);
  EXPECT_EQ(report({"--html", page().string()}).exit_code, 0) << "a page may be made anew";
  std::string measured;
  for (const std::string& name : names_in(results())) {
    if (name.ends_with(".fsm_net_ms.hgrm")) measured = (results() / name).string();
  }
  const std::string before = read_file(measured);
  for (const Outcome& told :
       {report({"--html", measured}), run_report({"--html", measured, page().string()}),
        run_report({"--values", page().string(), "--hgrm", measured})}) {
    EXPECT_EQ(told.exit_code, 3);
    EXPECT_THAT(told.err, HasSubstr("name another"));
    EXPECT_EQ(read_file(measured), before);
  }
}

TEST_F(FormatsTest, APageGoesToStandardOutputWhereThatIsAskedFor) {
  const Outcome told = report({"--html", "-"});
  EXPECT_EQ(told.exit_code, 0) << told.err;
  EXPECT_TRUE(told.out.starts_with("<!DOCTYPE html>"));
}

TEST_F(FormatsTest, AFolderThatDoesNotExistIsNamed) {
  const Outcome told = report({"--html", (scratch_ / "missing" / "page.html").string()});
  EXPECT_EQ(told.exit_code, 3);
  EXPECT_THAT(told.err, HasSubstr("missing"));
}

}  // namespace
}  // namespace walbench::programs
