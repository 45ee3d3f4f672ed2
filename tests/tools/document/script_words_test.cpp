// Silent bugs these tests would catch: a report of somebody's own SQL that speaks of files,
// transitions and a state machine; the same word for two things; a report of file lifecycles that
// has lost its own words.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <string>
#include <utility>
#include <vector>

#include "metrics/result/words.hpp"
#include "tests/support/documents.hpp"
#include "tests/support/example_set.hpp"
#include "tools/render/html_page.hpp"
#include "tools/render/markdown.hpp"

namespace walbench::tools {
namespace {

using metrics::ConfigurationResult;
using metrics::Segment;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view kOfJson = "Every figure";

void make_script(ConfigurationResult& result) {
  result.planned.workload = result.planned.profile = "claim";
  result.planned.scripts = "a digest";
  result.planned.files = 0;
  result.planned.duration_ns = 10'000'000'000;
  result.planned.transitions_per_file = 1;
  result.planned.api_fail_rate = 0;
  result.planned.varied.clear();
  result.planned.limits.clear();
}

/// A study of scripts that has levels, a change that gains, one that is ruled out, a law that
/// cannot be fitted, and every segment.
metrics::ResultSet script_study() {
  metrics::ResultSet set = example_set();
  metrics::LoadedRun& run = set.runs[0];
  run.mitigations = {metrics::measured_mitigation("pooled-connection", 2, 3),
                     metrics::measured_mitigation("group-commit", 5, 3)};
  run.mitigations[1].mitigation.pooled.unsaved_peak = 5;
  for (ConfigurationResult& each : run.configurations) {
    each.main.segments.clear();
    for (const metrics::SegmentRow& row : metrics::kSegments) {
      if (row.segment == Segment::fsm_hydrate) continue;  // scripts have no state machine
      each.main.segments.push_back({row.segment, metrics::histogram_of(1000, 7)});
    }
    metrics::Histogram barging = metrics::histogram_of(1000, 999);
    EXPECT_TRUE(barging.record(180'000'000));
    std::ranges::find(each.main.segments, Segment::lock_wait, &metrics::SegmentHistogram::segment)
        ->histogram = barging;
    each.concurrency.in_flight_mean = 0.5;
    make_script(each);
  }
  run.configurations.back().planned.files = 5000;  // ended by --iterations
  for (metrics::MitigationResult& each : run.mitigations) {
    for (metrics::RepeatedResult* const side : {&each.baseline, &each.mitigation}) {
      make_script(side->pooled);
      for (metrics::RepeatFigures& repeat : side->repeats) {
        repeat.iterations = 818;
      }
    }
    each.info.description = each.info.cost = each.info.risk = "told";
  }
  return set;
}

/// The document without the list of what stands in JSON, where names are those of files.
Document told(Document document) {
  std::erase_if(document.sections,
                [](const Section& each) { return each.heading.starts_with(kOfJson); });
  return document;
}

/// The words of file lifecycles in a text, with what stands around them.
std::vector<std::string> lifecycle_words(const std::string& text) {
  static const std::regex kWords("lifecycle|fsm_|mock_api|transition|\\bfiles\\b",
                                 std::regex::icase);
  constexpr std::ptrdiff_t kAround = 40;
  std::vector<std::string> found;
  for (auto each = std::sregex_iterator(text.begin(), text.end(), kWords);
       each != std::sregex_iterator(); ++each) {
    const std::ptrdiff_t begin = std::max<std::ptrdiff_t>(each->position() - kAround, 0);
    found.push_back(text.substr(static_cast<std::size_t>(begin), 2 * kAround));
  }
  return found;
}

/// A page without what it is styled and run by.
std::string without_assets(const std::string& page) {
  std::string text;
  for (std::size_t begin = 0; begin < page.size();) {
    const std::size_t style = page.find("<style", begin);
    const std::size_t script = page.find("<script>", begin);
    const std::size_t asset = std::min(style, script);
    text += page.substr(begin, asset - begin);
    if (asset == std::string::npos) break;
    const std::string end = asset == style ? "</style>" : "</script>";
    begin = page.find(end, asset);
    begin = begin == std::string::npos ? page.size() : begin + end.size();
  }
  return text;
}

TEST(ScriptWords, StandInEveryFormat) {
  const Reported report(script_study());
  const Document document = told(report.document);
  EXPECT_THAT(lifecycle_words(terminal_text(document)), IsEmpty());
  EXPECT_THAT(lifecycle_words(render_markdown(document)), IsEmpty());
  const auto page_words = [](const Document& each) {
    return lifecycle_words(without_assets(render_html(each, "0.1.0")));
  };
  EXPECT_EQ(page_words(document), page_words({"nothing"})) << "the licence of Chart.js apart";
  for (const char* const word :
       {"scripts/s", "net P95", "think", "transaction", "executions a thread",
        "99 of 100 executions", "of the mean net", "scripts/s +100.0 %"}) {
    EXPECT_THAT(terminal_text(document), HasSubstr(word));
  }
}

TEST(ScriptWords, AreNotThoseOfLifecycles) {
  metrics::ResultSet set = script_study();
  for (ConfigurationResult& each : set.runs[0].configurations) {
    each.planned.workload = metrics::kLifecycle;
  }
  for (metrics::MitigationResult& each : set.runs[0].mitigations) {
    each.baseline.pooled.planned.workload = metrics::kLifecycle;
    each.mitigation.pooled.planned.workload = metrics::kLifecycle;
  }
  const std::string text = terminal_text(told(Reported(std::move(set)).document));
  for (const char* const word : {"transitions/s", "fsm_net P95", "mock_api", "lifecycles a thread",
                                 "99 of 100 lifecycles", "of the mean fsm_net"}) {
    EXPECT_THAT(text, HasSubstr(word));
  }
  EXPECT_EQ(text.find("scripts/s"), std::string::npos);
}

TEST(ScriptWords, OfFiguresThatAreCompared) {
  const metrics::Words& words = metrics::words_for(true);
  EXPECT_EQ(words.figure("fsm_net P99.9"), "net P99.9");
  EXPECT_EQ(words.figure("readers.fsm_net max"), "readers.net max");
  EXPECT_EQ(words.figure("transitions/s"), "scripts/s");
  EXPECT_EQ(words.figure("fsm_dispatch"), "script");
  EXPECT_EQ(words.figure("lock_wait P95"), "lock_wait P95");
  EXPECT_EQ(words.figure("whatever P95"), "whatever P95");
  EXPECT_EQ(metrics::words_for(false).figure("fsm_net P95"), "fsm_net P95");
}

}  // namespace
}  // namespace walbench::tools
