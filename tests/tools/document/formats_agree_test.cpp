// Silent bugs these tests would catch: a fact that one format prints and another leaves out; a
// figure that CSV has under another name or unit than the tables; a name from a file that becomes
// markup, a table's column, a spreadsheet's formula or a terminal's colour in one of the formats.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <string>
#include <vector>

#include "metrics/histogram/hgrm.hpp"
#include "metrics/result/figures.hpp"
#include "tests/support/documents.hpp"
#include "tests/support/example_set.hpp"
#include "tools/document/figures_table.hpp"
#include "tools/program/text.hpp"
#include "tools/render/csv.hpp"
#include "tools/render/html_page.hpp"
#include "tools/render/markdown.hpp"

namespace walbench::tools {
namespace {

using metrics::ConfigurationResult;
using metrics::Segment;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

ConfigurationResult configuration(std::int64_t threads, const std::string& profile) {
  ConfigurationResult result = metrics::full_configuration();
  result.planned.threads = threads;
  result.planned.profile = profile;
  result.planned.workload = metrics::kLifecycle;
  result.planned.queue = "sqlite";
  result.load = {.others_cores = 0.5, .pressure = 0.25};
  result.elapsed_ns /= threads;
  for (const Segment segment : {Segment::commit, Segment::busy_wait, Segment::fsm_hydrate,
                                Segment::statement, Segment::connect, Segment::other}) {
    result.main.segments.push_back({segment, metrics::histogram_of(5)});
  }
  metrics::Histogram barging = metrics::histogram_of(1000, 999);
  EXPECT_TRUE(barging.record(180'000'000));
  result.main.segments[1] = {Segment::lock_wait, barging};
  result.main.segments.push_back({Segment::busy_asked, metrics::histogram_of(6)});
  return result;
}

/// A study that has everything: levels, mitigations, ceiling, anatomy, groups, a batch, an API that
/// fails, logs, other programs' files, and a file that could not be read.
metrics::ResultSet study() {
  metrics::ResultSet set = example_set();
  metrics::LoadedRun& run = set.runs[0];
  run.configurations = {configuration(1, "zero"), configuration(10, "zero"),
                        configuration(50, "zero"), configuration(10, "realistic")};
  run.configurations[2].concurrency.in_flight_mean = 1;
  run.configurations[3].planned.limits = {"elapsed>1ns"};
  run.mitigations = {metrics::measured_mitigation("pooled-connection", 2, 3),
                     metrics::measured_mitigation("group-commit", 5, 3),
                     metrics::measured_mitigation("one-sided", 1, 1)};
  run.mitigations[2].baseline = {};
  run.mitigations[1].mitigation.pooled.unsaved_peak = 5;
  run.mitigations[1].mitigation.pooled.snapshot_retries = 6;
  set.logs.push_back({.path = "dir/x.hlog",
                      .label = "c=10 zero per-file",
                      .cut_off = "the last line is cut off",
                      .unit_assumed = true,
                      .streams = {{"fsm_net", {{0.5, 2, 10, 1'000'000, 2'000'000, 3'000'000}}},
                                  {"commit", {{0.5, 2, 11, 1'000'001, 2'100'000, 3'200'000}}}}});
  set.lone.push_back({"a.hgrm", metrics::parse_hgrm("Value Percentile TotalCount "
                                                    "1/(1-Percentile)\n4.5 1.0 2\n")});
  set.problems.push_back({"b.hgrm", "is not such a file"});
  return set;
}

metrics::ResultSet hostile_study() {
  metrics::ResultSet set = study();
  metrics::LoadedRun& run = set.runs[0];
  run.run_id = run.configurations[0].planned.strategy = hostile_name;
  run.configurations[0].planned.api_delay = run.configurations[0].settings.synchronous =
      hostile_name;
  run.environment->cpu_model = hostile_name;
  for (metrics::MitigationResult& each : run.mitigations) {
    each.info.name = each.info.description = each.info.cost = each.info.risk = hostile_name;
  }
  set.problems.push_back({hostile_name, hostile_name});
  set.logs[0].path = set.logs[0].label = set.logs[0].streams[0].tag = hostile_name;
  return set;
}

/// Every text of the document, but code and pictures.
std::vector<std::string> facts_of(const Document& document) {
  std::vector<std::string> facts = {document.title};
  for (const Section& section : document.sections) {
    facts.push_back(section.heading);
    for (const std::string& sentence : sentences_of(section)) {
      facts.push_back(sentence);
    }
    for (const Table& table : blocks_of<Table>(section)) {
      facts.push_back(table.caption);
      for (const Column& column : table.columns) {
        facts.push_back(column.name);
      }
      table.for_each_row([&](const Row& row) {
        for (const Cell& cell : row) {
          facts.push_back(cell.text);
        }
        return true;
      });
    }
  }
  return facts;
}

void expect_facts(const Document& document, const std::string& text,
                  const std::function<std::string(std::string_view)>& escaped) {
  for (const std::string& fact : facts_of(document)) {
    EXPECT_NE(text.find(escaped(fact)), std::string::npos) << fact;
  }
}

std::string csv_of(const Table& table) {
  std::string text;
  write_csv(table, [&text](std::string_view part) { text += part; });
  return text;
}

TEST(FormatsAgree, OnEveryFactOfAStudy) {
  for (const metrics::ResultSet& set : {study(), hostile_study()}) {
    const Reported report(set);
    const Document& document = report.document;
    expect_facts(document, terminal_text(document), printable);
    expect_facts(document, render_markdown(document), markdown_text);
    const std::string page = render_html(document, "0.1.0");
    expect_facts(document, page, html_text);
    for (const Section& section : document.sections) {
      for (const Picture& picture : blocks_of<Picture>(section)) {
        EXPECT_THAT(page, HasSubstr(html_text(picture.caption)));
      }
    }
  }
}

TEST(FormatsAgree, OnCodeLineByLine) {
  const Reported report(study());
  const Document& document = report.document;
  const std::string terminal = terminal_text(document);
  const std::string markdown = render_markdown(document);
  const std::string page = render_html(document, "0.1.0");
  const std::vector<Code> all = blocks_of<Code>(document.sections.front());
  EXPECT_GE(all.size(), 4U);
  for (const Code& code : all) {
    EXPECT_THAT(markdown, HasSubstr("```" + code.language + "\n" + code.text + "```\n"));
    for (std::size_t begin = 0; begin < code.text.size();) {
      const std::size_t end = code.text.find('\n', begin);
      const std::string line = code.text.substr(begin, end - begin);
      EXPECT_NE(terminal.find(line + "\n"), std::string::npos) << line;
      EXPECT_NE(page.find(html_text(line) + "\n"), std::string::npos) << line;
      begin = end + 1;
    }
  }
}

// Each of these was once in the terminal alone, or not in it.
TEST(FormatsAgree, AStudyHasTheFactsThatDecide) {
  const Reported report(study());
  const std::vector<std::string> facts = facts_of(report.document);
  for (const char* const fact : {"RISK: up to 76 transitions were acknowledged",
                                 "52 groups of 2.5 writes",
                                 "P50 54",
                                 "73 calls, 74 failed and were retried",
                                 "21 produced = 22 recorded + 23 out of range",
                                 "cannot be told from 72 transactions",
                                 "Write lock: taken 121 times",
                                 "held by others 100.9 %",
                                 "Jain's index",
                                 "barging: ",
                                 "LOADED: ",
                                 "of the slowest 1 %",
                                 "CONCURRENCY: ",
                                 "of the ceiling: ",
                                 "Bottleneck: ",
                                 "Recommendation: ",
                                 "busy_timeout: ",
                                 "P99.9",
                                 "mean",
                                 "begun anew",
                                 "one-sided: nothing of its baseline",
                                 "Universal Scalability Law",
                                 "cap 16"}) {
    EXPECT_THAT(facts, Contains(HasSubstr(fact)));
  }
}

TEST(FormatsAgree, OnEveryPercentileOfEverySegmentInCsv) {
  const Reported report(study());
  const std::string csv = csv_of(figures_table(report.set));
  constexpr std::array kStatistics = {"p50", "p95", "p99", "p99.9", "max", "mean"};
  std::size_t checked = 0;
  for (const Section& section : report.document.sections) {
    for (const Table& table : blocks_of<Table>(section)) {
      if (table.caption != "Segments, ms") continue;
      for (const Row& row : table.rows) {
        const std::string segment = row[0].text.substr(row[0].text.find_first_not_of(' '));
        for (std::size_t index = 0; index < kStatistics.size(); ++index) {
          const std::string start =
              fmt::format(",{},{},{:.9g},ms,", segment, kStatistics[index], *row[index + 2].number);
          EXPECT_NE(csv.find(start), std::string::npos) << start;
          ++checked;
        }
      }
    }
  }
  EXPECT_GT(checked, 400U);
}

TEST(FormatsAgree, OnEveryFigureInCsvAndInTables) {
  const Reported report(study());
  const std::string csv = csv_of(figures_table(report.set));
  const ConfigurationResult& measured = report.set.runs[0].configurations[1];
  const std::vector<std::string> rows =
      rows_of(table_of(section_of(report.document, "Every figure")));
  std::size_t numbers = 0;
  for (const auto& figure : metrics::configuration_figures()) {
    const metrics::FigureValue value = figure.value(measured);
    if (metrics::is_absent(value)) continue;
    EXPECT_THAT(rows, Contains(testing::AllOf(testing::StartsWith(std::string(figure.name) + " | "),
                                              HasSubstr(metrics::figure_text(value)))));
    const auto number = metrics::figure_number(value);
    if (!number || figure.plan != metrics::PlanClass::measured) continue;
    EXPECT_THAT(csv,
                HasSubstr(fmt::format(",10,zero,a strategy,,{},{:.9g},", figure.name, *number)));
    ++numbers;
  }
  EXPECT_GT(numbers, 50U);
}

TEST(FormatsAgree, EveryTableIsAsWideAsItsHeader) {
  const Reported report(study());
  for (const Section& section : report.document.sections) {
    for (const Table& table : blocks_of<Table>(section)) {
      EXPECT_FALSE(rows_of(table).empty()) << table.caption;
      table.for_each_row([&](const Row& row) {
        EXPECT_EQ(row.size(), table.columns.size()) << table.caption;
        return true;
      });
    }
  }
}

TEST(FormatsAgree, NoNameActs) {
  const Reported report(hostile_study());
  const Document& document = report.document;
  const std::string page = render_html(document, "0.1.0");
  EXPECT_THAT(page, Not(HasSubstr("<img")));
  EXPECT_THAT(page, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(page, HasSubstr("\\u003c/script>")) << "in the data";
  for (const std::string& text : {page, terminal_text(document), render_markdown(document),
                                  csv_of(figures_table(report.set))}) {
    EXPECT_THAT(text, Not(HasSubstr("\x1b")));
    EXPECT_THAT(text, HasSubstr("x1b"));
  }
}

std::size_t unescaped_bars(std::string_view line) {
  std::size_t bars = 0;
  for (std::size_t at = 0; at < line.size(); ++at) {
    if (line[at] == '\\') {
      ++at;
    } else if (line[at] == '|') {
      ++bars;
    }
  }
  return bars;
}

TEST(FormatsAgree, ANameCannotAddColumnsInMarkdown) {
  const Reported report(hostile_study());
  const std::string text = render_markdown(report.document);
  std::size_t wanted = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    const std::string_view line = std::string_view(text).substr(begin, end - begin);
    if (!line.starts_with('|')) {
      wanted = 0;
    } else if (wanted == 0) {
      wanted = unescaped_bars(line);
    } else {
      EXPECT_EQ(unescaped_bars(line), wanted) << line;
    }
    begin = end + 1;
  }
}

TEST(FormatsAgree, TheShortFormAnswersFirstAndLeavesDetailsOut) {
  const Reported report(study());
  const std::string brief = terminal_text(report.document, false);
  EXPECT_TRUE(brief.starts_with("walbench run 20260131-235959\n\nWhat to do\n  Recommendation: "))
      << brief;
  EXPECT_THAT(brief, Not(HasSubstr("Segments, ms")));
  EXPECT_THAT(brief, HasSubstr("RISK: up to 76 transitions")) << "a warning is never a detail";
  EXPECT_THAT(brief, HasSubstr("CONCURRENCY: "));
  EXPECT_LT(brief.size(), terminal_text(report.document).size() / 2);
}

TEST(FormatsAgree, OneConfigurationIsShownInFull) {
  metrics::ResultSet set = example_set();
  set.runs[0].configurations.resize(1);
  set.runs[0].mitigations.clear();
  EXPECT_THAT(terminal_text(Reported(set).document, false), HasSubstr("Segments, ms"));
}

TEST(FormatsAgree, OfSeveralRunsEachIsNamed) {
  metrics::ResultSet set = example_set();
  set.runs.push_back(set.runs[0]);
  set.runs[1].run_id = "second";
  const Reported report(set);
  const Document& document = report.document;
  EXPECT_EQ(document.title, "walbench report of 2 runs");
  EXPECT_FALSE(section_of(document, "Latency and throughput, run second").blocks.empty());
  EXPECT_FALSE(section_of(document, "What to do, run 20260131-235959").blocks.empty());
}

TEST(FormatsAgree, BenchAndReportSayTheSame) {
  metrics::ResultSet set = example_set();
  metrics::RunResult run = metrics::full_run();
  run.configurations = set.runs[0].configurations;
  run.mitigations = set.runs[0].mitigations;
  run.ceiling.clear();
  run.complete = true;
  set.runs[0].environment_digest = metrics::environment_digest(run.environment);
  EXPECT_EQ(terminal_text(document_of(run, metrics::analyse(run))),
            terminal_text(Reported(set).document));
}

TEST(FormatsAgree, WithoutItsDetailsADocumentIsTheSameAndHasNone) {
  const metrics::ResultSet set = example_set();
  const std::vector<metrics::Findings> findings = metrics::analyse_each(set.runs);
  const Document answers = document_of(set, findings, {}, Extent::answers);
  const Document everything = document_of(set, findings);
  EXPECT_EQ(terminal_text(answers, false), terminal_text(everything, false));
  EXPECT_EQ(terminal_text(answers, true).find("Every figure"), std::string::npos);
  EXPECT_NE(terminal_text(everything, true).find("Every figure"), std::string::npos);
}

}  // namespace
}  // namespace walbench::tools
