// Silent bugs these tests would catch: files of two runs put together as one; a segment counted
// twice because its file was named twice.

#include "metrics/result/result_set.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "metrics/result/hgrm_metadata.hpp"
#include "tests/support/temporary_folder.hpp"

namespace walbench::metrics {
namespace {

namespace fs = std::filesystem;

/// What a test says about a file; the rest is the same in all.
struct Described {
  std::string run_id = "20260101-000000";
  std::string timestamp = "2026-01-01T00:00:00Z";
  std::string strategy = "per-file";
  std::int64_t threads = 10;
  std::string profile = "zero";
  std::int64_t files = 818;
  std::string cpu = "a CPU";
  std::string instance = {};
};

ConfigurationResult configuration_of(const Described& described) {
  ConfigurationResult configuration;
  configuration.planned.threads = described.threads;
  configuration.planned.profile = described.profile;
  configuration.planned.strategy = described.strategy;
  configuration.planned.files = described.files;
  configuration.planned.transitions_per_file = 4;
  configuration.elapsed_ns = 1'000'000'000;
  return configuration;
}

std::string metadata_of(const Described& described, Segment segment) {
  RunResult run;
  run.run_id = described.run_id;
  run.timestamp = described.timestamp;
  run.environment.cpu_model = described.cpu;
  run.instance = described.instance;
  return hgrm_metadata(run, configuration_of(described), segment);
}

Histogram of_value(std::int64_t value) {
  Histogram histogram;
  EXPECT_TRUE(histogram.record(value));
  return histogram;
}

class ResultSetTest : public test_support::TemporaryFolderTest {
 protected:
  fs::path text_file(const std::string& text) {
    return write(std::to_string(++files_) + ".hgrm", text);
  }
  fs::path file(const Described& described, Segment segment = Segment::db_total,
                std::int64_t value = 1000) {
    return text_file(write_hgrm(of_value(value), 1e6, metadata_of(described, segment)));
  }
  fs::path missing() const { return path("missing.hgrm"); }

