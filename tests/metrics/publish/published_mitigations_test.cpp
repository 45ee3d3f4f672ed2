// Silent bugs these tests would catch: a mitigation's two sides written over each other; figures
// that `report` computes from the files and bench computed otherwise; repeats paired with those of
// another file; half a mitigation left behind that looks like a whole one.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "metrics/analysis/findings.hpp"
#include "metrics/analysis/mitigation_analysis.hpp"
#include "metrics/files/file_error.hpp"
#include "metrics/histogram/hgrm.hpp"
#include "metrics/publish/result_json.hpp"
#include "metrics/publish/run_publication.hpp"
#include "metrics/result/hgrm_metadata.hpp"
#include "metrics/result/result_set.hpp"
#include "tests/support/example_results.hpp"
#include "tests/support/publish_whole.hpp"
#include "tests/support/temporary_folder.hpp"

namespace walbench::metrics {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

/// Configurations in the order in which bench measures, and three mitigations, simplest first.
RunResult whole_run() {
  RunResult run;
  run.timestamp = "2026-01-31T23:59:59Z";
  for (const std::int64_t threads : {1, 10, 50}) {
    run.configurations.push_back(
        measured(threads, "zero", "per-file", 1'000'000'000 + threads,
                 {{Segment::fsm_net, 1000 + threads}, {Segment::db_total, 500 + threads}}));
  }
  for (const std::int64_t threads : {50, 10, 1}) {
    run.configurations.push_back(measured(threads, "realistic", "per-file", 2'000'000'000,
                                          {{Segment::fsm_net, 1500 + threads}}));
  }
  run.mitigations = {measured_mitigation("pooled-connection", 2, 3),
                     measured_mitigation("shared-connection", 3, 5),
                     measured_mitigation("batch", 5, 2)};
  return run;
}

class PublishedMitigations : public test_support::TemporaryFolderTest {
 protected:
  /// The .hgrm files that a run was published as.
  std::vector<fs::path> publish(RunResult& run) const {
    std::vector<fs::path> paths = publish_whole(directory(), run);
    std::erase_if(paths, [](const fs::path& path) { return path.extension() != ".hgrm"; });
    return paths;
  }
  fs::path file(const std::string& name, const std::string& metadata, std::int64_t value) const {
    return write(name, write_hgrm(histogram_of(value), 1e6, metadata));
  }
};

TEST_F(PublishedMitigations, HaveAJsonAndFilesForBothSides) {
  RunResult run;
  run.timestamp = "2026-01-31T23:59:59Z";
  run.mitigations = {measured_mitigation("shared-connection", 3, 2)};
  const std::vector<fs::path> paths = publish_whole(directory(), run);
  std::vector<std::string> published;
  for (const fs::path& path : paths) {
    published.push_back(path.filename());
  }
  const std::string before = "20260131-235959-c10-zero-per-file.before-shared-connection.";
  const std::string after = "20260131-235959-c10-zero-shared-connection.after-shared-connection.";
  const std::vector<std::string> expected = {
      "results-20260131-235959.json",  "results-mitigation-20260131-235959-shared-connection.json",
      before + "fsm_net_ms.hgrm",      before + "lock_wait_ms.hgrm",
      before + "fsm_dispatch_ms.hgrm", before + "db_total_ms.hgrm",
      after + "fsm_net_ms.hgrm",       after + "lock_wait_ms.hgrm",
      after + "fsm_dispatch_ms.hgrm",  after + "db_total_ms.hgrm"};
  EXPECT_EQ(published, expected);
  EXPECT_EQ(names(), std::set<std::string>(expected.begin(), expected.end()));
  EXPECT_EQ(read(paths[1]),
            mitigation_to_json(run, run.mitigations[0], analyse(run).mitigations[0]));
}

TEST_F(PublishedMitigations, AFileThatContradictsTheOthersIsAProblem) {
  RunResult run = whole_run();
  std::vector<fs::path> paths = publish(run);
  run.configurations[1].elapsed_ns += 1;
  run.mitigations[0].mitigation.pooled.commits += 1;
  const fs::path of_configuration =
      file("a.hgrm", hgrm_metadata(run, run.configurations[1], Segment::connect), 7);
  const fs::path of_mitigation =
      file("b.hgrm", hgrm_metadata(run, run.mitigations[0], false, Segment::connect), 7);
  paths.push_back(of_configuration);
  paths.push_back(of_mitigation);
  const ResultSet set = load_results(paths);
  ASSERT_EQ(set.problems.size(), 2U);
  EXPECT_EQ(set.problems[0].path, of_configuration);
  EXPECT_THAT(set.problems[0].what, HasSubstr("says something else"));
  EXPECT_EQ(set.problems[1].path, of_mitigation);
}

TEST_F(PublishedMitigations, EachFileHoldsTheSamplesOfAllRepeatsOfItsSide) {
  RunResult run = whole_run();
  publish(run);
  const MitigationResult& shared = run.mitigations[1];
  const std::string id = run.run_id + "-c10-zero-";
  const HgrmFile before =
      parse_hgrm(read(path(id + "per-file.before-shared-connection.fsm_net_ms.hgrm")));
  const HgrmFile after =
      parse_hgrm(read(path(id + "shared-connection.after-shared-connection.fsm_net_ms.hgrm")));
  EXPECT_EQ(before.total_count, 5);
  EXPECT_EQ(before.histogram, *shared.baseline.pooled.find(Segment::fsm_net));
  EXPECT_EQ(after.histogram, *shared.mitigation.pooled.find(Segment::fsm_net));
  EXPECT_EQ(before.walbench_json, hgrm_metadata(run, shared, true, Segment::fsm_net));
  EXPECT_EQ(after.walbench_json, hgrm_metadata(run, shared, false, Segment::fsm_net));
}

void expect_same_rows(const MitigationResult& loaded, const MitigationResult& original) {
  const std::vector<FigureChange> rows = compare_pairs(loaded);
  const std::vector<FigureChange> expected = compare_pairs(original);
  ASSERT_EQ(rows.size(), expected.size());
  for (std::size_t index = 0; index < rows.size(); ++index) {
    const FigureChange& row = rows.at(index);
    const FigureChange& other = expected.at(index);
    EXPECT_EQ(row.name(), other.name());
    EXPECT_EQ(row.before, other.before) << row.name();
    EXPECT_EQ(row.after, other.after) << row.name();
    EXPECT_EQ(row.change.ratio, other.change.ratio) << row.name();
    ASSERT_TRUE(row.change.interval && other.change.interval) << row.name();
    EXPECT_EQ(row.change.interval->low, other.change.interval->low) << row.name();
    EXPECT_EQ(row.change.interval->high, other.change.interval->high) << row.name();
  }
}

void expect_same(const LoadedRun& loaded, const RunResult& run) {
  EXPECT_EQ(loaded.run_id, run.run_id);
  ASSERT_EQ(loaded.configurations.size(), run.configurations.size());
  for (std::size_t index = 0; index < run.configurations.size(); ++index) {
    const ConfigurationResult& original = run.configurations.at(index);
    const ConfigurationResult& found = loaded.configurations.at(index);
    EXPECT_EQ(hgrm_metadata(run, found, Segment::fsm_net),
              hgrm_metadata(run, original, Segment::fsm_net));
    EXPECT_EQ(found.main.segments.size(), original.main.segments.size());
  }
  ASSERT_EQ(loaded.mitigations.size(), run.mitigations.size());
  for (std::size_t index = 0; index < run.mitigations.size(); ++index) {
    const MitigationResult& original = run.mitigations.at(index);
    const MitigationResult& found = loaded.mitigations.at(index);
    EXPECT_EQ(found.info, original.info);
    for (const bool baseline : {true, false}) {
      EXPECT_EQ(hgrm_metadata(run, found, baseline, Segment::lock_wait),
                hgrm_metadata(run, original, baseline, Segment::lock_wait));
    }
    expect_same_rows(found, original);
  }
  EXPECT_EQ(analyse({}, loaded.mitigations).recommendation.value_or(Recommendation()).sentences,
            analyse({}, run.mitigations).recommendation.value_or(Recommendation()).sentences);
}

// Each order is made from the last by a fixed step, so a failure comes again.
TEST_F(PublishedMitigations, ComeBackTheSameInWhateverOrderTheFilesAreGiven) {
  RunResult run = whole_run();
  std::vector<fs::path> paths = publish(run);
  ASSERT_EQ(paths.size(), 9U + 3 * 2 * 4);
  std::ranges::sort(paths);
  for (int order = 0; order < 12; ++order) {
    SCOPED_TRACE(order);
    const ResultSet set = load_results(paths);
    EXPECT_TRUE(set.problems.empty());
    EXPECT_TRUE(set.lone.empty());
    ASSERT_EQ(set.runs.size(), 1U);
    expect_same(set.runs[0], run);
    std::ranges::rotate(paths, paths.begin() + 7);
    std::reverse(paths.begin(), paths.begin() + 13);
  }
}

TEST_F(PublishedMitigations, GivenTwiceCountOnce) {
  RunResult run = whole_run();
  std::vector<fs::path> paths = publish(run);
  const std::vector<fs::path> once = paths;
  paths.insert(paths.end(), once.begin(), once.end());
  const ResultSet set = load_results(paths);
  EXPECT_TRUE(set.problems.empty());
  ASSERT_EQ(set.runs.size(), 1U);
  expect_same(set.runs[0], run);
}

TEST_F(PublishedMitigations, AreNoConfigurationsOfTheRun) {
  RunResult run = whole_run();
  run.configurations.clear();
  const ResultSet set = load_results(publish(run));
  ASSERT_EQ(set.runs.size(), 1U);
  EXPECT_TRUE(set.runs[0].configurations.empty());
  EXPECT_EQ(set.runs[0].mitigations.size(), 3U);
}

TEST_F(PublishedMitigations, OneSideAloneHasNoRows) {
  RunResult run = whole_run();
  const std::vector<fs::path> all = publish(run);
  for (const char* const side : {".before-", ".after-"}) {
    std::vector<fs::path> paths = all;
    std::erase_if(paths, [side](const fs::path& path) {
      return path.filename().string().find(side) == std::string::npos;
    });
    const ResultSet set = load_results(paths);
    EXPECT_TRUE(set.problems.empty());
    ASSERT_EQ(set.runs.size(), 1U);
    ASSERT_EQ(set.runs[0].mitigations.size(), 3U);
    for (const MitigationResult& each : set.runs[0].mitigations) {
      EXPECT_NE(each.baseline.repeats.empty(), each.mitigation.repeats.empty()) << side;
      EXPECT_TRUE(compare_pairs(each).empty()) << side;
    }
  }
}

TEST_F(PublishedMitigations, SomeSegmentsHaveTheirRowsAndThroughput) {
  RunResult run = whole_run();
  std::vector<fs::path> paths = publish(run);
  std::erase_if(paths, [](const fs::path& path) {
    const std::string name = path.filename();
    return name.find("-shared-connection.lock_wait_ms") == std::string::npos;
  });
  ASSERT_EQ(paths.size(), 2U);
  const ResultSet set = load_results(paths);
  ASSERT_EQ(set.runs.size(), 1U);
  const std::vector<FigureChange> rows = compare_pairs(set.runs[0].mitigations.at(0));
  ASSERT_EQ(rows.size(), 5U);
  EXPECT_EQ(rows[0].name(), "lock_wait P95");
  EXPECT_EQ(rows[4].name(), "transitions/s");
}

// ---- pair by pair

class PublishedPairs : public PublishedMitigations {
 protected:
  PublishedPairs() { run_.timestamp = "2026-01-31T23:59:59Z"; }

