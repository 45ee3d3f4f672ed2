// Silent bugs these tests would catch: samples of readers or of what failed that end in the main
// stream, or nowhere, on the long way from a worker to a document; a sum of two streams told as
// one; a stream whose files take another's names.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "engine/measurement.hpp"
#include "metrics/analysis/findings.hpp"
#include "metrics/analysis/limit_verdicts.hpp"
#include "metrics/comparison/run_comparison.hpp"
#include "metrics/histogram/hlog.hpp"
#include "metrics/merge/merge.hpp"
#include "metrics/publish/report_json.hpp"
#include "metrics/result/result_set.hpp"
#include "tests/support/documents.hpp"
#include "tests/support/example_results.hpp"
#include "tests/support/fake_database.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/measured_study.hpp"
#include "tests/support/publish_whole.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tools/document/figures_table.hpp"
#include "tools/render/csv.hpp"

namespace walbench::engine {
namespace {

namespace fs = std::filesystem;
using metrics::ConfigurationResult;
using metrics::Segment;
using metrics::Stream;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

/// Of six iterations two are lookups by readers, one is an update that fails, and three are updates
/// that go well. What they took tells them apart.
class TwoRoles final : public Workload {
 public:
  enum Number : std::uint8_t { updated, failed, looked_up, lookup_failed };

  std::vector<metrics::StreamId> streams() const override {
    return {{"writers", "update", "committed"},
            {"writers", "update", "failed"},
            {"readers", "lookup", "committed"},
            {"readers", "lookup", "failed"}};
  }
  Task iterate(std::int64_t number, IterationContext /*context*/,
               IterationOutcome& outcome) const override {
    const bool reads = number % 3 == 0;
    const Number stream = reads ? looked_up : number % 6 == 5 ? failed : updated;
    outcome.record.set_stream(stream);
    outcome.record.set(Segment::db_total, 100 + 100 * stream);
    if (reads) {
      outcome.further_records.emplace_back(looked_up).set(Segment::statement, 7);
    } else {
      outcome.add_transition(50 + stream);
    }
    if (number == 0) outcome.record.set(Segment::other, -1);  // out of any histogram's range
    co_return;
  }

  void never_began(std::int64_t /*number*/, bool /*counts*/,
                   IterationOutcome& outcome) const override {
    outcome.set_stream(failed);
  }

  storage::Content content() const override { return {}; }
  storage::StatementTexts statements() const override { return {}; }
  std::string name_of(std::int64_t number) const override { return std::to_string(number); }
  std::unique_ptr<engine::Iterations> readers(std::size_t /*readers*/) const override {
    return nullptr;
  }
  std::unique_ptr<storage::PlainIteration> plain_iteration(std::int64_t /*n*/) const override {
    return nullptr;
  }
  std::int64_t rows() const override { return 30; }
  std::string reset_sql() const override { return {}; }
  Verification verify(storage::Database& /*database*/,
                      const std::stop_token& /*stop*/) const override {
    return {30, 30, 30, "", "ok"};
  }
};

/// The samples of each segment, by name; `readers.lookup.db_total 10 x 300`.
std::vector<std::string> told(const ConfigurationResult& result) {
  std::vector<std::string> all;
  for (const Stream* const stream : result.streams()) {
    for (const auto& [segment, histogram] : stream->segments) {
      all.push_back(metrics::segment_name(result.name_of(*stream), segment) + " " +
                    std::to_string(histogram.total_count()) + " x " +
                    std::to_string(histogram.max()));
    }
  }
  return all;
}

const std::vector<std::string> kSamples = {"db_total 15 x 100",
                                           "transition 15 x 50",
                                           "failed.db_total 5 x 200",
                                           "failed.transition 5 x 51",
                                           "readers.lookup.statement 10 x 7",
                                           "readers.lookup.db_total 10 x 300"};

class Streams : public test_support::TemporaryFolderTest {
 protected:
  ConfigurationResult measure() {
    ConfigurationPlan plan;
    plan.threads = 3;
    plan.files = 30;
    plan.strategy = "pooled-connection";
    RunContext context{[this](const ConfigurationPlan&) {
                         return std::make_unique<test_support::FakeDatabase>(behaviour_);
                       },
                       &clock_,
                       &observer_,
                       {}};
    context.open_workload = [](const ConfigurationPlan&) { return std::make_unique<TwoRoles>(); };
    context.interval = std::chrono::hours(1);
    context.open_interval_log = [this](const ConfigurationPlan&) {
      return std::make_unique<metrics::IntervalLog>(path(std::to_string(++logs_) + ".partial"),
                                                    "two roles", std::chrono::system_clock::now());
    };
    return measure_configuration(plan, 0, context);
  }

