// Silent bugs these tests would catch: a histogram that other programs read differently from us, or
// that loses its rare, large or numerous samples on the way through a file; a damaged file that
// decodes into a plausible histogram; a small hostile file that takes all memory.

#include "metrics/histogram/histogram_codec.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <zlib.h>

#include <algorithm>
#include <ctime>
#include <limits>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "metrics/format_error.hpp"
#include "metrics/histogram/base64.hpp"

namespace walbench::metrics {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::int64_t kInt64Max = std::numeric_limits<std::int64_t>::max();

// What the Java reference writes for 1, 1, 5, 3000 in the default geometry.
constexpr std::string_view kJavaBase64 =
    "HISTFAAAACd4nJNpmSzMwMDAzgABzFCaEch0M9ixgMH+A1SEhZVptToTAG/oBTE=";
constexpr std::string_view kJavaPlainHex =
    "1c849313"
    "00000007"
    "00000000"
    "00000003"
    "0000000000000001"
    "0000034630b8a000"
    "3ff0000000000000"
    "00"
    "04"
    "05"
    "02"
    "ab27"
    "02";
constexpr std::size_t kHeaderSize = 40;

Bytes from_hex(std::string_view hex) {
  Bytes bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(
        static_cast<std::uint8_t>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

void put(Bytes& bytes, std::size_t offset, std::uint64_t value, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    bytes.at(offset + i) = static_cast<std::uint8_t>(value >> (8 * (size - 1 - i)));
  }
}

Bytes joined(Bytes front, const Bytes& back) {
  front.insert(front.end(), back.begin(), back.end());
  return front;
}

// The uncompressed form with these counts, its length field set right.
Bytes plain_with_counts(const Bytes& counts, const HistogramGeometry& geometry = {}) {
  Bytes bytes = from_hex(kJavaPlainHex);
  bytes.resize(kHeaderSize);
  put(bytes, 4, counts.size(), 4);
  put(bytes, 12, static_cast<std::uint64_t>(geometry.significant_digits), 4);
  put(bytes, 16, static_cast<std::uint64_t>(geometry.lowest_discernible_value), 8);
  put(bytes, 24, static_cast<std::uint64_t>(geometry.highest_trackable_value), 8);
  return joined(bytes, counts);
}

// Base64 of the compressed form around a zlib stream.
std::string wrapped(const Bytes& stream) {
  Bytes bytes = from_hex("1c84931400000000");
  put(bytes, 4, stream.size(), 4);
  return base64_encode(joined(bytes, stream));
}

Bytes deflated(const Bytes& plain) {
  uLongf size = compressBound(static_cast<uLong>(plain.size()));
  Bytes stream(size);
  EXPECT_EQ(compress(stream.data(), &size, plain.data(), static_cast<uLong>(plain.size())), Z_OK);
  stream.resize(size);
  return stream;
}

Bytes inflated(std::string_view base64, std::size_t expected_size) {
  const Bytes bytes = base64_decode(base64);
  Bytes plain(expected_size + 100);
  auto size = static_cast<uLongf>(plain.size());
  EXPECT_EQ(uncompress(plain.data(), &size, bytes.data() + 8, static_cast<uLong>(bytes.size() - 8)),
            Z_OK);
  plain.resize(size);
  return plain;
}

void expect_refused(const Bytes& plain) {
  EXPECT_THROW(decode_uncompressed(plain), FormatError);
  EXPECT_THROW(decode_histogram(wrapped(deflated(plain))), FormatError);
}

Histogram java_example() {
  Histogram histogram;
  EXPECT_TRUE(histogram.record(1, 2));
  EXPECT_TRUE(histogram.record(5));
  EXPECT_TRUE(histogram.record(3000));
  return histogram;
}

TEST(HistogramCodec, WritesTheReferencesBytes) {
  const Bytes expected = from_hex(kJavaPlainHex);
  EXPECT_EQ(encode_uncompressed(java_example()), expected);
  const std::string base64 = encode_histogram(java_example());
  EXPECT_TRUE(base64.starts_with("HISTFAAA"));
  EXPECT_EQ(inflated(base64, expected.size()), expected);
}

TEST(HistogramCodec, ReadsTheReferencesBytes) {
  EXPECT_EQ(decode_histogram(kJavaBase64), java_example());
  EXPECT_EQ(decode_uncompressed(from_hex(kJavaPlainHex)), java_example());
}

TEST(HistogramCodec, WritesEveryFormOfCount) {
  struct Case {
    std::int64_t value;
    std::int64_t count;
    std::string_view counts_hex;
  };
  const std::vector<Case> cases = {
      {0, 0, "00"},
      {0, 100, "c801"},
      {0, 63, "7e"},
      {0, 64, "8001"},
      {1, 1, "0002"},
      {2, 1, "0302"},
      {64, 1, "7f02"},
      {65, 1, "810102"},
      {0, (std::int64_t{1} << 55) - 1, "feffffffffffff7f"},
      {0, std::int64_t{1} << 55, "808080808080808001"},
      {0, kInt64Max, "feffffffffffffffff"},
  };
  for (const Case& each : cases) {
    Histogram histogram;
    EXPECT_EQ(histogram.record(each.value, each.count), each.count > 0);
    const Bytes expected = plain_with_counts(from_hex(each.counts_hex));
    EXPECT_EQ(encode_uncompressed(histogram), expected) << each.counts_hex;
    EXPECT_EQ(decode_uncompressed(expected), histogram) << each.counts_hex;
  }
}

TEST(HistogramCodec, ReadsWhatOtherWritersDoDifferently) {
  // C: a run of one zero is -1. Nobody: zeros after the last sample, no counts at all.
  for (const char* counts : {"010405"
                             "02ab2702",
                             "000405"
                             "02ab27020003"}) {
    EXPECT_EQ(decode_uncompressed(plain_with_counts(from_hex(counts))), java_example());
  }
  EXPECT_EQ(decode_uncompressed(plain_with_counts({})), Histogram{});

  // JavaScript: a normalizing index offset of 1 and the integer 1 as the conversion ratio.
  Bytes javascript = from_hex(kJavaPlainHex);
  put(javascript, 8, 1, 4);
  put(javascript, 32, 1, 8);
  EXPECT_EQ(decode_uncompressed(javascript), java_example());
}

TEST(HistogramCodec, RandomHistogramsSurvive) {
  const std::vector<HistogramGeometry> geometries = {
      {},
      {1, 1'000'000, 1},
      {1, 10'000'000'000, 2},
      {1, 1'000'000'000, 4},
      {1, 10'000'000, 5},
      {1000, 3'600'000'000'000, 3},
      {1, kInt64Max, 3},
      {1, 1000, 0},
  };
  std::mt19937_64 random(1);
  for (int round = 0; round < 40; ++round) {
    for (const HistogramGeometry& geometry : geometries) {
      Histogram histogram(geometry);
      std::uniform_int_distribution<std::int64_t> value(0, geometry.highest_trackable_value);
      for (int samples = round * round; samples > 0; --samples) {
        const auto count = static_cast<std::int64_t>(1 + (random() >> 11 >> random() % 53));
        ASSERT_TRUE(histogram.record(value(random) >> random() % 63, count));
      }
      ASSERT_EQ(decode_histogram(encode_histogram(histogram)), histogram);
      ASSERT_EQ(decode_uncompressed(encode_uncompressed(histogram)), histogram);
    }
  }
}

TEST(HistogramCodec, TheFirstAndLastElementSurvive) {
  Histogram histogram;
  ASSERT_TRUE(histogram.record(0));
  ASSERT_TRUE(histogram.record(4'398'046'511'103));
  EXPECT_EQ(decode_histogram(encode_histogram(histogram)), histogram);
}

TEST(HistogramCodec, CutOffAnywhereIsRefused) {
  const Bytes plain = from_hex(kJavaPlainHex);
  for (std::size_t size = 0; size < plain.size(); ++size) {
    expect_refused(Bytes(plain.begin(), plain.begin() + static_cast<std::ptrdiff_t>(size)));
  }
  for (std::size_t size = 0; size < kJavaBase64.size(); ++size) {
    EXPECT_THROW(decode_histogram(kJavaBase64.substr(0, size)), FormatError) << size;
  }
  const Bytes whole = base64_decode(kJavaBase64);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_THROW(decode_histogram(base64_encode(cut)), FormatError) << size;
    if (size < 8) continue;
    const Bytes cut_stream(cut.begin() + 8, cut.end());
    EXPECT_THROW(decode_histogram(wrapped(cut_stream)), FormatError) << size;
  }
}

TEST(HistogramCodec, AnyFlippedBitIsRefusedOrMeansNothing) {
  const Bytes whole = base64_decode(kJavaBase64);
  int accepted = 0;
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    Bytes damaged = whole;
    damaged[bit / 8] = static_cast<std::uint8_t>(damaged[bit / 8] ^ 1U << bit % 8);
    try {
      EXPECT_EQ(decode_histogram(base64_encode(damaged)), java_example()) << "bit " << bit;
      ++accepted;
    } catch (const FormatError&) {
      continue;
    }
  }
  EXPECT_GE(accepted, 4);      // the word size in the cookie
  EXPECT_LE(accepted, 4 + 7);  // bits that pad the deflated data to a whole byte
}

TEST(HistogramCodec, WrongCookiesAreRefused) {
  for (const std::uint64_t cookie : {0x1c849301U, 0x1c849302U, 0x1c849308U, 0x1c849309U,
                                     0x1c849314U, 0x1c849304U, 0x0c849313U, 0U}) {
    Bytes plain = from_hex(kJavaPlainHex);
    put(plain, 0, cookie, 4);
    expect_refused(plain);
  }
  for (const std::uint64_t cookie : {0x1c849302U, 0x1c849309U, 0x1c849313U, 0x1c849303U, 0U}) {
    Bytes whole = base64_decode(kJavaBase64);
    put(whole, 0, cookie, 4);
    EXPECT_THROW(decode_histogram(base64_encode(whole)), FormatError);
  }
}

TEST(HistogramCodec, WrongLengthsAndTrailingBytesAreRefused) {
  for (const std::uint64_t length :
       {0U, 6U, 8U, 9U * 33792U, 9U * 33792U + 1U, 0x7fffffffU, 0x80000000U, 0xffffffffU}) {
    Bytes plain = from_hex(kJavaPlainHex);
    put(plain, 4, length, 4);
    expect_refused(plain);
  }
  expect_refused(joined(from_hex(kJavaPlainHex), {0}));

  for (const std::uint64_t length : {0U, 0x26U, 0x28U, 0x7fffffffU, 0xffffffffU}) {
    Bytes whole = base64_decode(kJavaBase64);
    put(whole, 4, length, 4);
    EXPECT_THROW(decode_histogram(base64_encode(whole)), FormatError);
  }
  const Bytes stream = deflated(from_hex(kJavaPlainHex));
  EXPECT_NO_THROW(decode_histogram(wrapped(stream)));
  EXPECT_THROW(decode_histogram(wrapped(joined(stream, {0}))), FormatError);
  EXPECT_THROW(decode_histogram(wrapped(joined(stream, stream))), FormatError);
  EXPECT_THROW(decode_histogram(base64_encode(joined(base64_decode(kJavaBase64), {0}))),
               FormatError);
}

TEST(HistogramCodec, WrongCountsAreRefused) {
  const std::vector<std::string_view> bad_counts = {
      "80",                    // a number cut off
      "ffffffffffffffff",      // the same before its ninth byte
      "ffffffffffffffffff",    // a run of 2^63 zeros
      "fdffffffffffffffff",    // a run of 2^63 - 1 zeros
      "818004818004",          // a run of 32769 zeros, then again
      "feffffffffffffffff02",  // counts of 2^63 - 1 and 1
  };
  for (const std::string_view hex : bad_counts) {
    expect_refused(plain_with_counts(from_hex(hex)));
  }
  // One element too many, as a sample, a single zero and a run.
  const Bytes all_but_none(33792, 0x02);
  EXPECT_EQ(decode_uncompressed(plain_with_counts(all_but_none)).total_count(), 33792);
  for (const std::uint8_t one_more : {std::uint8_t{2}, std::uint8_t{0}, std::uint8_t{3}}) {
    expect_refused(plain_with_counts(joined(all_but_none, {one_more})));
  }
}

TEST(HistogramCodec, AbsurdGeometriesAreRefused) {
  const std::vector<HistogramGeometry> bad = {{0, 1000, 3},      {-1, 1000, 3},
                                              {1, 1, 3},         {1, -1000, 3},
                                              {1, 1000, 6},      {1, 1000, -1},
                                              {10, 19, 3},       {kInt64Max, 10, 3},
                                              {1, kInt64Max, 5},  // the last: 6 million counts
                                              {1, 1000, 1 << 30}};
  for (const HistogramGeometry& geometry : bad) {
    expect_refused(plain_with_counts({0}, geometry));
  }
  EXPECT_THROW(encode_histogram(Histogram({1, kInt64Max, 5})), std::invalid_argument);
  const Histogram largest({1, 3'600'000'000'000, 5});
  EXPECT_EQ(decode_histogram(encode_histogram(largest)), largest);
}

// A whole zlib stream of `start` and `mebibytes` of zeros. It repeats one deflated block, which a
// full flush makes independent of what comes before, so that making it takes no time.
Bytes zlib_bomb(Bytes start, std::size_t mebibytes) {
  Bytes zeros(std::size_t{1} << 20);
  Bytes out(1 << 14);
  z_stream stream{};
  EXPECT_EQ(deflateInit(&stream, Z_BEST_COMPRESSION), Z_OK);
  const auto deflate_part = [&](Bytes& in, int flush) {
    stream.next_in = in.data();
    stream.avail_in = static_cast<uInt>(in.size());
    stream.next_out = out.data();
    stream.avail_out = static_cast<uInt>(out.size());
    EXPECT_GE(deflate(&stream, flush), Z_OK);
    return Bytes(out.begin(), out.end() - stream.avail_out);
  };
  Bytes bomb = deflate_part(start, Z_FULL_FLUSH);
  const Bytes block = deflate_part(zeros, Z_FULL_FLUSH);
  for (std::size_t i = 0; i < mebibytes; ++i) {
    bomb.insert(bomb.end(), block.begin(), block.end());
  }
  start.clear();
  bomb = joined(bomb, deflate_part(start, Z_FINISH));
  deflateEnd(&stream);
  return bomb;
}

std::int64_t peak_resident_kib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

TEST(HistogramCodec, AZlibBombCostsNothing) {
  const Bytes plain = from_hex(kJavaPlainHex);
  Bytes header(plain.begin(), plain.begin() + kHeaderSize);
  std::vector<std::string> bombs = {wrapped(zlib_bomb(plain, 1024)), wrapped(zlib_bomb({}, 1024))};
  for (const std::uint64_t stated_size : {7U, 9U * 33792U, 1U << 30}) {
    put(header, 4, stated_size, 4);
    bombs.push_back(wrapped(zlib_bomb(header, 1024)));
  }
  const std::int64_t peak_before = peak_resident_kib();
  const std::clock_t cpu_before = std::clock();
  for (const std::string& bomb : bombs) {
    EXPECT_THROW(decode_histogram(bomb), FormatError);
  }
  // Inflating them would take 5 GiB and several seconds.
  EXPECT_LT(peak_resident_kib() - peak_before, 64 * 1024);
  EXPECT_LT(std::clock() - cpu_before, CLOCKS_PER_SEC);
}

TEST(HistogramCodec, MutatedInputDecodesOrIsRefused) {
  std::mt19937_64 random(2);
  const Bytes plain = encode_uncompressed(java_example());
  const std::string base64 = encode_histogram(java_example());
  for (int i = 0; i < 2000; ++i) {
    Bytes bytes = plain;
    std::string text = base64;
    for (auto changes = random() % 4 + 1; changes > 0; --changes) {
      // Spare the geometry's upper bytes most of the time: large ones only cost time.
      const std::size_t position = random() % 8 == 0 ? random() % 40 : 32 + random() % 15;
      bytes[position] = static_cast<std::uint8_t>(random());
      text[random() % text.size()] = static_cast<char>(random() % 128);
    }
    try {
      const Histogram histogram = decode_uncompressed(bytes);
      ASSERT_EQ(decode_uncompressed(encode_uncompressed(histogram)), histogram);
    } catch (const FormatError&) {
    }
    try {
      static_cast<void>(decode_histogram(text));
    } catch (const FormatError&) {
    }
  }
}

}  // namespace
}  // namespace walbench::metrics
