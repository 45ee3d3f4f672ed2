// Silent bugs these tests would catch: a keeper of the WAL that nobody reads of; one who is named
// though others kept it longer; a stranger's time told as exact; advice that names nobody's fault.

#include "tools/document/wal_story_document.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace walbench::tools {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

std::vector<std::string> told(const metrics::ConfigurationResult& result) {
  std::vector<std::string> all;
  for (const Sentence& each : wal_story_of(result)) {
    all.push_back(each.text);
  }
  return all;
}

metrics::ConfigurationResult kept_by(std::vector<metrics::WalKeeper> keepers) {
  metrics::ConfigurationResult result;
  result.planned.readers = 1;
  result.wal.peak_bytes = 432'000'000;
  result.wal.checkpoint_longest_ns = 410'000'000;
  result.reuse = {3, 211, 208, 109'800, 428'000'000, std::move(keepers)};
  return result;
}

TEST(WalStoryDocument, NamesTheReader) {
  EXPECT_THAT(
      told(kept_by({{"reader 1", 211, 3'000'000'000, 109'800}})),
      ElementsAre("The WAL could start over 3 times and could not 211 times: reader 1 kept it "
                  "(for 3 s at most, 109,800 frames at most).",
                  "It grew by 428.0 MB while it was kept, and was 432.0 MB at most; the longest "
                  "checkpoint took 410 ms.",
                  StartsWith("Try shorter read transactions")));
}

TEST(WalStoryDocument, TellsSeveralByHowOften) {
  EXPECT_THAT(told(kept_by({{"readers in turns", 150, 2'000'000'000, 109'800},
                            {"outside", 50, 1'000'000'000, 700},
                            {"writers", 11, 3'000'000, 8}}))[0],
              HasSubstr("211 times: readers in turns kept it without a gap 150 times (for 2 s "
                        "at most, 109,800 frames at most); somebody outside of bench kept it 50 "
                        "times (for 1 s or longer, 700 frames at most); transactions of the "
                        "writers kept it 11 times (for 3 ms at most, 8 frames at most)."));
}

TEST(WalStoryDocument, AdvisesNobodyWhereWritersAloneWereInTheWay) {
  EXPECT_THAT(told(kept_by({{"writers", 211, 3'000'000, 8}})), SizeIs(2));
}

TEST(WalStoryDocument, SaysIfNobodyKeptIt) {
  metrics::ConfigurationResult result;
  result.planned.readers = 2;
  result.reuse = metrics::WalReuse{.restarts = 12};
  EXPECT_THAT(told(result),
              ElementsAre(StartsWith("The WAL could start over 12 times, and nobody")));
}

TEST(WalStoryDocument, SaysNothingOfWhatWasNotFollowed) {
  metrics::ConfigurationResult result;
  EXPECT_THAT(told(result), IsEmpty());
  result.reuse = metrics::WalReuse{.restarts = 12, .refused = 4};
  EXPECT_THAT(told(result), IsEmpty());
}

TEST(WalStoryDocument, TellsOfReadsThatWereCutShort) {
  metrics::ConfigurationResult result = kept_by({});
  result.reuse.reset();
  metrics::Stream cut{{"readers", "lifecycle", "unfinished"}, 2, 2, 0, {}};
  metrics::Histogram age;
  ASSERT_TRUE(age.record(2'000'000'000));
  metrics::Histogram read;
  ASSERT_TRUE(read.record(1'000'000));
  cut.segments = {{metrics::Segment::read, read}, {metrics::Segment::snapshot_age, age}};
  result.others.push_back(cut);
  EXPECT_THAT(told(result),
              ElementsAre(AllOf(HasSubstr("1 reader was still reading, for 2 s at most so far"),
                                HasSubstr("readers.unfinished"))));
}

}  // namespace
}  // namespace walbench::tools
