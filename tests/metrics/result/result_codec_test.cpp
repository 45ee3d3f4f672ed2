// Silent bugs these tests would catch: a figure, stream or histogram that a measurement in another
// process had and its result lost on the way here; bytes that were cut off and are taken for one.

#include "metrics/result/result_codec.hpp"

#include <gtest/gtest.h>

#include <string>

#include "metrics/format_error.hpp"
#include "metrics/result/figures.hpp"
#include "tests/support/example_results.hpp"

namespace walbench::metrics {
namespace {

ConfigurationResult with_readers() {
  ConfigurationResult result = full_configuration();
  result.interval_log = "results/a.hlog.partial";
  result.main.id.kind = "script.sql";
  Stream readers{{"readers", "read.sql", "committed"}, 7, 6, 1, {}};
  readers.segments.push_back({Segment::read, histogram_of(17, 6)});
  result.others.push_back(readers);
  return result;
}

void expect_same(const ConfigurationResult& one, const ConfigurationResult& other) {
  EXPECT_TRUE(same_facts(one, other));
  EXPECT_EQ(one.failures, other.failures);
  EXPECT_EQ(one.interval_log, other.interval_log);
  ASSERT_EQ(one.distributions(), other.distributions());
  for (const Stream* const stream : one.streams()) {
    const Stream* const same = other.find_stream(one.name_of(*stream));
    ASSERT_NE(same, nullptr);
    EXPECT_EQ(same->id, stream->id);
    for (const SegmentHistogram& each : stream->segments) {
      EXPECT_EQ(*same->find(each.segment), each.histogram);
    }
  }
}

TEST(ResultCodec, EverythingSurvivesTheRoundTrip) {
  for (const ConfigurationResult& each : {full_configuration(), with_readers()}) {
    const ConfigurationResult back = decode_result(encode_result(each));
    expect_same(each, back);
    EXPECT_EQ(encode_result(back), encode_result(each));
  }
}

// A process beside the measurement may have said it, in no encoding at all.
TEST(ResultCodec, TakesTextsInAnyEncoding) {
  ConfigurationResult result = full_configuration();
  result.beside.emplace().last_error = "caf\xe9 \xff\xfe";
  EXPECT_EQ(decode_result(encode_result(result)).beside->last_error, "caf\xe9 \xff\xfe");
}

TEST(ResultCodec, RefusesWhatIsCutOff) {
  const std::string whole = encode_result(full_configuration());
  for (std::size_t size = 0; size < whole.size(); size += 1 + whole.size() / 50) {
    EXPECT_THROW(decode_result(whole.substr(0, size)), FormatError) << size;
  }
}

}  // namespace
}  // namespace walbench::metrics