  static MitigationResult pairs(std::int64_t count) {
    return measured_mitigation("shared-connection", 3, count);
  }
  /// The .hgrm files there are, with what is in them.
  std::map<std::string, std::string> files() const {
    std::map<std::string, std::string> all;
    for (const std::string& name : names()) {
      if (name.ends_with(".hgrm")) all.emplace(name, read(path(name)));
    }
    return all;
  }
  void put_back(const std::map<std::string, std::string>& files) const {
    for (const auto& [name, text] : files) {
      std::ofstream(path(name), std::ios::binary) << text;
    }
  }
  std::size_t pairs_loaded() const {
    const ResultSet set = load_results({directory()});
    EXPECT_TRUE(set.problems.empty());
    if (set.runs.size() != 1 || set.runs[0].mitigations.size() != 1) return 0;
    const MitigationResult& found = set.runs[0].mitigations[0];
    EXPECT_EQ(found.baseline.repeats.size(), found.mitigation.repeats.size());
    EXPECT_TRUE(found.baseline.pooled.missing().empty());
    return found.baseline.repeats.size();
  }

  RunResult run_;
  ResultsFolder folder_{directory()};
  RunPublication publication_{folder_, run_};
};

TEST_F(PublishedPairs, SurviveUntilTheMitigationIsThere) {
  for (const std::int64_t count : {1, 2}) {
    publication_.publish_pairs(pairs(count));
    EXPECT_EQ(pairs_loaded(), static_cast<std::size_t>(count));
    EXPECT_EQ(names().size(), 1U + 8U) << "those of fewer pairs are gone";
  }
  run_.mitigations.push_back(pairs(3));
  publication_.publish(analyse(run_));
  EXPECT_EQ(pairs_loaded(), 3U);
  for (const std::string& name : names()) {
    EXPECT_EQ(name.find("pairs"), std::string::npos) << name;
  }
}

TEST_F(PublishedPairs, AKillBetweenTwoStatesLosesNone) {
  publication_.publish_pairs(pairs(2));
  const auto before = files();
  publication_.publish_pairs(pairs(3));
  const auto after = files();
  put_back(before);
  EXPECT_EQ(pairs_loaded(), 3U) << "the files of fewer pairs were not removed yet";
  for (const auto& [name, text] : after) {
    fs::remove(path(name));
    EXPECT_EQ(pairs_loaded(), 2U) << "without " << name;
  }
}

TEST_F(PublishedMitigations, OtherSamplesOfTheSameSegmentAreAProblem) {
  const RunResult run = full_run();
  const std::string metadata =
      hgrm_metadata(run, measured_mitigation("shared-connection", 3, 2), true, Segment::fsm_net);
  const fs::path other = file("other.hgrm", metadata, 2000);
  const ResultSet set = load_results({file("one.hgrm", metadata, 1000), other});
  ASSERT_EQ(set.problems.size(), 1U);
  EXPECT_EQ(set.problems[0].path, other);
  EXPECT_THAT(set.problems[0].what, HasSubstr("leave one of them out"));
  EXPECT_EQ(set.runs.at(0).mitigations.at(0).baseline.repeats.at(0).segments.size(), 1U);
}

TEST_F(PublishedMitigations, TwoRunsOfOneMitigationStayApart) {
  RunResult first = whole_run();
  RunResult second = whole_run();
  std::vector<fs::path> paths = publish(first);
  for (const fs::path& path : publish(second)) {
    paths.insert(paths.begin(), path);
  }
  const ResultSet set = load_results(paths);
  EXPECT_TRUE(set.problems.empty());
  ASSERT_EQ(set.runs.size(), 2U);
  expect_same(set.runs[0], second);
  expect_same(set.runs[1], first);
}

// All or nothing: whichever file of a mitigation cannot be moved to its place.
TEST_F(PublishedMitigations, LeaveNothingBehindWhereOneFileCannotBe) {
  for (const std::string in_the_way :
       {"results-mitigation-20260131-235959-pooled-connection.json",
        "20260131-235959-c10-zero-per-file.before-pooled-connection.db_total_ms.hgrm",
        "20260131-235959-c10-zero-shared-connection.after-shared-connection.fsm_net_ms.hgrm"}) {
    fs::create_directory(path(in_the_way));
    RunResult run = whole_run();
    EXPECT_THROW(publish(run), FileError) << in_the_way;
    EXPECT_EQ(run.run_id, "");
    EXPECT_EQ(names(), std::set<std::string>{in_the_way});
    fs::remove(path(in_the_way));
  }
}

TEST_F(PublishedMitigations, TwoOfOneNameAreRefusedWhole) {
  RunResult run = whole_run();
  run.mitigations.push_back(run.mitigations.front());
  EXPECT_THROW(publish(run), FileError);
  EXPECT_TRUE(names().empty());
}

}  // namespace
}  // namespace walbench::metrics
