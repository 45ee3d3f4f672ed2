// Silent bugs these tests would catch: thousands of loaded histograms that each take the memory of
// the widest; one that holds little and then loses samples, or differs from its like; counts of the
// old encodings misread.

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "metrics/format_error.hpp"
#include "metrics/histogram/histogram.hpp"
#include "metrics/histogram/histogram_codec.hpp"

namespace walbench::metrics {
namespace {

constexpr std::size_t kCountSize = sizeof(std::int64_t);

Histogram of(std::int64_t value, std::int64_t count = 1) {
  Histogram histogram;
  EXPECT_TRUE(histogram.record(value, count));
  return histogram;
}

TEST(HistogramMemory, ADecodedOneHoldsWhatItNeeds) {
  const Histogram recorded = of(3000);
  const Histogram decoded = decode_histogram(encode_histogram(recorded));
  EXPECT_EQ(decoded.bytes_held(), (recorded.index_of(3000) + 1) * kCountSize);
  EXPECT_GT(recorded.bytes_held(), 10 * decoded.bytes_held());
  EXPECT_EQ(decode_histogram(encode_histogram(Histogram())).bytes_held(), 0U);
}

TEST(HistogramMemory, OneThatHoldsLittleIsLikeAnyOther) {
  const Histogram recorded = of(3000, 5);
  const Histogram decoded = decode_histogram(encode_histogram(recorded));
  EXPECT_EQ(decoded, recorded);
  EXPECT_EQ(recorded, decoded);
  EXPECT_EQ(decoded.counts_length(), recorded.counts_length());
  EXPECT_EQ(decoded.count_at_index(decoded.counts_length() - 1), 0);
  EXPECT_EQ(decoded.max(), recorded.max());
  EXPECT_EQ(decoded.value_at_percentile(99), recorded.value_at_percentile(99));
  EXPECT_EQ(encode_histogram(decoded), encode_histogram(recorded));
  EXPECT_NE(decoded, of(3000, 4));
  EXPECT_NE(decoded, of(2000, 5));
}

TEST(HistogramMemory, ItGrowsWithItsSamplesAsFarAsItsRange) {
  Histogram histogram = Histogram::holding({}, 0);
  Histogram whole;
  for (const std::int64_t value : {std::int64_t{0}, std::int64_t{5}, std::int64_t{1'000'000},
                                   std::int64_t{77}, std::int64_t{3'600'000'000'000}}) {
    EXPECT_TRUE(histogram.record(value));
    EXPECT_TRUE(whole.record(value));
    EXPECT_EQ(histogram, whole);
  }
  EXPECT_FALSE(histogram.record(std::numeric_limits<std::int64_t>::max()));
  EXPECT_FALSE(histogram.record(-1));
  EXPECT_EQ(histogram.add(of(9)), 0);
  EXPECT_EQ(histogram.total_count(), 6);
  EXPECT_TRUE(histogram.record_corrected(1000, 300));
  EXPECT_EQ(histogram.total_count(), 9);
  histogram.reset();
  EXPECT_EQ(histogram, Histogram());
}

TEST(HistogramMemory, NoSampleOrNoRoomForMoreChangesNothing) {
  Histogram histogram = Histogram::holding({}, 0);
  EXPECT_FALSE(histogram.record(5, 0));
  EXPECT_FALSE(histogram.record(5, -1));
  EXPECT_EQ(histogram.bytes_held(), 0U);
}

// ---- old encodings: 1 three times, 4 once, of 1 to 100 with one digit

using Bytes = std::vector<std::uint8_t>;

constexpr HistogramGeometry kSmall = {
    .lowest_discernible_value = 1, .highest_trackable_value = 100, .significant_digits = 1};

void append(Bytes& bytes, std::uint64_t value, int size) {
  for (int shift = 8 * (size - 1); shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<std::uint8_t>(value >> shift));
  }
}

Bytes counts(int word_size) {
  Bytes bytes;
  for (const std::uint64_t count : {0U, 3U, 0U, 0U, 1U}) {
    append(bytes, count, word_size);
  }
  return bytes;
}

void append_geometry(Bytes& bytes) {
  append(bytes, 1, 4);
  append(bytes, 1, 8);
  append(bytes, 100, 8);
}

Bytes version_0(int word_size) {
  Bytes bytes;
  append(bytes, 0x1c849308U | static_cast<unsigned>(word_size) << 4U, 4);
  append_geometry(bytes);
  append(bytes, 4, 8);  // the total
  const Bytes tail = counts(word_size);
  bytes.insert(bytes.end(), tail.begin(), tail.end());
  return bytes;
}

Bytes version_1(int word_size) {
  const Bytes tail = counts(word_size);
  Bytes bytes;
  append(bytes, 0x1c849301U | static_cast<unsigned>(word_size) << 4U, 4);
  append(bytes, tail.size(), 4);
  append(bytes, 0, 4);
  append_geometry(bytes);
  append(bytes, 0x3ff0000000000000U, 8);
  bytes.insert(bytes.end(), tail.begin(), tail.end());
  return bytes;
}

TEST(OldEncodings, AreReadWithEverySizeOfCount) {
  Histogram expected(kSmall);
  ASSERT_TRUE(expected.record(1, 3));
  ASSERT_TRUE(expected.record(4));
  for (const int word_size : {2, 4, 8}) {
    EXPECT_EQ(decode_uncompressed(version_0(word_size)), expected) << word_size;
    EXPECT_EQ(decode_uncompressed(version_1(word_size)), expected) << word_size;
  }
}

TEST(OldEncodings, DamagedOnesAreRefused) {
  for (const Bytes& good : {version_0(4), version_1(4)}) {
    for (std::size_t size = 0; size < good.size() - 20; ++size) {
      EXPECT_THROW(decode_uncompressed(std::span(good).first(size)), FormatError) << size;
    }
    Bytes cut = good;
    cut.pop_back();
    EXPECT_THROW(decode_uncompressed(cut), FormatError);
    Bytes negative = good;
    negative[good.size() - 16] = 0xff;
    EXPECT_THROW(decode_uncompressed(negative), FormatError);
    Bytes sizeless = good;
    sizeless[3] &= 0x0fU;
    EXPECT_THROW(decode_uncompressed(sizeless), FormatError);
    Bytes longer = good;
    longer.resize(good.size() + 4 * 1000);
    EXPECT_THROW(decode_uncompressed(longer), FormatError);
  }
}

}  // namespace
}  // namespace walbench::metrics