  /// Publishes a measurement in a folder of its own; the files.
  std::vector<fs::path> published(const std::string& folder, const std::string& timestamp) {
    fs::create_directory(path(folder));
    metrics::RunResult run;
    run.timestamp = timestamp;
    run.configurations.push_back(measure());
    return metrics::publish_whole(path(folder), run);
  }

  int logs_ = 0;
  test_support::ManualClock clock_{std::chrono::nanoseconds(1)};
  test_support::FakeBehaviour behaviour_;
  test_support::RecordingObserver observer_;
};

std::vector<fs::path> histograms_in(const std::vector<fs::path>& files) {
  std::vector<fs::path> found;
  std::ranges::copy_if(files, std::back_inserter(found),
                       [](const fs::path& each) { return each.extension() == ".hgrm"; });
  return found;
}

std::set<std::string> names_of(const std::vector<fs::path>& files) {
  std::set<std::string> names;
  for (const fs::path& each : files) {
    names.insert(each.filename().string());
  }
  return names;
}

TEST_F(Streams, AreMeasuredApartAndConservedEachByItself) {
  const ConfigurationResult result = measure();
  EXPECT_EQ(told(result), kSamples);
  EXPECT_EQ(result.main.id, (metrics::StreamId{"writers", "update", "committed"}));
  ASSERT_EQ(result.others.size(), 2U) << "one without a sample is left out";
  for (const Stream* const stream : result.streams()) {
    EXPECT_TRUE(stream->conserved());
  }
  EXPECT_EQ(result.main.samples_produced, 30);
  EXPECT_EQ(result.others[0].samples_produced, 10);
  EXPECT_EQ(result.others[1].samples_produced, 21);
  EXPECT_EQ(result.others[1].samples_out_of_range, 1) << "of the readers alone";
  EXPECT_EQ(result.main.samples_out_of_range, 0);
}

TEST_F(Streams, HaveTagsInLogs) {
  const ConfigurationResult result = measure();
  std::map<std::string, std::int64_t> samples;
  metrics::read_hlog(result.interval_log, [&](metrics::HlogInterval&& interval) {
    samples[interval.tag] += interval.histogram.total_count();
  });
  EXPECT_EQ(samples, (std::map<std::string, std::int64_t>{{"db_total", 15},
                                                          {"transition", 15},
                                                          {"failed.db_total", 5},
                                                          {"failed.transition", 5},
                                                          {"readers.lookup.statement", 10},
                                                          {"readers.lookup.db_total", 10}}));
}

TEST_F(Streams, ArePublishedUnderTheirNamesAndLoadedAgain) {
  const std::vector<fs::path> files = published("one", "2026-01-31T23:59:59Z");
  EXPECT_THAT(
      names_of(files),
      testing::IsSupersetOf({"20260131-235959-c3-zero-pooled-connection.db_total_ms.hgrm",
                             "20260131-235959-c3-zero-pooled-connection.failed.db_total_ms.hgrm",
                             "20260131-235959-c3-zero-pooled-connection.readers.lookup."
                             "db_total_ms.hgrm"}));
  const metrics::ResultSet set = metrics::load_results(histograms_in(files));
  ASSERT_THAT(set.problems, IsEmpty());
  const ConfigurationResult& loaded = set.runs.at(0).configurations.at(0);
  EXPECT_EQ(told(loaded), kSamples);
  EXPECT_EQ(loaded.others.at(1).id, (metrics::StreamId{"readers", "lookup", "committed"}));
  EXPECT_EQ(loaded.others.at(1).samples_produced, 21);
  EXPECT_EQ(loaded.main.samples_produced, 30);

  const auto of_readers = std::ranges::find_if(files, [](const fs::path& each) {
    return each.string().ends_with(".readers.lookup.statement_ms.hgrm");
  });
  const metrics::ResultSet alone = metrics::load_results({*of_readers});
  ASSERT_THAT(alone.problems, IsEmpty());
  EXPECT_THAT(told(alone.runs.at(0).configurations.at(0)),
              ElementsAre("readers.lookup.statement 10 x 7"));
}

TEST_F(Streams, StandInJsonBesideTheSegmentsOfTheMainOne) {
  const metrics::ResultSet set =
      metrics::load_results(histograms_in(published("one", "2026-01-31T23:59:59Z")));
  const auto json =
      nlohmann::json::parse(metrics::report_json(set, metrics::analyse_each(set.runs)));
  const nlohmann::json& configuration = json["runs"][0]["configurations"][0];
  EXPECT_EQ(configuration["segments"]["db_total_ms"]["count"], 15);
  EXPECT_EQ(configuration["samples_produced"], 30);
  const nlohmann::json& readers = configuration["streams"].at(2);
  EXPECT_EQ(readers["role"], "readers");
  EXPECT_EQ(readers["samples_produced"], 21);
  EXPECT_EQ(readers["segments"]["db_total_ms"]["count"], 10);
  EXPECT_FALSE(readers["curves"]["db_total_ms"].empty());
  EXPECT_EQ(configuration["streams"].at(1)["outcome"], "failed");
}

TEST_F(Streams, AreMergedEachIntoItself) {
  std::vector<fs::path> files = histograms_in(published("one", "2026-01-31T23:59:59Z"));
  std::ranges::copy(histograms_in(published("two", "2026-02-01T23:59:59Z")),
                    std::back_inserter(files));
  metrics::HgrmMerge merge;
  for (const fs::path& each : files) {
    EXPECT_EQ(merge.add(each), std::nullopt);
  }
  std::vector<fs::path> merged;
  for (const metrics::MergedDistribution& each : merge.finish()) {
    merged.push_back(path(each.file_name));
    std::ofstream(merged.back(), std::ios::binary) << each.text;
  }
  const metrics::ResultSet set = metrics::load_results(merged);
  ASSERT_THAT(set.problems, IsEmpty());
  const ConfigurationResult& sum = set.runs.at(0).configurations.at(0);
  EXPECT_THAT(told(sum), testing::IsSupersetOf({"db_total 30 x 100", "failed.transition 10 x 51",
                                                "readers.lookup.db_total 20 x 300"}));
  EXPECT_EQ(sum.others.at(1).samples_produced, 42);
  EXPECT_EQ(sum.others.at(1).samples_out_of_range, 2);
}

TEST_F(Streams, OfAMitigationArePooledAndSurviveTheirFiles) {
  metrics::RunResult run;
  run.timestamp = "2026-01-31T23:59:59Z";
  metrics::MitigationResult& mitigation = run.mitigations.emplace_back();
  mitigation.info = metrics::example_info("pooled-connection");
  for (int repeat = 0; repeat < 2; ++repeat) {
    mitigation.baseline.add(measure());
    mitigation.mitigation.add(measure());
  }
  const metrics::RepeatedResult& before = mitigation.baseline;
  EXPECT_EQ(before.pooled.others.at(1).samples_produced, 42);
  EXPECT_THAT(told(before.pooled), Contains("readers.lookup.db_total 20 x 300"));

  fs::create_directory(path("pairs"));
  const metrics::ResultSet set =
      metrics::load_results(histograms_in(metrics::publish_whole(path("pairs"), run)));
  ASSERT_THAT(set.problems, IsEmpty());
  const metrics::RepeatedResult& loaded = set.runs.at(0).mitigations.at(0).baseline;
  EXPECT_EQ(told(loaded.pooled), told(before.pooled));
  const auto* const figures = loaded.repeats.at(1).find(Segment::db_total, "readers.lookup");
  ASSERT_NE(figures, nullptr);
  EXPECT_EQ(figures->max_ns, 300);
  EXPECT_EQ(loaded.repeats.at(1).find(Segment::db_total)->max_ns, 100);
}

TEST_F(Streams, HaveATableEach) {
  const tools::Reported report(
      metrics::load_results(histograms_in(published("one", "2026-01-31T23:59:59Z"))));
  const tools::Section section = section_of(report.document, "c=3 zero pooled-connection:");
  EXPECT_THAT(rows_of(table_of(section, "Segments, ms")), Contains(StartsWith("db_total | 15 | ")));
  EXPECT_THAT(rows_of(table_of(section, "Segments of failed, ms")),
              Contains(StartsWith("db_total | 5 | ")));
  EXPECT_THAT(rows_of(table_of(section, "Segments of readers.lookup, ms")),
              ElementsAre(StartsWith("  statement | 10 | "), StartsWith("db_total | 10 | ")));
  EXPECT_THAT(sentences_of(section),
              testing::IsSupersetOf(
                  {"Samples: 30 produced = 30 recorded + 0 out of range.",
                   "Samples of readers.lookup: 21 produced = 20 recorded + 1 out of range."}));
  std::string csv;
  tools::write_csv(tools::figures_table(report.set),
                   [&csv](std::string_view part) { csv += part; });
  EXPECT_THAT(csv, HasSubstr(",readers.lookup.db_total,max,0.0003,ms,10"));
  EXPECT_THAT(csv, HasSubstr(",readers.lookup,samples_out_of_range,1,"));
}

TEST_F(Streams, AreComparedWithThemselves) {
  const metrics::ResultSet set =
      metrics::load_results(histograms_in(published("one", "2026-01-31T23:59:59Z")));
  const std::vector<metrics::Limit> limits = {
      metrics::parse_limit("db_total.p50{role=readers}>+10%")};
  const metrics::RunComparison comparison = compare_runs(match_runs(set, set), limits);
  const metrics::ConfigurationChange& change = comparison.configurations.at(0);
  const metrics::FigureChange* const readers =
      find_change(change.figures, "readers.lookup.db_total P50");
  ASSERT_NE(readers, nullptr);
  EXPECT_DOUBLE_EQ(readers->before, 300e-6);
  EXPECT_DOUBLE_EQ(find_change(change.figures, "db_total P50")->before, 100e-6);
  ASSERT_EQ(change.limited.size(), 1U);
  EXPECT_EQ(change.limited[0].name(), "readers.lookup.db_total P50");
  EXPECT_EQ(judge_change(limits[0], comparison).size(), 1U);
}

TEST_F(Streams, AreChosenByLimits) {
  const ConfigurationResult result = measure();
  const auto value = [&](const std::string& selector) {
    return limited_value(metrics::parse_limit("db_total.max" + selector + ">1s"), result);
  };
  EXPECT_EQ(value(""), 100) << "the main one";
  EXPECT_EQ(value("{threads=3}"), 100);
  EXPECT_EQ(value("{role=readers}"), 300);
  EXPECT_EQ(value("{kind=update,outcome=failed}"), 200);
  EXPECT_EQ(value("{role=writers}"), 200) << "the worst of those it is about";
  EXPECT_EQ(value("{role=checkpointers}"), std::nullopt);
  EXPECT_THROW(metrics::parse_limit("elapsed{role=readers}>1s"), std::invalid_argument);
}

TEST_F(Streams, MustHaveNamesApart) {
  EXPECT_THROW(metrics::require_names_apart({{"writers", "a", "committed"},
                                             {"writers", "a", "failed"},
                                             {"writers", "failed", "committed"}}),
               std::invalid_argument);
  EXPECT_THROW(metrics::require_names_apart({{}, {.kind = "a b"}, {.kind = "a-b"}}),
               std::invalid_argument)
      << "they would write to the same file";
  EXPECT_NO_THROW(metrics::require_names_apart(TwoRoles().streams()));
}

}  // namespace
}  // namespace walbench::engine
