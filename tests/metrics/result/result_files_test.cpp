// Silent bugs these tests would catch: files of a folder left out, or taken in an order that
// changes from call to call; an empty folder told as if it were results; a log taken for a
// distribution; a line that takes all memory before it is found to be too long.

#include "metrics/result/result_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "metrics/files/line_reader.hpp"
#include "metrics/format_error.hpp"
#include "metrics/histogram/hgrm.hpp"
#include "metrics/result/hgrm_metadata.hpp"
#include "metrics/result/result_set.hpp"
#include "tests/support/example_results.hpp"
#include "tests/support/temporary_folder.hpp"

namespace walbench::metrics {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class ResultFiles : public test_support::TemporaryFolderTest {
 protected:
  std::vector<FileProblem> problems_;
};

TEST_F(ResultFiles, AFolderStandsForTheResultsDirectlyInIt) {
  fs::create_directories(path("runs/deeper"));
  for (const char* name : {"runs/b.hgrm", "runs/a.hlog", "runs/c.hgrm", "runs/x.json",
                           "runs/y.hlog.partial", "runs/deeper/d.hgrm"}) {
    write(name, "");
  }
  EXPECT_THAT(expand_folders({path("first.hgrm"), path("runs"), path("last.hgrm")}, problems_),
              ElementsAre(path("first.hgrm"), path("runs/a.hlog"), path("runs/b.hgrm"),
                          path("runs/c.hgrm"), path("last.hgrm")));
  EXPECT_THAT(problems_, IsEmpty());
}

TEST_F(ResultFiles, AFolderWithoutResultsIsAProblem) {
  write("readme.txt", "");
  EXPECT_THAT(expand_folders({directory()}, problems_), IsEmpty());
  ASSERT_EQ(problems_.size(), 1U);
  EXPECT_EQ(problems_[0].path, directory());
  EXPECT_THAT(problems_[0].what, HasSubstr("folder without"));
}

TEST_F(ResultFiles, OfAFoldersHdrFilesLogsAreTakenAndPicturesAreNot) {
  write("READ.hdr", "#[Logging for: READ]\n");
  write("sunset.hdr", "#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n");
  EXPECT_THAT(expand_folders({directory()}, problems_), ElementsAre(path("READ.hdr")));
}

TEST_F(ResultFiles, WhatNobodyReadsIsNamed) {
  for (const auto& [text, what] : std::vector<std::pair<std::string, std::string>>{
           {"\x1f\x8b\x08", "gzip"}, {"\xff\xfeV", "UTF-16"}, {"\x28\xb5\x2f\xfd", "zstd"}}) {
    write("x.hgrm", text);
    const ResultSet set = load_results({path("x.hgrm")});
    ASSERT_EQ(set.problems.size(), 1U);
    EXPECT_THAT(set.problems[0].what, HasSubstr(what));
  }
}

// Opening a pipe waits for somebody who writes into it: a test that reads it never ends.
TEST_F(ResultFiles, OfAFolderOnlyFilesAreTaken) {
  fs::create_directory(path("runs"));
  ASSERT_EQ(::mkfifo(path("runs/pipe.hgrm").c_str(), 0600), 0);
  ASSERT_EQ(::mkfifo(path("runs/pipe.hlog").c_str(), 0600), 0);
  fs::create_directory(path("runs/folder.hgrm"));
  fs::create_symlink("/dev/null", path("runs/device.hgrm"));
  write("elsewhere", "");
  fs::create_symlink(path("elsewhere"), path("runs/link.hgrm"));
  EXPECT_THAT(expand_folders({path("runs")}, problems_), ElementsAre(path("runs/link.hgrm")));
}

TEST_F(ResultFiles, TheFirstLinesTellTheKindAndThenTheName) {
  constexpr auto kLog = ResultFileKind::interval_log;
  constexpr auto kDistribution = ResultFileKind::distribution;
  const std::string log = "#a comment\n#[Histogram log format version 1.2]\n";
  const std::string distribution = "noise\nValue Percentile TotalCount 1/(1-Percentile)\n";
  EXPECT_EQ(kind_of_result_file(write("a.hgrm", log)), kLog);
  EXPECT_EQ(kind_of_result_file(write("a.hlog", distribution)), kDistribution);
  EXPECT_EQ(kind_of_result_file(write("a.txt", "noise")), kDistribution);
  EXPECT_EQ(kind_of_result_file(write("a.txt", "\xEF\xBB\xBF" + log.substr(11))), kLog);
  for (const char* name : {"x.hlog", "x.hlog.partial", "READ.hdr"}) {
    EXPECT_EQ(kind_of_result_file(write(name, "noise")), kLog) << name;
    EXPECT_EQ(kind_of_result_file(path(std::string("missing-") + name)), kLog) << name;
  }
}

TEST_F(ResultFiles, LoadingAFolderTellsHowFarItIs) {
  for (const Segment segment : {Segment::commit, Segment::fsm_net}) {
    write(
        std::string(segment_name(segment)) + ".hgrm",
        write_hgrm(histogram_of(5), 1e6, hgrm_metadata(full_run(), full_configuration(), segment)));
  }
  std::vector<std::size_t> read;
  const ResultSet set = load_results({directory()}, [&](const LoadProgress& now) {
    EXPECT_EQ(now.files, 2U);
    read.push_back(now.files_read);
  });
  EXPECT_THAT(read, ElementsAre(0U, 1U));
  ASSERT_EQ(set.runs.size(), 1U);
  EXPECT_EQ(set.runs[0].configurations.at(0).main.segments.size(), 2U);
}

// 1,000 files of the widest geometry; what is kept of each is what its samples need.
TEST_F(ResultFiles, ALoadedHistogramKeepsNoMoreThanItsSamplesNeed) {
  write("x.hgrm", write_hgrm(histogram_of(1'000'000), 1e6,
                             hgrm_metadata(full_run(), full_configuration(), Segment::commit)));
  const ResultSet set = load_results({path("x.hgrm")});
  const Histogram& loaded = set.runs.at(0).configurations.at(0).main.segments.at(0).histogram;
  EXPECT_LT(loaded.bytes_held(), 100'000U);
  EXPECT_GT(Histogram().bytes_held(), 250'000U);
}

TEST_F(ResultFiles, LinesComeOneByOne) {
  LineReader lines(write("x", "one\r\n\n" + std::string(100'000, 'x') + "\nend"), 200'000);
  ASSERT_TRUE(lines.next());
  EXPECT_EQ(lines.line(), "one");
  EXPECT_TRUE(lines.terminated());
  ASSERT_TRUE(lines.next());
  EXPECT_EQ(lines.line(), "");
  ASSERT_TRUE(lines.next());
  EXPECT_EQ(lines.line().size(), 100'000U);
  EXPECT_EQ(lines.number(), 3);
  ASSERT_TRUE(lines.next());
  EXPECT_EQ(lines.line(), "end");
  EXPECT_FALSE(lines.terminated());
  EXPECT_FALSE(lines.next());
  EXPECT_EQ(lines.bytes_read(), 100'010U);
}

// A file without an end, so that whoever looks at the whole line first never comes back.
TEST_F(ResultFiles, ALineThatIsTooLongIsRefusedBeforeItsEnd) {
  LineReader lines("/dev/zero", 1'000'000);
  EXPECT_THROW(lines.next(), FormatError);
  EXPECT_LT(lines.bytes_read(), 1'200'000U);
}

TEST_F(ResultFiles, WhatCannotBeReadIsSaid) {
  EXPECT_ANY_THROW(LineReader(path("missing"), 10));
  EXPECT_ANY_THROW(LineReader(directory(), 10));
}

}  // namespace
}  // namespace walbench::metrics
