// Silent bugs these tests would catch: half a result file that looks like a whole one; two runs
// that write into each other's files; temporary files left behind in `results/`; an old result lost
// because the new one could not be written.

#include "metrics/publish/results_folder.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "metrics/files/text_file.hpp"
#include "metrics/histogram/hgrm.hpp"
#include "metrics/publish/result_json.hpp"
#include "metrics/result/hgrm_metadata.hpp"
#include "tests/support/little_room.hpp"

namespace walbench::metrics {
namespace {

namespace fs = std::filesystem;
using Names = std::set<std::string>;

constexpr std::size_t kPlenty = std::size_t{1} << 24U;

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
    configuration.segments.push_back({segment, Histogram()});
    EXPECT_TRUE(configuration.segments.back().histogram.record(mark));
  }
  return run;
}

std::string read(const fs::path& path) {
  return read_text_file(path, kPlenty);
}

class ResultsFolderTest : public testing::Test {
 protected:
  ResultsFolderTest() {
    std::string name = (fs::temp_directory_path() / "walbench-XXXXXX").string();
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    directory_ = name;
  }
  ~ResultsFolderTest() override { fs::remove_all(directory_); }

  const fs::path& directory() const { return directory_; }
  fs::path path(const std::string& name) const { return directory_ / name; }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path(name), std::ios::binary) << text;
  }
  Names names() const {
    Names all;
    for (const fs::directory_entry& entry : fs::directory_iterator(directory_)) {
      all.insert(entry.path().filename().string());
    }
    return all;
  }
  std::string refusal(const std::function<void()>& operation) const {
    try {
      operation();
    } catch (const FileError& error) {
      return error.what();
    }
    return "done";
  }

 private:
  fs::path directory_;
};

TEST_F(ResultsFolderTest, PublishesAJsonAndAFileForEachSegment) {
  RunResult run = example_run();
  const std::vector<fs::path> paths = ResultsFolder(directory()).publish(run);
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

TEST_F(ResultsFolderTest, EachFileHoldsItsSegmentInMilliseconds) {
  RunResult run = example_run();
  run.configurations.front().segments[1].histogram.reset();
  ASSERT_TRUE(run.configurations.front().segments[1].histogram.record(2'000'000));
  const std::vector<fs::path> paths = ResultsFolder(directory()).publish(run);
  for (std::size_t index = 0; index < 2; ++index) {
    const HgrmFile file = parse_hgrm(read(paths.at(index + 1)));
    const auto& [segment, histogram] = run.configurations.front().segments.at(index);
    EXPECT_EQ(file.histogram, histogram);
    EXPECT_EQ(file.walbench_json, hgrm_metadata(run, run.configurations.front(), segment));
  }
  EXPECT_NEAR(parse_hgrm(read(paths[2])).max.value_or(0), 2.0, 0.002);
}

TEST_F(ResultsFolderTest, TwoRunsOfOneSecondGetDifferentIds) {
  const ResultsFolder folder(directory());
  RunResult first = example_run(1);
  RunResult second = example_run(2);
  RunResult third = example_run(3);
  static_cast<void>(folder.publish(first));
  const std::string first_text = read(path("results-20260131-235959.json"));
  static_cast<void>(folder.publish(second));
  static_cast<void>(folder.publish(third));
  EXPECT_EQ(first.run_id, "20260131-235959");
  EXPECT_EQ(second.run_id, "20260131-235959-2");
  EXPECT_EQ(third.run_id, "20260131-235959-3");
  EXPECT_EQ(names().size(), 9U);
  EXPECT_EQ(read(path("results-20260131-235959.json")), first_text) << "the first is untouched";
}

TEST_F(ResultsFolderTest, AFullSecondIsRefused) {
  write("results-20260131-235959.json", "");
  for (int number = 2; number <= 1000; ++number) {
    write("results-20260131-235959-" + std::to_string(number) + ".json", "");
  }
  RunResult run = example_run();
  const ResultsFolder folder(directory());
  EXPECT_NE(
      refusal([&] { static_cast<void>(folder.publish(run)); }).find("runs of the same second"),
      std::string::npos);
  EXPECT_EQ(names().size(), 1000U);
}

/// Every id once, and in each file what its own run wrote.
void expect_whole_runs(const Names& names, const fs::path& directory, std::size_t runs) {
  std::set<std::int64_t> marks;
  for (const std::string& name : names) {
    if (!name.ends_with(".json")) continue;
    const auto json = nlohmann::json::parse(read(directory / name));
    const auto mark = json["file_count"].get<std::int64_t>();
    const auto id = json["run_id"].get<std::string>();
    EXPECT_EQ(name, "results-" + id + ".json");
    EXPECT_TRUE(marks.insert(mark).second) << "run " << mark << " is there twice";
    for (const char* const segment : {"lock_wait", "commit"}) {
      const HgrmFile file =
          parse_hgrm(read(directory / (id + "-c10-zero-per-file." + segment + "_ms.hgrm")));
      const HgrmMetadata metadata = parse_hgrm_metadata(file.walbench_json.value_or(""));
      EXPECT_EQ(metadata.run_id, id);
      EXPECT_EQ(metadata.configuration.planned.files, mark);
      EXPECT_EQ(file.histogram.value_or(Histogram()).max(), mark);
    }
  }
  EXPECT_EQ(marks.size(), runs);
  EXPECT_EQ(names.size(), 3 * runs) << "nothing else is there";
}

TEST_F(ResultsFolderTest, ManyThreadsAtOnceNeitherCollideNorMix) {
  constexpr std::int64_t kThreads = 8;
  constexpr std::int64_t kRunsEach = 5;
  {
    const ResultsFolder folder(directory());
    std::vector<std::jthread> threads;
    for (std::int64_t thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&folder, thread] {
        for (std::int64_t number = 0; number < kRunsEach; ++number) {
          RunResult run = example_run(1 + thread * kRunsEach + number);
          static_cast<void>(folder.publish(run));
        }
      });
    }
  }
  expect_whole_runs(names(), directory(), kThreads * kRunsEach);
}

