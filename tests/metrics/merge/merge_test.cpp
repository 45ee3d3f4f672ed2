// Silent bugs these tests would catch: samples lost or counted twice by a merge; a sum over unlike
// runs told as one; a throughput that runs one after another never had; a result that depends on
// the order of the files; a merged file that report reads otherwise than it was meant.

#include "metrics/merge/merge.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "metrics/publish/result_json.hpp"
#include "metrics/result/result_set.hpp"
#include "tests/support/example_results.hpp"
#include "tests/support/refusal.hpp"
#include "tests/support/temporary_folder.hpp"

namespace walbench::metrics {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

constexpr std::int64_t kSecond = 1'000'000'000;

/// What tells runs apart in these tests.
struct Host {
  std::string run_id = "20260131-235959";
  std::string timestamp = "2026-01-31T23:59:59Z";
  std::int64_t elapsed_ns = 10 * kSecond;
  std::int64_t start_ns = 1'769'900'000'000'000'007;  ///< since 1970
  std::string cpu_model = "a CPU";
  std::function<void(ConfigurationResult&)> change = [](ConfigurationResult&) {};
};

class MergeTest : public test_support::TemporaryFolderTest {
 protected:
  static ConfigurationResult configuration_of(const Host& host) {
    ConfigurationResult one = measured(2, "zero", "per-file", host.elapsed_ns);
    one.repeats = 1;
    one.measured_epoch_ns = {host.start_ns, host.start_ns + host.elapsed_ns};
    one.indexed_count = 100;
    one.writes = 300;
    one.commits = 300;
    one.main.samples_produced = one.main.samples_recorded = 1500;
    one.concurrency.lifecycles_per_thread = {60, 40};
    one.concurrency.in_flight_mean = 1.5;
    host.change(one);
    return one;
  }

  /// A file of that host with one sample of that value.
  fs::path file(const std::string& name, const Host& host, std::int64_t value,
                Segment segment = Segment::fsm_net) const {
    RunResult run = full_run();
    run.run_id = host.run_id;
    run.timestamp = host.timestamp;
    run.environment.cpu_model = host.cpu_model;
    return write(name, write_hgrm(histogram_of(value), 1e6,
                                  hgrm_metadata(run, configuration_of(host), segment)));
  }

  static std::vector<MergedDistribution> merged(const std::vector<fs::path>& paths) {
    HgrmMerge merge;
    for (const fs::path& each : paths) {
      EXPECT_EQ(merge.add(each), std::nullopt);
    }
    return merge.finish();
  }

  /// What report makes of the merged files.
  ResultSet told(const std::vector<MergedDistribution>& all) const {
    std::vector<fs::path> paths;
    for (const MergedDistribution& each : all) {
      paths.push_back(write(each.file_name, each.text));
    }
    ResultSet set = load_results(paths);
    EXPECT_TRUE(set.problems.empty());
    return set;
  }

