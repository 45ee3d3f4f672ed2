// Silent bugs these tests would catch: half a result file that looks like a whole one; two runs
// that write into each other's files; temporary files left behind in `results/`; an old result lost
// because the new one could not be written; measurements that a later failure takes away.

#include "metrics/publish/run_publication.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "metrics/files/file_error.hpp"
#include "metrics/histogram/hgrm.hpp"
#include "metrics/publish/result_json.hpp"
#include "metrics/result/hgrm_metadata.hpp"
#include "metrics/result/result_set.hpp"
#include "tests/support/little_room.hpp"
#include "tests/support/publish_whole.hpp"
#include "tests/support/refusal.hpp"
#include "tests/support/temporary_folder.hpp"

namespace walbench::metrics {
namespace {

namespace fs = std::filesystem;
using Names = std::set<std::string>;

RunResult example_run(std::int64_t mark = 1) {
  RunResult run;
  run.timestamp = "2026-01-31T23:59:59Z";
  ConfigurationResult& configuration = run.configurations.emplace_back();
  configuration.planned.threads = 10;
  configuration.planned.profile = "zero";
  configuration.planned.strategy = "per-file";
  configuration.planned.files = mark;
  configuration.elapsed_ns = 1'000'000'000;
  for (const Segment segment : {Segment::lock_wait, Segment::commit}) {
    configuration.main.segments.push_back({segment, Histogram()});
    EXPECT_TRUE(configuration.main.segments.back().histogram.record(mark));
  }
  return run;
}

class RunPublicationTest : public test_support::TemporaryFolderTest {
 protected:
  static std::string refusal(const std::function<void()>& operation) {
    return test_support::refusal_of<FileError>(operation);
  }
  nlohmann::json json() const {
    return nlohmann::json::parse(read(path("results-20260131-235959.json")));
  }
  /// Every id once, and in each file what its own run wrote.
  void expect_whole_runs(std::size_t runs) const;
};

TEST_F(RunPublicationTest, PublishesAJsonAndAFileForEachSegment) {
  RunResult run = example_run();
  const std::vector<fs::path> paths = publish_whole(directory(), run);
  EXPECT_EQ(run.run_id, "20260131-235959");
  const std::vector<fs::path> expected = {
      path("results-20260131-235959.json"),
      path("20260131-235959-c10-zero-per-file.lock_wait_ms.hgrm"),
      path("20260131-235959-c10-zero-per-file.commit_ms.hgrm")};
  EXPECT_EQ(paths, expected);
  EXPECT_EQ(names(),
            (Names{expected[0].filename(), expected[1].filename(), expected[2].filename()}))
      << "and nothing temporary";
  EXPECT_EQ(read(paths[0]), run_to_json(run, analyse(run)));
}

TEST_F(RunPublicationTest, EachFileHoldsItsSegmentInMilliseconds) {
  RunResult run = example_run();
  run.configurations.front().main.segments[1].histogram.reset();
  ASSERT_TRUE(run.configurations.front().main.segments[1].histogram.record(2'000'000));
  const std::vector<fs::path> paths = publish_whole(directory(), run);
  for (std::size_t index = 0; index < 2; ++index) {
    const HgrmFile file = parse_hgrm(read(paths.at(index + 1)));
    const auto& [segment, histogram] = run.configurations.front().main.segments.at(index);
    EXPECT_EQ(file.histogram, histogram);
    EXPECT_EQ(file.walbench_json, hgrm_metadata(run, run.configurations.front(), segment));
  }
  EXPECT_NEAR(parse_hgrm(read(paths[2])).max.value_or(0), 2.0, 0.002);
}

TEST_F(RunPublicationTest, TwoRunsOfOneSecondGetDifferentIds) {
  RunResult first = example_run(1);
  RunResult second = example_run(2);
  RunResult third = example_run(3);
  static_cast<void>(publish_whole(directory(), first));
  const std::string first_text = read(path("results-20260131-235959.json"));
  static_cast<void>(publish_whole(directory(), second));
  static_cast<void>(publish_whole(directory(), third));
  EXPECT_EQ(first.run_id, "20260131-235959");
  EXPECT_EQ(second.run_id, "20260131-235959-2");
  EXPECT_EQ(third.run_id, "20260131-235959-3");
  EXPECT_EQ(names().size(), 9U);
  EXPECT_EQ(read(path("results-20260131-235959.json")), first_text) << "the first is untouched";
}

TEST_F(RunPublicationTest, AFullSecondIsRefused) {
  write("results-20260131-235959.json", "");
  for (int number = 2; number <= 1000; ++number) {
    write("results-20260131-235959-" + std::to_string(number) + ".json", "");
  }
  RunResult run = example_run();
  EXPECT_NE(refusal([&] {
              static_cast<void>(publish_whole(directory(), run));
            }).find("runs of the same second"),
            std::string::npos);
  EXPECT_EQ(names().size(), 1000U);
}

void RunPublicationTest::expect_whole_runs(std::size_t runs) const {
  std::set<std::int64_t> marks;
  for (const std::string& name : names()) {
    if (!name.ends_with(".json")) continue;
    const auto json = nlohmann::json::parse(read(path(name)));
    const auto mark = json["file_count"].get<std::int64_t>();
    const auto id = json["run_id"].get<std::string>();
    EXPECT_EQ(name, "results-" + id + ".json");
    EXPECT_TRUE(marks.insert(mark).second) << "run " << mark << " is there twice";
    for (const char* const segment : {"lock_wait", "commit"}) {
      const HgrmFile file =
          parse_hgrm(read(path(id + "-c10-zero-per-file." + segment + "_ms.hgrm")));
      const HgrmMetadata metadata = parse_hgrm_metadata(file.walbench_json.value_or(""));
      EXPECT_EQ(metadata.run_id, id);
      EXPECT_EQ(metadata.configuration.planned.files, mark);
      EXPECT_EQ(file.histogram.value_or(Histogram()).max(), mark);
    }
  }
  EXPECT_EQ(marks.size(), runs);
  EXPECT_EQ(names().size(), 3 * runs) << "nothing else is there";
}

TEST_F(RunPublicationTest, ManyThreadsAtOnceNeitherCollideNorMix) {
  constexpr std::int64_t kThreads = 8;
  constexpr std::int64_t kRunsEach = 5;
  {
    std::vector<std::jthread> threads;
    for (std::int64_t thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([this, thread] {
        for (std::int64_t number = 0; number < kRunsEach; ++number) {
          RunResult run = example_run(1 + thread * kRunsEach + number);
          static_cast<void>(publish_whole(directory(), run));
        }
      });
    }
  }
  expect_whole_runs(kThreads * kRunsEach);
}

TEST_F(RunPublicationTest, ManyProcessesAtOnceNeitherCollideNorMix) {
  constexpr std::int64_t kProcesses = 10;
  std::vector<pid_t> children;
  for (std::int64_t number = 0; number < kProcesses; ++number) {
    const pid_t child = ::fork();
    if (child == 0) {
      try {
        RunResult run = example_run(1 + number);
        static_cast<void>(publish_whole(directory(), run));
        ::_exit(0);
      } catch (...) {
        ::_exit(1);
      }
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = -1;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
  expect_whole_runs(kProcesses);
}

TEST_F(RunPublicationTest, LeavesNothingBehindWhereItCannotWrite) {
  RunResult run = example_run();
  // The last file needs more room than the others.
  Histogram& histogram = run.configurations.front().main.segments.back().histogram;
  for (std::int64_t value = 1; value < 200'000; ++value) {
    ASSERT_TRUE(histogram.record(value * value));
  }
  const auto publish = [&] { static_cast<void>(publish_whole(directory(), run)); };
  const std::size_t json_bytes = run_to_json(run, analyse(run)).size();
  ASSERT_GT(write_hgrm(histogram, 1e6, "{}").size(), json_bytes + 2000);

  EXPECT_TRUE(fails_with_little_room(100, publish)) << "not even the JSON";
  EXPECT_EQ(names(), Names());
  EXPECT_TRUE(fails_with_little_room(json_bytes + 2000, publish)) << "all but the last file";
  EXPECT_EQ(names(), Names());
}

TEST_F(RunPublicationTest, TakesBackWhatItMovedWhereOneFileCannotBe) {
  const std::string in_the_way = "20260131-235959-c10-zero-per-file.commit_ms.hgrm";
  fs::create_directory(path(in_the_way));
  RunResult run = example_run();
  const std::string why = refusal([&] { static_cast<void>(publish_whole(directory(), run)); });
  EXPECT_NE(why.find(in_the_way), std::string::npos) << why;
  EXPECT_EQ(names(), Names{in_the_way});
}

TEST_F(RunPublicationTest, ARunThatCouldNotBePublishedHasNoId) {
  fs::create_directory(path("20260131-235959-c10-zero-per-file.commit_ms.hgrm"));
  RunResult run = example_run();
  EXPECT_THROW(static_cast<void>(publish_whole(directory(), run)), FileError);
  EXPECT_EQ(run.run_id, "");
}

using ResultsFolderTest = RunPublicationTest;

TEST_F(ResultsFolderTest, MustBeAFolderThatCanBeWrittenTo) {
  const auto open = [&](const fs::path& where) {
    return refusal([&] { static_cast<void>(ResultsFolder(where)); });
  };
  EXPECT_EQ(open(path("missing")), "accepted");
  EXPECT_TRUE(fs::is_directory(path("missing"))) << "one level is made";
  fs::remove(path("missing"));
  EXPECT_NE(open(path("missing/too")).find("No such file"), std::string::npos);
  EXPECT_FALSE(fs::exists(path("missing")));
  write("file", "text");
  EXPECT_NE(open(path("file")).find("is not a folder"), std::string::npos);
  // A file system for which even root has no permission to create files.
  EXPECT_NE(open("/proc/self").find("no file can be created in"), std::string::npos);
  static_cast<void>(ResultsFolder(directory()));
  EXPECT_EQ(names(), Names{"file"}) << "the probe is gone";
}

TEST_F(ResultsFolderTest, WhatKilledRunsLeftIsRemovedButNotWhatIsBeingWritten) {
  write(".a.json.partial-1-1", "left");
  write(".b.hgrm.partial-1-1", "being written");
  write("c.hlog.partial", "somebody's log so far");
  const int writing = ::open(path(".b.hgrm.partial-1-1").c_str(), O_WRONLY | O_CLOEXEC);
  ASSERT_EQ(::flock(writing, LOCK_EX), 0);
  static_cast<void>(ResultsFolder(directory()));
  EXPECT_EQ(names(), (Names{".b.hgrm.partial-1-1", "c.hlog.partial"}));
  ::close(writing);
  static_cast<void>(ResultsFolder(directory()));
  EXPECT_EQ(names(), Names{"c.hlog.partial"});
}

TEST_F(RunPublicationTest, AFolderThatWentAwayIsToldAtTheEnd) {
  fs::create_directory(path("results"));
  const ResultsFolder folder(path("results"));
  fs::remove(path("results"));
  RunResult run = example_run();
  RunPublication publication(folder, run);
  EXPECT_NE(refusal([&] { publication.publish(analyse(run)); }).find("No such file"),
            std::string::npos);
}

// ---- measurement by measurement

std::vector<std::int64_t> threads_in(const nlohmann::json& run) {
  std::vector<std::int64_t> threads;
  for (const auto& each : run["configurations"]) {
    threads.push_back(each["concurrency"].get<std::int64_t>());
  }
  return threads;
}

TEST_F(RunPublicationTest, EachMeasurementIsThereBeforeTheNextBegins) {
  const ResultsFolder folder(directory());
  RunResult run = example_run();
  run.planned = {"c=10 zero per-file", "c=50 zero per-file"};
  RunPublication publication(folder, run);
  publication.publish(analyse(run));
  const std::string first = read(path("20260131-235959-c10-zero-per-file.commit_ms.hgrm"));
  nlohmann::json json = this->json();
  EXPECT_EQ(threads_in(json), std::vector<std::int64_t>{10});
  EXPECT_EQ(json["complete"], false);
  EXPECT_EQ(json["planned"], nlohmann::json(run.planned));
  EXPECT_EQ(json["failures"], nlohmann::json::array());

  run.configurations.push_back(run.configurations.front());
  run.configurations.back().planned.threads = 50;
  run.complete = true;
  publication.publish(analyse(run));
  json = this->json();
  EXPECT_EQ(threads_in(json), (std::vector<std::int64_t>{10, 50}));
  EXPECT_EQ(json["complete"], true);
  EXPECT_EQ(names().size(), 5U);
  EXPECT_EQ(publication.paths().size(), 5U);
  EXPECT_EQ(read(path("20260131-235959-c10-zero-per-file.commit_ms.hgrm")), first);
}

TEST_F(RunPublicationTest, AFailureLaterIsToldAndTakesNothingAway) {
  const ResultsFolder folder(directory());
  RunResult run = example_run();
  RunPublication publication(folder, run);
  publication.publish(analyse(run));
  run.failures.push_back({"c=50 zero per-file", "verify", "a row is wrong"});
  publication.publish(analyse(run));
  const nlohmann::json json = this->json();
  EXPECT_EQ(json["complete"], false);
  EXPECT_EQ(json["failures"], nlohmann::json::parse(R"([{"key": "c=50 zero per-file",
                                "phase": "verify", "sentence": "a row is wrong"}])"));
  EXPECT_EQ(threads_in(json), std::vector<std::int64_t>{10});
  EXPECT_EQ(names().size(), 3U);
}

TEST_F(RunPublicationTest, ARunThatHasNeitherMeasuredNorFailedWritesNothing) {
  RunResult run;
  run.timestamp = "2026-01-31T23:59:59Z";
  EXPECT_TRUE(publish_whole(directory(), run).empty());
  EXPECT_EQ(names(), Names());
  EXPECT_EQ(run.run_id, "");
}

TEST_F(RunPublicationTest, AFailureLeavesARecordOfWhatWasPlanned) {
  RunResult run = example_run();
  const ConfigurationPlanned planned = run.configurations.front().planned;
  run.configurations.clear();
  run.failures = {{"ceiling", "measure", "no ceiling", {}, {}},
                  {"c=10 zero per-file", "verify", "a row is wrong", planned, {}},
                  {"c=10 zero per-file", "seed", "the disk is full", planned, "a mitigation"}};
  static_cast<void>(publish_whole(directory(), run));
  EXPECT_EQ(names(), (Names{"results-20260131-235959.json",
                            "20260131-235959-c10-zero-per-file.failed-2.hgrm",
                            "20260131-235959-c10-zero-per-file.failed-3.hgrm"}));
  const ResultSet set = load_results({directory()});
  EXPECT_TRUE(set.problems.empty());
  ASSERT_EQ(set.runs.size(), 1U);
  EXPECT_TRUE(set.runs[0].configurations.empty());
  EXPECT_EQ(set.runs[0].failures, (std::vector<RunFailure>{run.failures[1], run.failures[2]}));
}

TEST_F(RunPublicationTest, EachFileKnowsWhichOthersWerePublishedWithIt) {
  RunResult run = example_run();
  const std::vector<fs::path> paths = publish_whole(directory(), run);
  const ResultSet whole = load_results({directory()});
  EXPECT_EQ(whole.problems.size(), 0U);
  EXPECT_TRUE(whole.runs.at(0).configurations.at(0).missing().empty());
  fs::remove(paths.back());
  const ResultSet part = load_results({directory()});
  EXPECT_EQ(part.runs.at(0).configurations.at(0).missing(), std::vector<std::string>{"commit"});
}

TEST_F(RunPublicationTest, TheJsonBesideTheFilesSaysWhetherTheRunCameToItsEnd) {
  RunResult run = example_run();
  run.instance = "0123456789abcdef";
  run.planned = {"one", "another"};
  for (const bool complete : {true, false}) {
    run.complete = complete;
    run.run_id.clear();
    static_cast<void>(publish_whole(directory(), run));
    const ResultSet set = load_results({directory()});
    const auto loaded = std::ranges::find(set.runs, run.run_id, &LoadedRun::run_id);
    ASSERT_NE(loaded, set.runs.end());
    EXPECT_EQ(loaded->complete, complete);
    EXPECT_EQ(loaded->planned, run.planned);
  }
  fs::remove(path("results-20260131-235959.json"));
  write("results-20260131-235959-2.json", R"({"instance": "another", "complete": true})");
  for (const LoadedRun& loaded : load_results({directory()}).runs) {
    EXPECT_EQ(loaded.complete, std::nullopt) << "not there, or of another run";
  }
}

TEST_F(RunPublicationTest, AMeasurementThatCannotBePublishedLosesNoEarlierOne) {
  const ResultsFolder folder(directory());
  RunResult run = example_run();
  RunPublication publication(folder, run);
  publication.publish(analyse(run));
  const Names before = names();
  fs::create_directory(path("20260131-235959-c50-zero-per-file.commit_ms.hgrm"));
  run.configurations.push_back(run.configurations.front());
  run.configurations.back().planned.threads = 50;
  EXPECT_NE(refusal([&] { publication.publish(analyse(run)); }), "accepted");
  fs::remove(path("20260131-235959-c50-zero-per-file.commit_ms.hgrm"));
  EXPECT_EQ(names(), before);
  EXPECT_EQ(threads_in(this->json()), std::vector<std::int64_t>{10});
  publication.publish(analyse(run));
  EXPECT_EQ(names().size(), 5U) << "nothing is in the way any more";
}

}  // namespace
}  // namespace walbench::metrics
