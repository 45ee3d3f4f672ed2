// Silent bugs these tests would catch: a name from a file that becomes markup, a table's column, a
// spreadsheet's formula or a terminal's colour; a CSV whose rows are of unequal length, or where a
// figure stands under another's name; a page that allows more than its own two scripts.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "metrics/histogram/hgrm.hpp"
#include "metrics/publish/report_json.hpp"
#include "tests/support/example_set.hpp"
#include "tools/render/csv.hpp"
#include "tools/render/html_report.hpp"
#include "tools/render/markdown.hpp"
#include "tools/render/page_assets.hpp"

namespace walbench::tools {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

metrics::ResultSet hostile_set() {
  metrics::ResultSet set = example_set();
  set.runs[0].run_id = hostile_name;
  set.runs[0].configurations[0].planned.strategy = hostile_name;
  set.runs[0].mitigations[0].info.name = hostile_name;
  set.runs[0].environment->cpu_model = hostile_name;
  set.problems.push_back({hostile_name, hostile_name});
  return set;
}

std::string page(const metrics::ResultSet& set) {
  return render_html(document_of(set),
                     metrics::report_json(set, metrics::analyse_each(set.runs), page_detail()));
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++found;
  }
  return found;
}

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> all;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    all.push_back(line);
  }
  return all;
}

// ---- pages

TEST(Page, HoldsSectionsPicturesTablesAndTheirData) {
  const std::string html = page(example_set());
  EXPECT_THAT(html, HasSubstr("<title>walbench run 20260131-235959</title>"));
  EXPECT_THAT(html, HasSubstr("<section class=\"first\" id=\"s1\"><h2>Summary</h2>"));
  EXPECT_THAT(html, HasSubstr("<figure data-kind=\"curves\" data-index=\"0\">"));
  EXPECT_THAT(html, HasSubstr("<th scope=\"row\">c=10 zero a strategy</th>"));
  EXPECT_THAT(html, HasSubstr("data-v=\"0.0003\">0.00030</td>"));
  EXPECT_THAT(html, HasSubstr("id=\"report-data\">{\"schema_version\":1,"));
  EXPECT_THAT(html, HasSubstr("Permission is hereby granted")) << "the library's licence";
}

TEST(Page, RunsItsOwnScriptsAloneAndLoadsNothing) {
  const std::string html = page(example_set());
  EXPECT_THAT(html, ContainsRegex("default-src 'none'; script-src 'sha256-[A-Za-z0-9+/]{43}=' "
                                  "'sha256-[A-Za-z0-9+/]{43}='; style-src 'sha256-"));
  const std::string markup = html.substr(0, html.find("<script"));
  EXPECT_EQ(count(markup, "src="), 0U);
  EXPECT_EQ(count(markup, "href=") - count(markup, "href=\"#"), 0U);
}

TEST(Page, NamesAreTextWhateverTheySay) {
  const std::string html = page(hostile_set());
  EXPECT_EQ(count(html, "<script"), count(page(example_set()), "<script"));
  EXPECT_EQ(count(html, "</script"), count(page(example_set()), "</script"));
  EXPECT_EQ(count(html, "<img"), 0U);
  EXPECT_THAT(html, HasSubstr("&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;"));
  EXPECT_THAT(html, HasSubstr("\\u003c/script>")) << "in the data";
  EXPECT_EQ(count(html, "\x1b"), 0U);
}

TEST(HtmlText, EscapesWhatWouldAct) {
  EXPECT_EQ(html_text("a<b>&\"'c"), "a&lt;b&gt;&amp;&quot;&#39;c");
  EXPECT_EQ(html_text("\x1b[31m"), "\\x1b[31m");
  EXPECT_EQ(html_text("µs"), "µs");
}

// ---- Markdown

TEST(Markdown, HasHeadingsParagraphsAndTables) {
  const std::string text = render_markdown(document_of(example_set()));
  EXPECT_THAT(text, testing::StartsWith("# walbench run 20260131-235959\n\n## Summary\n\n"));
  EXPECT_THAT(text, HasSubstr("\n| configuration | elapsed |"));
  EXPECT_THAT(text, HasSubstr("\n| :-- | --: | --: |"));
  EXPECT_THAT(text, HasSubstr("\n| c=10 zero a strategy | 200 ms |"));
}