  static std::string refusal_of(const std::vector<fs::path>& paths) {
    return test_support::refusal_of<MergeError>([&] { return merged(paths); });
  }
};

TEST_F(MergeTest, SamplesOfAllAreInTheSumExactly) {
  const ResultSet set = told(merged({file("a.hgrm", {.elapsed_ns = 1 * kSecond}, 100),
                                     file("b.hgrm", {.elapsed_ns = 2 * kSecond}, 5000),
                                     file("c.hgrm", {.elapsed_ns = 3 * kSecond}, 70)}));
  Histogram expected = histogram_of(100);
  ASSERT_TRUE(expected.record(5000) && expected.record(70));
  ASSERT_EQ(set.runs.size(), 1U);
  ASSERT_EQ(set.runs[0].configurations.size(), 1U);
  EXPECT_EQ(set.runs[0].configurations[0].main.segments.at(0).histogram, expected);
}

TEST_F(MergeTest, RunsSideBySideAddTheirThroughputsUp) {
  const ResultSet set = told(merged({file("a.hgrm", {.elapsed_ns = 8 * kSecond}, 1),
                                     file("b.hgrm", {.elapsed_ns = 10 * kSecond}, 2)}));
  const ConfigurationResult& sum = set.runs.at(0).configurations.at(0);
  EXPECT_EQ(sum.elapsed_ns, 10 * kSecond);
  EXPECT_EQ(sum.repeats, 2);
  EXPECT_DOUBLE_EQ(sum.transitions_per_second(), 2 * 100 * 4 / 10.0);
  EXPECT_DOUBLE_EQ(sum.commits_per_second(), 2 * 300 / 10.0);
  EXPECT_EQ(sum.planned.files, 100) << "the plan is that of each";
  EXPECT_EQ(sum.indexed_count, 200);
  EXPECT_EQ(sum.main.samples_recorded, 3000);
  EXPECT_THAT(sum.concurrency.lifecycles_per_thread, testing::ElementsAre(60, 40, 60, 40));
  EXPECT_DOUBLE_EQ(sum.concurrency.in_flight_mean, 1.5);
  EXPECT_TRUE(sum.verified);
}

TEST_F(MergeTest, RunsOneAfterAnotherDoNot) {
  const std::vector<MergedDistribution> all =
      merged({file("a.hgrm", {.elapsed_ns = 8 * kSecond, .start_ns = kSecond}, 1),
              file("b.hgrm", {.elapsed_ns = 10 * kSecond, .start_ns = 11 * kSecond}, 2)});
  EXPECT_EQ(all.at(0).in_time, RunsInTime::one_after_another);
  const ConfigurationResult sum = told(all).runs.at(0).configurations.at(0);
  EXPECT_EQ(sum.elapsed_ns, 18 * kSecond);
  EXPECT_DOUBLE_EQ(sum.transitions_per_second(), 2 * 100 * 4 / 18.0);
}

// Ten short runs in a row were once told to have been side by side, and 26 % too fast.
TEST_F(MergeTest, ShortRunsInARowAreNotSideBySide) {
  constexpr std::int64_t kPause = 1;
  constexpr std::int64_t kLength = kSecond / 5;
  std::vector<fs::path> files;
  for (std::int64_t run = 0; run < 10; ++run) {
    files.push_back(file(std::to_string(run),
                         {.elapsed_ns = kLength, .start_ns = kSecond + run * (kLength + kPause)},
                         1));
  }
  const std::vector<MergedDistribution> all = merged(files);
  EXPECT_EQ(all.at(0).in_time, RunsInTime::one_after_another);
  const ConfigurationResult sum = told(all).runs.at(0).configurations.at(0);
  EXPECT_EQ(sum.elapsed_ns, 10 * kLength);
  EXPECT_DOUBLE_EQ(sum.transitions_per_second(), 100 * 4 * 5);
}

TEST_F(MergeTest, RunsThatOverlapInPartCountTheirTimeOnce) {
  const std::vector<MergedDistribution> all =
      merged({file("a", {.elapsed_ns = 10 * kSecond, .start_ns = 1 * kSecond}, 1),
              file("b", {.elapsed_ns = 10 * kSecond, .start_ns = 7 * kSecond}, 2),
              file("c", {.elapsed_ns = 2 * kSecond, .start_ns = 16 * kSecond}, 3)});
  EXPECT_EQ(all.at(0).in_time, RunsInTime::overlapping);
  const ConfigurationResult sum = told(all).runs.at(0).configurations.at(0);
  EXPECT_EQ(sum.elapsed_ns, 17 * kSecond);
  EXPECT_THAT(sum.measured_epoch_ns, testing::ElementsAre(1 * kSecond, 18 * kSecond));
}

// A merge of merges must not forget the pauses inside them.
TEST_F(MergeTest, AMergeOfMergesTookAsLongAsAMergeOfAll) {
  const fs::path a = file("a", {.elapsed_ns = kSecond, .start_ns = 1 * kSecond}, 1);
  const fs::path b = file("b", {.elapsed_ns = kSecond, .start_ns = 5 * kSecond}, 2);
  const fs::path c = file("c", {.elapsed_ns = 3 * kSecond, .start_ns = 3 * kSecond}, 3);
  const fs::path inner = write("inner", merged({a, b}).at(0).text);
  const ConfigurationResult sum = told(merged({inner, c})).runs.at(0).configurations.at(0);
  EXPECT_EQ(sum.elapsed_ns, 4 * kSecond);
  EXPECT_EQ(sum.elapsed_ns, told(merged({a, b, c})).runs.at(0).configurations.at(0).elapsed_ns);
}

TEST_F(MergeTest, AFileThatDoesNotSayWhenIsRefused) {
  const Host timeless{.change = [](ConfigurationResult& one) { one.measured_epoch_ns.clear(); }};
  EXPECT_THAT(refusal_of({file("a", timeless, 1)}), HasSubstr("when it was measured"));
  const Host backwards{.change = [](ConfigurationResult& one) { one.measured_epoch_ns = {5, 4}; }};
  EXPECT_THAT(refusal_of({file("b", backwards, 1)}), HasSubstr("starts and ends in turn"));
}

TEST_F(MergeTest, TheOrderOfTheFilesChangesNothing) {
  const fs::path a = file("a.hgrm", {.elapsed_ns = 1 * kSecond}, 100);
  const fs::path b = file("b.hgrm", {.elapsed_ns = 2 * kSecond}, 200);
  const fs::path c = file("c.hgrm", {.elapsed_ns = 3 * kSecond}, 300);
  const std::string text = merged({a, b, c}).at(0).text;
  EXPECT_EQ(merged({c, a, b}).at(0).text, text);
  EXPECT_EQ(merged({b, c, a}).at(0).text, text);
}

// Ten hosts that a launcher starts in the same second give their runs the same id.
TEST_F(MergeTest, RunsWithTheSameIdAreTwoUnlessAllElseIsTheSame) {
  const fs::path a = file("a.hgrm", {.elapsed_ns = 1 * kSecond}, 100);
  EXPECT_EQ(merged({a, file("b.hgrm", {.elapsed_ns = 1 * kSecond + 1}, 100)}).at(0).samples, 2);
  fs::copy_file(a, path("copy.hgrm"));
  EXPECT_THAT(refusal_of({a, path("copy.hgrm")}),
              AllOf(HasSubstr("copy.hgrm"), HasSubstr("a.hgrm"), HasSubstr("counted twice")));
}

TEST_F(MergeTest, MergesCanBeMergedAndAreNotMixedWithTheirOwnParts) {
  const fs::path a = file("a.hgrm", {.elapsed_ns = 1 * kSecond}, 100);
  const fs::path b = file("b.hgrm", {.elapsed_ns = 2 * kSecond}, 200);
  const fs::path c = file("c.hgrm", {.elapsed_ns = 3 * kSecond}, 300);
  const fs::path ab = write("ab.hgrm", merged({a, b}).at(0).text);
  EXPECT_THAT(refusal_of({ab, b}), AllOf(HasSubstr("ab.hgrm"), HasSubstr("counted twice")));
  const fs::path bc = write("bc.hgrm", merged({b, c}).at(0).text);
  EXPECT_THAT(refusal_of({ab, bc}), HasSubstr("counted twice"));
  const std::vector<MergedDistribution> all = merged({ab, c});
  EXPECT_EQ(all.at(0).samples, 3);
  const ConfigurationResult sum = told(all).runs.at(0).configurations.at(0);
  EXPECT_EQ(sum.repeats, 3);
  EXPECT_EQ(sum.elapsed_ns, 3 * kSecond);
}

TEST_F(MergeTest, SegmentsMergedOneByOneAreOneRunToReport) {
  const Host one{.elapsed_ns = 1 * kSecond};
  const Host other{.elapsed_ns = 2 * kSecond};
  std::vector<MergedDistribution> all;
  for (const Segment segment : {Segment::fsm_net, Segment::commit}) {
    const std::string name(segment_name(segment));
    all.push_back(
        merged({file("a-" + name, one, 100, segment), file("b-" + name, other, 200, segment)})
            .at(0));
  }
  const ResultSet set = told(all);
  ASSERT_EQ(set.runs.size(), 1U);
  ASSERT_EQ(set.runs[0].configurations.size(), 1U);
  EXPECT_EQ(set.runs[0].configurations[0].main.segments.size(), 2U);
}

TEST_F(MergeTest, ASegmentThatNotAllRunsHaveIsSaidToBeSo) {
  const Host one{.elapsed_ns = 1 * kSecond};
  const std::vector<MergedDistribution> all =
      merged({file("a", one, 1), file("b", {.elapsed_ns = 2 * kSecond}, 2),
              file("c", one, 3, Segment::checkpoint)});
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].files, 2U);
  EXPECT_EQ(all[0].of_files, 2U);
  EXPECT_EQ(all[1].what, "c=2 zero per-file, checkpoint");
  EXPECT_EQ(all[1].files, 1U);
  EXPECT_EQ(all[1].of_files, 2U);
  EXPECT_EQ(told(all).runs.at(0).configurations.size(), 1U);
}