TEST_F(ResultsFolderTest, ManyProcessesAtOnceNeitherCollideNorMix) {
  constexpr std::int64_t kProcesses = 10;
  std::vector<pid_t> children;
  for (std::int64_t number = 0; number < kProcesses; ++number) {
    const pid_t child = ::fork();
    if (child == 0) {
      try {
        RunResult run = example_run(1 + number);
        static_cast<void>(ResultsFolder(directory()).publish(run));
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
  expect_whole_runs(names(), directory(), kProcesses);
}

TEST_F(ResultsFolderTest, LeavesNothingBehindWhereItCannotWrite) {
  RunResult run = example_run();
  // The last file needs more room than the others.
  Histogram& histogram = run.configurations.front().segments.back().histogram;
  for (std::int64_t value = 1; value < 60'000; ++value) {
    ASSERT_TRUE(histogram.record(value * value));
  }
  const ResultsFolder folder(directory());
  const auto publish = [&] { static_cast<void>(folder.publish(run)); };
  const std::size_t json_bytes = run_to_json(run, analyse(run)).size();
  ASSERT_GT(write_hgrm(histogram, 1e6, "{}").size(), json_bytes + 2000);

  EXPECT_TRUE(fails_with_little_room(100, publish)) << "not even the JSON";
  EXPECT_EQ(names(), Names());
  EXPECT_TRUE(fails_with_little_room(json_bytes + 2000, publish)) << "all but the last file";
  EXPECT_EQ(names(), Names());
}

TEST_F(ResultsFolderTest, TakesBackWhatItMovedWhereOneFileCannotBe) {
  const std::string in_the_way = "20260131-235959-c10-zero-per-file.commit_ms.hgrm";
  fs::create_directory(path(in_the_way));
  RunResult run = example_run();
  const ResultsFolder folder(directory());
  const std::string why = refusal([&] { static_cast<void>(folder.publish(run)); });
  EXPECT_NE(why.find(in_the_way), std::string::npos) << why;
  EXPECT_EQ(names(), Names{in_the_way});
}

TEST_F(ResultsFolderTest, ARunThatCouldNotBePublishedHasNoId) {
  fs::create_directory(path("20260131-235959-c10-zero-per-file.commit_ms.hgrm"));
  RunResult run = example_run();
  EXPECT_THROW(static_cast<void>(ResultsFolder(directory()).publish(run)), FileError);
  EXPECT_EQ(run.run_id, "");
}

TEST_F(ResultsFolderTest, WhatADeadProcessLeftDoesNotBlock) {
  write(".results-20260131-235959.json.partial", "half");
  RunResult run = example_run();
  static_cast<void>(ResultsFolder(directory()).publish(run));
  EXPECT_EQ(run.run_id, "20260131-235959-2");
  EXPECT_EQ(read(path(".results-20260131-235959.json.partial")), "half") << "it is not ours";
}

TEST_F(ResultsFolderTest, MustBeAFolderThatCanBeWrittenTo) {
  const auto open = [&](const fs::path& where) {
    return refusal([&] { static_cast<void>(ResultsFolder(where)); });
  };
  EXPECT_NE(open(path("missing")).find("does not exist; create it"), std::string::npos);
  EXPECT_FALSE(fs::exists(path("missing")));
  write("file", "text");
  EXPECT_NE(open(path("file")).find("is not a folder"), std::string::npos);
  // A file system for which even root has no permission to create files.
  EXPECT_NE(open("/proc/self").find("no file can be created in"), std::string::npos);
  static_cast<void>(ResultsFolder(directory()));
  EXPECT_EQ(names(), Names{"file"}) << "the probe is gone";
}

TEST_F(ResultsFolderTest, AFolderThatWentAwayIsToldAtTheEnd) {
  fs::create_directory(path("results"));
  const ResultsFolder folder(path("results"));
  fs::remove(path("results"));
  RunResult run = example_run();
  EXPECT_NE(refusal([&] { static_cast<void>(folder.publish(run)); }).find("No such file"),
            std::string::npos);
}

using WriteFileAtomically = ResultsFolderTest;

TEST_F(WriteFileAtomically, WritesAllAndLeavesNoTemporaryName) {
  std::string text(300'000, 'x');
  text[1000] = '\0';
  write_file_atomically(path("out"), text);
  EXPECT_EQ(read(path("out")), text);
  write_file_atomically(path("out"), "");
  EXPECT_EQ(read(path("out")), "") << "the old one was replaced";
  EXPECT_EQ(names(), Names{"out"});
}

TEST_F(WriteFileAtomically, KeepsTheOldFileWhereItCannotWrite) {
  write("out", "old");
  const std::string text(10'000, 'x');
  EXPECT_TRUE(fails_with_little_room(5000, [&] { write_file_atomically(path("out"), text); }));
  EXPECT_EQ(read(path("out")), "old");
  EXPECT_EQ(names(), Names{"out"});
}

TEST_F(WriteFileAtomically, SaysWhichFileAndWhy) {
  const std::string why = refusal([&] { write_file_atomically(path("no/out"), "text"); });
  EXPECT_NE(why.find("out"), std::string::npos) << why;
  EXPECT_NE(why.find("No such file or directory"), std::string::npos) << why;
  EXPECT_NE(why.find("choose another place"), std::string::npos) << why;
}

// As in `report --values FILE --hgrm /dev/null`: as root, a rename would replace the device.
TEST_F(WriteFileAtomically, DoesNotReplaceWhatIsNoFile) {
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  EXPECT_NE(refusal([&] { write_file_atomically(path("pipe"), "text"); }), "done");
  EXPECT_TRUE(fs::is_fifo(path("pipe")));
  fs::create_directory(path("folder"));
  EXPECT_NE(refusal([&] { write_file_atomically(path("folder"), "text"); }), "done");
  EXPECT_EQ(names(), (Names{"folder", "pipe"}));
}

// Process ids come again, in containers at once.
TEST_F(WriteFileAtomically, WhatADeadProcessOfTheSameIdLeftDoesNotBlock) {
  write(".out." + std::to_string(::getpid()) + ".partial", "half");
  EXPECT_EQ(refusal([&] { write_file_atomically(path("out"), "text"); }), "done");
}

}  // namespace
}  // namespace walbench::metrics
