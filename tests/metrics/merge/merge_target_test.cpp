// Silent bugs these tests would catch: a measurement written over by a merge whose target somebody
// forgot to name; a merge that cannot be made again over its former self.

#include "metrics/merge/merge_target.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "metrics/histogram/histogram_codec.hpp"
#include "metrics/merge/merge.hpp"
#include "metrics/merge/merge_logs.hpp"
#include "metrics/publish/result_json.hpp"
#include "tests/support/example_results.hpp"
#include "tests/support/refusal.hpp"
#include "tests/support/temporary_folder.hpp"

namespace walbench::metrics {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class MergeTarget : public test_support::TemporaryFolderTest {
 protected:
  static std::string refusal_of(const fs::path& target) {
    return test_support::refusal_of<MergeError>([&] { require_replaceable(target); });
  }
  fs::path measured_file() const {
    return write("measured.hgrm",
                 write_hgrm(histogram_of(5), 1e6,
                            hgrm_metadata(full_run(), full_configuration(), Segment::commit)));
  }
  fs::path values_file() const {
    return write("values.hgrm", write_hgrm(histogram_of(5), 1e6, values_metadata("x")));
  }
  fs::path log_file() const {
    return write("log.hlog",
                 "#[Walbench = c=2]\n#[Histogram log format version 1.3]\n"
                 "#[StartTime: 1700000000.000 (seconds since epoch), x]\n0.000,1.000,0.003," +
                     encode_histogram(histogram_of(5)) + "\n");
  }
  fs::path merged(const fs::path& source) const {
    HgrmMerge merge;
    EXPECT_EQ(merge.add(source), std::nullopt);
    return write("merged-" + source.filename().string(), merge.finish().at(0).text);
  }
};

TEST_F(MergeTarget, WhatAMergeWroteMayBeReplaced) {
  EXPECT_EQ(refusal_of(path("missing")), "accepted");
  EXPECT_EQ(refusal_of(merged(measured_file())), "accepted");
  EXPECT_EQ(refusal_of(merged(values_file())), "accepted");
  merge_logs({log_file()}, path("merged.hlog"));
  EXPECT_EQ(refusal_of(path("merged.hlog")), "accepted");
}

TEST_F(MergeTarget, NothingElseIs) {
  ASSERT_EQ(::mkfifo(path("pipe.hgrm").c_str(), 0600), 0);
  fs::create_symlink(merged(measured_file()), path("link.hgrm"));
  for (const fs::path& target :
       {measured_file(), values_file(), log_file(), write("notes.txt", "notes"),
        write("empty.hgrm", ""), write("empty.hlog", ""), path("pipe.hgrm"), path("link.hgrm")}) {
    EXPECT_THAT(refusal_of(target), HasSubstr(target.filename().string() +
                                              ": exists and no merge wrote it; name another "
                                              "output file, or remove it"));
  }
}

}  // namespace
}  // namespace walbench::metrics