TEST_F(MergeTest, ConfigurationsStayApart) {
  const Host ten{.change = [](ConfigurationResult& each) { each.planned.threads = 10; }};
  const std::vector<MergedDistribution> all =
      merged({file("a", {.elapsed_ns = 1}, 1), file("b", {.elapsed_ns = 2}, 2), file("c", ten, 3)});
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].samples, 2);
  EXPECT_EQ(all[1].samples, 1);
  const ResultSet set = told(all);
  ASSERT_EQ(set.runs.size(), 1U) << "of one run";
  EXPECT_EQ(set.runs[0].configurations.size(), 2U);
}

TEST_F(MergeTest, AnotherPlanIsRefusedWithItsDifference) {
  const fs::path a = file("a.hgrm", {}, 1);
  const std::vector<std::pair<std::string, std::function<void(ConfigurationResult&)>>> changes = {
      {"file_count (100 and 7)", [](ConfigurationResult& each) { each.planned.files = 7; }},
      {"commit (none and group)", [](ConfigurationResult& each) { each.planned.commit = "group"; }},
      {"wal_cap_frames", [](ConfigurationResult& each) { each.planned.wal_cap_frames = 7; }},
      {"synchronous", [](ConfigurationResult& each) { each.settings.synchronous = "full"; }},
      {"page_size", [](ConfigurationResult& each) { each.settings.page_size_bytes = 512; }},
      {"api_delay", [](ConfigurationResult& each) { each.planned.api_delay = "exp:2s"; }},
  };
  for (const auto& [difference, change] : changes) {
    EXPECT_THAT(refusal_of({a, file("b.hgrm", {.change = change}, 2)}),
                AllOf(HasSubstr("b.hgrm: "), HasSubstr("a.hgrm"), HasSubstr(difference)));
  }
}

