// Silent bugs these tests would catch: conclusions buried below tables; a run, log, distribution or
// problem that is not in the document; a picture of another run; a cell that sorts as something
// else than it reads.

#include "tools/document/report_document.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "metrics/histogram/hgrm.hpp"
#include "tests/support/example_set.hpp"

namespace walbench::tools {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

std::vector<std::string> headings(const ReportDocument& document) {
  std::vector<std::string> all;
  for (const DocumentSection& section : document.sections) {
    all.push_back((section.folded ? "folded " : "") + section.heading);
  }
  return all;
}

const DocumentSection& section(const ReportDocument& document, const std::string& heading) {
  for (const DocumentSection& each : document.sections) {
    if (each.heading == heading) return each;
  }
  throw std::out_of_range("no section " + heading);
}

const DocumentTable& table(const DocumentSection& section) {
  for (const DocumentBlock& block : section.blocks) {
    if (const auto* const found = std::get_if<DocumentTable>(&block)) return *found;
  }
  throw std::out_of_range("no table");
}

const DocumentFigure& figure(const DocumentSection& section) {
  for (const DocumentBlock& block : section.blocks) {
    if (const auto* const found = std::get_if<DocumentFigure>(&block)) return *found;
  }
  throw std::out_of_range("no figure");
}

std::vector<std::string> paragraphs(const DocumentSection& section) {
  std::vector<std::string> all;
  for (const DocumentBlock& block : section.blocks) {
    if (const auto* const found = std::get_if<std::string>(&block)) all.push_back(*found);
  }
  return all;
}

TEST(ReportDocument, ConclusionsComeFirstAndSurroundingsLast) {
  const ReportDocument document = document_of(example_set());
  EXPECT_EQ(document.title, "walbench run 20260131-235959");
  EXPECT_THAT(headings(document),
              ElementsAre("Summary", "Latency and throughput", "Scaling", "Mitigations",
                          "WAL and checkpoints", "folded Every segment",
                          "folded Environment and settings"));
}

TEST(ReportDocument, TheSummarySaysWhatToDoAndWhy) {
  const auto summary = paragraphs(section(document_of(example_set()), "Summary"));
  EXPECT_THAT(summary[0], HasSubstr("on a CPU (2 CPUs, ext4): 2 configurations, 1 mitigation."));
  EXPECT_THAT(summary[1], StartsWith("Recommendation: "));
  EXPECT_THAT(summary, Contains(StartsWith("Bottleneck: db_total")));
  EXPECT_THAT(summary, Contains(StartsWith("Most throughput: c=10 zero a strategy")));
  EXPECT_THAT(summary, Contains("Gates: 2 of 4 passed."));
  EXPECT_THAT(summary, Contains("FAIL zero:10:1s of c=1 zero a strategy: too long"));
}

TEST(ReportDocument, EachConfigurationHasARowThatSortsByItsValues) {
  const DocumentTable rows = table(section(document_of(example_set()), "Latency and throughput"));
  ASSERT_EQ(rows.rows.size(), 2U);
  for (const auto& row : rows.rows) {
    EXPECT_EQ(row.size(), rows.columns.size());
  }
  EXPECT_EQ(rows.rows[0][0].text, "c=1 zero a strategy");
  EXPECT_EQ(rows.rows[0][1].text, "2 s");
  EXPECT_EQ(rows.rows[0][1].number, 2e9 + 1);
  EXPECT_EQ(rows.rows[1][6].text, "0.00030");
  EXPECT_EQ(rows.rows[1][6].number, 0.0003) << "P99";
  EXPECT_EQ(rows.rows[1].back().text, "FAIL");
}

TEST(ReportDocument, EveryTableIsAsWideAsItsHeader) {
  for (const DocumentSection& each : document_of(example_set()).sections) {
    for (const DocumentBlock& block : each.blocks) {
      const auto* const found = std::get_if<DocumentTable>(&block);
      if (found == nullptr) continue;
      EXPECT_FALSE(found->rows.empty()) << found->caption;
      for (const auto& row : found->rows) {
        EXPECT_EQ(row.size(), found->columns.size()) << found->caption;
      }
    }
  }
}

TEST(ReportDocument, OfSeveralRunsEachIsNamedAndHasItsOwnPictures) {
  metrics::ResultSet set = example_set();
  set.runs.push_back(set.runs[0]);
  set.runs[1].run_id = "second";
  const ReportDocument document = document_of(set);
  EXPECT_EQ(document.title, "walbench report of 2 runs");
  const DocumentSection second = section(document, "Latency and throughput, run second");
  EXPECT_EQ(figure(second).index, 1U);
  EXPECT_EQ(figure(section(document, "Latency and throughput, run 20260131-235959")).index, 0U);
}

TEST(ReportDocument, TheBreakdownIsThereWhereItsSegmentsAre) {
  metrics::ResultSet set = example_set();
  auto& segments = set.runs[0].configurations[0].segments;
  for (const metrics::Segment missing : {metrics::Segment::fsm_hydrate, metrics::Segment::commit,
                                         metrics::Segment::other, metrics::Segment::busy_wait}) {
    segments.push_back({missing, metrics::histogram_of(5)});
  }
  const DocumentSection where = section(document_of(set), "Where the time goes");
  EXPECT_EQ(table(where).rows.size(), 1U);
}

TEST(ReportDocument, LogsDistributionsAndProblemsHaveSections) {
  metrics::ResultSet set;
  set.logs.push_back(
      {.path = "dir/x.hlog",
       .label = {},
       .cut_off = "the last line is cut off",
       .streams = {{"other", {}}, {"fsm_net", {{0.5, 2, 10, 1'000'000, 2'000'000, 3'000'000}}}}});
  set.lone.push_back({"a.hgrm", metrics::parse_hgrm("Value Percentile TotalCount "
                                                    "1/(1-Percentile)\n4.5 1.0 2\n")});
  set.problems.push_back({"b.hgrm", "is no such file"});
  const ReportDocument document = document_of(set);
  EXPECT_THAT(headings(document),
              ElementsAre("Over time: x.hlog", "Other distributions", "Problems"));
  const DocumentSection& log = document.sections[0];
  EXPECT_EQ(table(log).rows[0][3].text, "5") << "10 samples in 2 s";
  EXPECT_THAT(paragraphs(log), Contains("the last line is cut off"));
  EXPECT_EQ(table(document.sections[1]).rows[0][0].text, "a.hgrm");
  EXPECT_EQ(table(document.sections[2]).rows[0][1].text, "is no such file");
}

TEST(ReportDocument, ALongLogsTableSaysThatItIsCut) {
  metrics::ResultSet set;
  metrics::LoadedLog log{.path = "x.hlog", .label = {}, .cut_off = {}, .streams = {{"", {}}}};
  log.streams[0].rows.resize(101);
  set.logs.push_back(log);
  const DocumentSection told = document_of(set).sections[0];
  EXPECT_EQ(table(told).rows.size(), 100U);
  EXPECT_THAT(paragraphs(told), Contains(HasSubstr("first 100 of 101 intervals")));
}

}  // namespace
}  // namespace walbench::tools