 private:
  int files_ = 0;
};

TEST_F(ResultSetTest, PutsFilesTogetherToConfigurationsAndRuns) {
  const Described later{.run_id = "20260102-000000", .timestamp = "2026-01-02T00:00:00Z"};
  const Described shared{.strategy = "shared-connection"};
  const ResultSet set =
      load_results({file(later, Segment::connect, 1), file({}, Segment::commit, 2),
                    file(shared, Segment::commit, 3), file({}, Segment::fsm_net, 4),
                    file(later, Segment::lock_wait, 5), file({.threads = 50}, Segment::commit, 6),
                    file({.profile = "realistic"}, Segment::commit, 7)});
  EXPECT_TRUE(set.problems.empty());
  EXPECT_TRUE(set.lone.empty());
  ASSERT_EQ(set.runs.size(), 2U);
  EXPECT_EQ(set.runs[0].run_id, "20260102-000000") << "in the order of their first file";
  EXPECT_EQ(set.runs[0].timestamp, "2026-01-02T00:00:00Z");
  ASSERT_EQ(set.runs[0].configurations.size(), 1U);
  EXPECT_EQ(set.runs[0].configurations[0].main.segments.size(), 2U);

  const std::vector<ConfigurationResult>& configurations = set.runs[1].configurations;
  ASSERT_EQ(configurations.size(), 4U);
  const ConfigurationResult& first = configurations[0];
  ASSERT_EQ(first.main.segments.size(), 2U);
  EXPECT_EQ(first.main.segments[0].segment, Segment::fsm_net) << "in the order of Segment";
  EXPECT_EQ(first.main.segments[0].histogram, of_value(4));
  EXPECT_EQ(first.main.segments[1].histogram, of_value(2));
  EXPECT_EQ(first.planned.files, 818);
  EXPECT_EQ(configurations[1].planned.strategy, "shared-connection");
  EXPECT_EQ(configurations[2].planned.threads, 50);
  EXPECT_EQ(configurations[3].planned.profile, "realistic");
}

TEST_F(ResultSetTest, OneRunIdOnTwoSystemsIsTwoRuns) {
  const ResultSet set = load_results({file({}), file({.cpu = "another CPU"})});
  EXPECT_EQ(set.runs.size(), 2U);
  EXPECT_TRUE(set.problems.empty());
}

TEST_F(ResultSetTest, ProcessesThatBeganInTheSameSecondAreRunsOfTheirOwn) {
  const ResultSet set = load_results({file({.instance = "one"}, Segment::db_total, 1000),
                                      file({.instance = "other"}, Segment::db_total, 2000),
                                      file({.instance = "one"}, Segment::commit, 3000)});
  EXPECT_TRUE(set.problems.empty());
  ASSERT_EQ(set.runs.size(), 2U);
  EXPECT_EQ(set.runs[0].configurations[0].main.segments.size(), 2U);
  EXPECT_EQ(set.runs[1].configurations[0].main.segments.size(), 1U);
}

TEST_F(ResultSetTest, TheSameFileTwiceCountsOnce) {
  const fs::path once = file({});
  const ResultSet set = load_results({once, once});
  EXPECT_TRUE(set.problems.empty());
  ASSERT_EQ(set.runs.size(), 1U);
  ASSERT_EQ(set.runs[0].configurations.size(), 1U);
  ASSERT_EQ(set.runs[0].configurations[0].main.segments.size(), 1U);
  EXPECT_EQ(set.runs[0].configurations[0].main.segments[0].histogram.total_count(), 1);
}

TEST_F(ResultSetTest, TwoFilesThatContradictEachOtherAreAProblem) {
  const fs::path other = file({}, Segment::db_total, 2000);
  const ResultSet set = load_results({file({}, Segment::db_total, 1000), other});
  ASSERT_EQ(set.problems.size(), 1U);
  EXPECT_EQ(set.problems[0].path, other);
  EXPECT_NE(set.problems[0].what.find("leave one of them out"), std::string::npos);
  EXPECT_EQ(set.runs.at(0).configurations.at(0).main.segments.at(0).histogram, of_value(1000));
}

TEST_F(ResultSetTest, AForeignFileIsLoneAndApproximate) {
  std::string text = write_hgrm(of_value(5), 1, "{}");
  text.erase(text.find("#[Walbench"));
  const fs::path foreign = text_file(text);
  const ResultSet set = load_results({file({}), foreign});
  ASSERT_EQ(set.lone.size(), 1U);
  EXPECT_EQ(set.lone[0].path, foreign);
  EXPECT_FALSE(set.lone[0].file.histogram.has_value());
  EXPECT_EQ(set.lone[0].file.total_count, 1);
  EXPECT_EQ(set.runs.size(), 1U);
}

TEST_F(ResultSetTest, AColumnOfValuesIsLoneAndExact) {
  const ResultSet set =
      load_results({text_file(write_hgrm(of_value(5), 1e6, values_metadata("latencies.txt")))});
  ASSERT_EQ(set.lone.size(), 1U);
  EXPECT_EQ(set.lone[0].file.histogram, of_value(5));
  EXPECT_TRUE(set.runs.empty());
}

TEST_F(ResultSetTest, ABadFileDoesNotKeepTheOthersFromBeingRead) {
  std::string unknown_segment = metadata_of({.run_id = "another"}, Segment::commit);
  unknown_segment.replace(unknown_segment.find("\"commit\""), 8, "\"nothing\"");
  const fs::path empty_folder = missing().parent_path() / "empty folder";
  fs::create_directory(empty_folder);
  const std::vector<fs::path> bad = {
      empty_folder,  // Folders are looked into before files are read.
      missing(),
      text_file("no such format"),
      text_file(""),
      text_file(write_hgrm(of_value(1), 1e6, "{}")),
      text_file(write_hgrm(of_value(1), 1e6, R"({"schema_version":99})")),
      text_file(write_hgrm(of_value(1), 1e6, unknown_segment)),
  };
  std::vector<fs::path> all = bad;
  all.insert(all.begin(), file({}, Segment::commit));
  all.push_back(file({}, Segment::fsm_net));
  const ResultSet set = load_results(all);
  ASSERT_EQ(set.problems.size(), bad.size());
  for (std::size_t index = 0; index < bad.size(); ++index) {
    EXPECT_EQ(set.problems.at(index).path, bad.at(index));
    EXPECT_FALSE(set.problems.at(index).what.empty()) << bad.at(index);
  }
  ASSERT_EQ(set.runs.size(), 1U) << "a bad file makes no run";
  EXPECT_EQ(set.runs[0].configurations.at(0).main.segments.size(), 2U);
}

TEST_F(ResultSetTest, OfNoFilesIsEmpty) {
  const ResultSet set = load_results({});
  EXPECT_TRUE(set.runs.empty() && set.lone.empty() && set.problems.empty());
}

}  // namespace
}  // namespace walbench::metrics