TEST_F(MergeTest, TheEnvironmentIsToldWhereAllHaveTheSame) {
  const Host one{.elapsed_ns = 1};
  const LoadedRun same =
      told(merged({file("a", one, 1), file("b", {.elapsed_ns = 2}, 2)})).runs.at(0);
  ASSERT_TRUE(same.environment.has_value());
  EXPECT_EQ(same.environment->cpu_model, "a CPU");
  EXPECT_EQ(same.environment_digest, environment_digest(*same.environment));
  const LoadedRun unlike =
      told(merged({file("a", one, 1), file("b", {.elapsed_ns = 2, .cpu_model = "another"}, 2)}))
          .runs.at(0);
  EXPECT_FALSE(unlike.environment.has_value());
  EXPECT_NE(unlike.environment_digest, same.environment_digest);
}

TEST_F(MergeTest, RowsWithoutAHistogramAreRefused) {
  const fs::path foreign = write("theirs.hgrm",
                                 "Value Percentile TotalCount 1/(1-Percentile)\n"
                                 "1.000 0.000000000000 1 1.00\n1.000 1.000000000000 1\n");
  EXPECT_THAT(refusal_of({file("a", {}, 1), foreign}),
              AllOf(HasSubstr("theirs.hgrm: "), HasSubstr("no histogram")));
  EXPECT_THAT(refusal_of({path("missing")}), HasSubstr("missing: does not exist"));
  EXPECT_THAT(refusal_of({write("noise", "noise")}), HasSubstr("noise: "));
}