TEST(Markdown, ANameCannotAddColumnsLinksOrMarkup) {
  EXPECT_EQ(markdown_text("a|b*c[d](e)<f>`g`"), "a\\|b\\*c\\[d\\](e)\\<f\\>\\`g\\`");
  EXPECT_EQ(markdown_text("two\nlines"), "two\\\\x0alines");
  const auto unescaped_bars = [](const std::string& line) {
    std::size_t bars = 0;
    for (std::size_t at = 0; at < line.size(); ++at) {
      if (line[at] == '\\') {
        ++at;
      } else if (line[at] == '|') {
        ++bars;
      }
    }
    return bars;
  };
  std::size_t wanted = 0;
  for (const std::string& line : lines(render_markdown(document_of(hostile_set())))) {
    if (!line.starts_with('|')) {
      wanted = 0;
    } else if (wanted == 0) {
      wanted = unescaped_bars(line);
    } else {
      EXPECT_EQ(unescaped_bars(line), wanted) << line;
    }
  }
}

// ---- CSV

std::string render_csv(const metrics::ResultSet& set) {
  std::string text;
  write_csv(set, [&text](std::string_view part) { text += part; });
  return text;
}

std::vector<std::string> fields(const std::string& line) {
  std::vector<std::string> all(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      all.emplace_back();
    } else {
      all.back() += c;
    }
  }
  return all;
}

TEST(Csv, IsOneRowAConfigurationSegmentAndStatistic) {
  const auto all = lines(render_csv(example_set()));
  EXPECT_EQ(all[0],
            "run_id,timestamp,source,role,mitigation,concurrency,profile,strategy,segment,"
            "statistic,value,unit,count");
  const std::string start = "20260131-235959,2026-01-31T23:59:59Z,,measured,,10,zero,a strategy,";
  for (const std::string& row :
       {start + ",transitions_per_second,81800,1/s,4090", start + "fsm_net,p99,0.0003,ms,1000",
        start + "fsm_net,max,0.0005,ms,1000", start + "wal_sync,p50,9.4e-05,ms,1"}) {
    EXPECT_EQ(std::ranges::count(all, row), 1) << row;
  }
  EXPECT_TRUE(std::ranges::any_of(all, [](const std::string& row) {
    return row.find(",before,a mitigation,10,zero,per-file,fsm_net,p95,") != std::string::npos;
  }));
}

TEST(Csv, EveryRowIsAsLongAsTheHeader) {
  metrics::ResultSet set = hostile_set();
  set.logs.push_back({.path = "x,y.hlog",
                      .label = {},
                      .cut_off = {},
                      .streams = {{"fsm_net", {{0.5, 2, 10, 1'000'000, 2'000'000, 3'000'000}}}}});
  set.lone.push_back({"a.hgrm", metrics::parse_hgrm("Value Percentile TotalCount "
                                                    "1/(1-Percentile)\n4.5 1.0 2\n")});
  const auto all = lines(render_csv(set));
  const std::size_t columns = fields(all[0]).size();
  for (const std::string& line : all) {
    EXPECT_EQ(fields(line).size(), columns) << line;
  }
  EXPECT_EQ(std::ranges::count(all, ",0.500,\"x,y.hlog\",interval,,,,,fsm_net,p99,2,ms,10"), 1);
  EXPECT_EQ(std::ranges::count(all, ",,a.hgrm,distribution,,,,,,p99,4.5,unit of the file,2"), 1);
}

TEST(CsvField, IsQuotedWhereItMustBeAndNeverAFormula) {
  EXPECT_EQ(csv_field("plain"), "plain");
  EXPECT_EQ(csv_field("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_field("say \"x\""), "\"say \"\"x\"\"\"");
  EXPECT_EQ(csv_field("=1+1"), "'=1+1");
  EXPECT_EQ(csv_field("@SUM(A1)"), "'@SUM(A1)");
  EXPECT_EQ(csv_field("two\nlines"), "two\\x0alines");
}

}  // namespace
}  // namespace walbench::tools