TEST_F(MergeTest, ASideOfAMitigationIsLeftOutByName) {
  const MitigationResult mitigation = measured_mitigation("m", 1, 2);
  const fs::path side =
      write("side.hgrm", write_hgrm(histogram_of(1), 1e6,
                                    hgrm_metadata(full_run(), mitigation, true, Segment::fsm_net)));
  HgrmMerge merge;
  EXPECT_THAT(merge.add(side).value_or(""), HasSubstr("side.hgrm: is one side of a mitigation"));
  EXPECT_TRUE(merge.finish().empty());
}

TEST_F(MergeTest, ColumnsOfValuesAreMergedAmongThemselves) {
  const auto values = [&](const std::string& name, std::int64_t value) {
    return write(name, write_hgrm(histogram_of(value), 1e6, values_metadata(name)));
  };
  const fs::path a = values("a", 10);
  const std::vector<MergedDistribution> all = merged({a, values("b", 2000), values("c", 10)});
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].samples, 3);
  const ResultSet set = told(all);
  Histogram expected = histogram_of(10, 2);
  ASSERT_TRUE(expected.record(2000));
  EXPECT_EQ(set.lone.at(0).file.histogram, expected);
  fs::copy_file(a, path("copy"));
  EXPECT_THAT(refusal_of({a, path("copy")}), HasSubstr("counted twice"));
  EXPECT_THAT(refusal_of({write("abc", all[0].text), a}), HasSubstr("counted twice"));
}

TEST_F(MergeTest, AWiderRangeIsTakenAndAnotherPrecisionRefused) {
  const auto values = [&](const std::string& name, HistogramGeometry geometry, std::int64_t value) {
    Histogram histogram(geometry);
    EXPECT_TRUE(histogram.record(value));
    return write(name, write_hgrm(histogram, 1e6, values_metadata(name)));
  };
  const fs::path narrow = values("narrow", {.highest_trackable_value = 1'000'000}, 900'000);
  const fs::path wide = values("wide", {}, 3'000'000'000'000);
  const ResultSet set = told(merged({narrow, wide}));
  Histogram expected = histogram_of(900'000);
  ASSERT_TRUE(expected.record(3'000'000'000'000));
  EXPECT_EQ(set.lone.at(0).file.histogram, expected);
  EXPECT_EQ(told(merged({wide, narrow})).lone.at(0).file.histogram, expected);
  EXPECT_THAT(refusal_of({wide, values("coarse", {.significant_digits = 2}, 5)}),
              AllOf(HasSubstr("coarse: "), HasSubstr("precision")));
}

TEST_F(MergeTest, NamesFromAFileLeadToNoOtherFolder) {
  const Host hostile{.change = [](ConfigurationResult& each) {
    each.planned.strategy = "../../etc/x";
    each.planned.profile = "a b\n";
  }};
  const std::string name = merged({file("a", hostile, 1)}).at(0).file_name;
  EXPECT_THAT(name, HasSubstr("c2-a-b--..-..-etc-x.fsm_net_ms.hgrm"));
  EXPECT_EQ(fs::path(name).filename(), name);
}

}  // namespace
}  // namespace walbench::metrics
