#define ZLIB_CONST  // zlib promises not to write to its input
#include "metrics/histogram/histogram_codec.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <new>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "metrics/format_error.hpp"
#include "metrics/histogram/base64.hpp"

namespace walbench::metrics {
namespace {

using Bytes = std::span<const std::uint8_t>;

/// A version of the encoding. Each is made in two forms, with a cookie each: as it is, and inside a
/// zlib stream.
struct Version {
  std::uint32_t plain_cookie;
  std::uint32_t compressed_cookie;
  std::size_t header_size;
};

constexpr Version kV0 = {0x1c849308, 0x1c849309, 32};
constexpr Version kV1 = {0x1c849301, 0x1c849302, 40};
constexpr Version kV2 = {0x1c849303, 0x1c849304, 40};
constexpr std::array kVersions = {kV0, kV1, kV2};

// A cookie also holds how many bytes a count has, which V2 does not use and readers of it ignore.
constexpr std::uint32_t kCookieWordSizeMask = 0xf0;
constexpr std::uint32_t kCookieWordSize = 0x10;
constexpr std::size_t kCookieSize = 4;

constexpr std::string_view kDoubleHistogram = "DHIST";  // the cookie of Java's, in base64
constexpr std::size_t kCompressedHeaderSize = 8;
constexpr std::size_t kMaxVarintSize = 9;
constexpr std::size_t kInflateStepSize = std::size_t{64} * 1024;

template <typename Integer>
void append_big_endian(std::vector<std::uint8_t>& out, Integer value) {
  const auto bits = static_cast<std::make_unsigned_t<Integer>>(value);
  for (int shift = 8 * (static_cast<int>(sizeof(Integer)) - 1); shift >= 0; shift -= 8) {
    out.push_back(static_cast<std::uint8_t>(bits >> shift));
  }
}

template <typename Integer>
Integer read_big_endian(Bytes bytes, std::size_t offset) {
  std::make_unsigned_t<Integer> bits = 0;
  for (const std::uint8_t byte : bytes.subspan(offset, sizeof(Integer))) {
    bits = static_cast<std::make_unsigned_t<Integer>>(bits << 8 | byte);
  }
  return static_cast<Integer>(bits);
}

const Version& version_of(std::uint32_t cookie, std::uint32_t Version::*form,
                          std::string_view part) {
  const auto found = std::ranges::find(kVersions, cookie & ~kCookieWordSizeMask, form);
  if (found != kVersions.end()) return *found;
  throw FormatError(fmt::format("{} does not start with a histogram's cookie", part));
}

// ZigZag, then base 128 with the low digits first; the ninth byte holds the last 8 bits in full.
void append_varint(std::vector<std::uint8_t>& out, std::int64_t number) {
  auto bits = static_cast<std::uint64_t>(number) << 1 ^ static_cast<std::uint64_t>(number >> 63);
  for (std::size_t size = 1; size < kMaxVarintSize && bits >= 0x80; ++size) {
    out.push_back(static_cast<std::uint8_t>(bits | 0x80));
    bits >>= 7;
  }
  out.push_back(static_cast<std::uint8_t>(bits));
}

// Reads one number off the front of `rest`.
std::int64_t take_varint(Bytes& rest) {
  std::uint64_t bits = 0;
  for (std::size_t size = 0; size < kMaxVarintSize; ++size) {
    if (rest.empty()) throw FormatError("histogram counts end inside a number");
    const std::uint64_t byte = rest.front();
    rest = rest.subspan(1);
    const bool last_possible = size + 1 == kMaxVarintSize;
    bits |= (last_possible ? byte : byte & 0x7f) << (7 * size);
    if (byte < 0x80) break;
  }
  return static_cast<std::int64_t>(bits >> 1 ^ (~(bits & 1) + 1));
}

void append_counts(std::vector<std::uint8_t>& out, const Histogram& histogram) {
  const std::size_t end = histogram.index_of(histogram.max()) + 1;
  std::int64_t zeros = 0;
  for (std::size_t index = 0; index < end; ++index) {
    const std::int64_t count = histogram.count_at_index(index);
    if (count == 0) ++zeros;
    if (zeros > 0 && (count > 0 || index + 1 == end)) {
      append_varint(out, zeros == 1 ? 0 : -zeros);
      zeros = 0;
    }
    if (count > 0) append_varint(out, count);
  }
}

// How many indexes one number of the counts covers: a run of zeros is written negative, except
// that a single zero is 0 (the C library writes -1).
std::size_t indexes_covered(std::int64_t number) {
  if (number >= 0) return 1;
  return static_cast<std::size_t>(~static_cast<std::uint64_t>(number)) + 1;
}

/// The part before the counts.
struct Header {
  HistogramGeometry geometry;
  std::size_t counts_length = 0;           // as the geometry has it
  std::size_t word_size = 0;               // bytes of a count; 0: numbers of variable length
  std::optional<std::size_t> counts_size;  // in bytes; V0 does not say
  std::size_t most_bytes() const {
    return counts_length * (word_size == 0 ? kMaxVarintSize : word_size);
  }
};

// Reads one count of fixed size off the front of `rest`.
std::int64_t take_word(Bytes& rest, std::size_t size) {
  if (rest.size() < size) throw FormatError("histogram counts end inside a number");
  const Bytes word = rest.first(size);
  rest = rest.subspan(size);
  const std::int64_t count = size == 2   ? read_big_endian<std::int16_t>(word, 0)
                             : size == 4 ? read_big_endian<std::int32_t>(word, 0)
                                         : read_big_endian<std::int64_t>(word, 0);
  if (count < 0) throw FormatError("histogram counts: one of them is negative");
  return count;
}

// Calls `take(index, count)` for every count that is not 0.
template <typename Take>
void for_each_count(const Header& header, Bytes counts, const Take& take) {
  std::size_t index = 0;
  while (!counts.empty()) {
    const std::int64_t number =
        header.word_size == 0 ? take_varint(counts) : take_word(counts, header.word_size);
    const std::size_t covered = indexes_covered(number);
    if (covered > header.counts_length - index) {
      throw FormatError("histogram counts run past the end of the histogram's range");
    }
    if (number > 0) take(index, number);
    index += covered;
  }
}

SparseHistogram decode_counts(const Header& header, Bytes counts) {
  std::vector<SparseHistogram::Count> sparse;
  for_each_count(header, counts, [&](std::size_t index, std::int64_t count) {
    sparse.push_back({static_cast<std::uint32_t>(index), count});
  });
  return {header.geometry, std::move(sparse)};
}

std::size_t checked_counts_length(const HistogramGeometry& geometry) {
  try {
    const std::size_t length = Histogram::counts_length_for(geometry);
    if (length <= kMaxCodedCountsLength) return length;
  } catch (const std::invalid_argument& error) {
    throw FormatError(fmt::format("histogram header: {}", error.what()));
  }
  throw FormatError(
      fmt::format("histogram header: needs more than {} counts", kMaxCodedCountsLength));
}

// Requires: as many bytes as the version's header has. Fields on which writers disagree, and which
// plain histograms do not use, are not looked at: the normalizing index offset and the conversion
// ratio, and V0's total.
Header read_header(const Version& version, Bytes bytes) {
  Header header{};
  const std::size_t geometry_at = version.header_size == kV0.header_size ? 4 : 12;
  header.geometry.significant_digits = read_big_endian<std::int32_t>(bytes, geometry_at);
  header.geometry.lowest_discernible_value = read_big_endian<std::int64_t>(bytes, geometry_at + 4);
  header.geometry.highest_trackable_value = read_big_endian<std::int64_t>(bytes, geometry_at + 12);
  header.counts_length = checked_counts_length(header.geometry);
  if (version.plain_cookie != kV2.plain_cookie) {
    header.word_size = (read_big_endian<std::uint32_t>(bytes, 0) & kCookieWordSizeMask) >> 4U;
    if (header.word_size != 2 && header.word_size != 4 && header.word_size != 8) {
      throw FormatError("histogram header: a count must have 2, 4 or 8 bytes");
    }
  }
  if (version.plain_cookie == kV0.plain_cookie) return header;
  header.counts_size = read_big_endian<std::uint32_t>(bytes, 4);
  if (*header.counts_size > header.most_bytes()) {
    throw FormatError("histogram header: states more bytes of counts than its range can have");
  }
  return header;
}

// Inflates one zlib stream step by step. Owns zlib's state; the input must outlive it.
class Inflater {
 public:
  explicit Inflater(Bytes input) {
    stream_.next_in = input.data();
    stream_.avail_in = static_cast<uInt>(input.size());
    if (inflateInit(&stream_) != Z_OK) throw std::bad_alloc();
  }
  Inflater(const Inflater&) = delete;
  Inflater(Inflater&&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  Inflater& operator=(Inflater&&) = delete;
  ~Inflater() { inflateEnd(&stream_); }

  // Fills `out` unless the stream ends before; returns how many bytes there were. A stream that
  // has ended has also passed zlib's checksum.
  std::size_t read(std::span<std::uint8_t> out) {
    stream_.next_out = out.data();
    stream_.avail_out = static_cast<uInt>(out.size());
    while (stream_.avail_out > 0 && !ended_) {
      const int result = inflate(&stream_, Z_NO_FLUSH);
      if (result == Z_MEM_ERROR) throw std::bad_alloc();
      if (result == Z_BUF_ERROR) throw FormatError("histogram: the zlib stream is cut off");
      if (result != Z_OK && result != Z_STREAM_END) {
        throw FormatError("histogram: the zlib stream is damaged");
      }
      ended_ = result == Z_STREAM_END;
    }
    return out.size() - stream_.avail_out;
  }

  std::size_t input_left() const { return stream_.avail_in; }

 private:
  z_stream stream_{};
  bool ended_ = false;
};

// Never holds more than the header allows, and that only as far as the stream really fills it.
std::vector<std::uint8_t> inflate_counts(Inflater& inflater, const Header& header) {
  const std::size_t most = header.counts_size.value_or(header.most_bytes());
  std::vector<std::uint8_t> counts;
  while (counts.size() < most) {
    const std::size_t start = counts.size();
    counts.resize(start + std::min(kInflateStepSize, most - start));
    const auto free_part = std::span(counts).subspan(start);
    const std::size_t filled = inflater.read(free_part);
    if (filled == free_part.size()) continue;
    if (header.counts_size) {
      throw FormatError("histogram: fewer bytes of counts than the header states");
    }
    counts.resize(start + filled);
    break;
  }
  return counts;
}

void expect_stream_end(Inflater& inflater) {
  std::array<std::uint8_t, 1> one_more{};
  if (inflater.read(one_more) != 0) {
    throw FormatError("histogram: more bytes of counts than the header states");
  }
  if (inflater.input_left() != 0) {
    throw FormatError("histogram: bytes after the end of the zlib stream");
  }
}

Bytes zlib_stream_in(Bytes compressed) {
  const Bytes stream = compressed.subspan(kCompressedHeaderSize);
  if (read_big_endian<std::uint32_t>(compressed, 4) != stream.size()) {
    throw FormatError("histogram: the stated compressed length is not the real one");
  }
  return stream;
}

}  // namespace

std::vector<std::uint8_t> encode_uncompressed(const Histogram& histogram) {
  if (histogram.counts_length() > kMaxCodedCountsLength) {
    throw std::invalid_argument("histogram: too many counts to encode");
  }
  std::vector<std::uint8_t> counts;
  append_counts(counts, histogram);

  const HistogramGeometry& geometry = histogram.geometry();
  std::vector<std::uint8_t> out;
  out.reserve(kV2.header_size + counts.size());
  append_big_endian(out, kV2.plain_cookie | kCookieWordSize);
  append_big_endian(out, static_cast<std::uint32_t>(counts.size()));
  append_big_endian(out, std::uint32_t{0});  // normalizing index offset
  append_big_endian(out, static_cast<std::uint32_t>(geometry.significant_digits));
  append_big_endian(out, geometry.lowest_discernible_value);
  append_big_endian(out, geometry.highest_trackable_value);
  append_big_endian(out, std::bit_cast<std::uint64_t>(1.0));  // conversion ratio
  out.insert(out.end(), counts.begin(), counts.end());
  return out;
}

Histogram decode_uncompressed(Bytes bytes) {
  if (bytes.size() < kCookieSize) throw FormatError("histogram header: too short");
  const Version& version = version_of(read_big_endian<std::uint32_t>(bytes, 0),
                                      &Version::plain_cookie, "histogram header");
  if (bytes.size() < version.header_size) throw FormatError("histogram header: too short");
  const Header header = read_header(version, bytes.first(version.header_size));
  const Bytes counts = bytes.subspan(version.header_size);
  if (counts.size() != header.counts_size.value_or(counts.size())) {
    throw FormatError("histogram: the stated length of the counts is not the real one");
  }
  return decode_counts(header, counts).dense();
}

std::string encode_histogram(const Histogram& histogram) {
  const std::vector<std::uint8_t> plain = encode_uncompressed(histogram);
  uLongf stream_size = compressBound(static_cast<uLong>(plain.size()));
  std::vector<std::uint8_t> stream(stream_size);
  const auto plain_size = static_cast<uLong>(plain.size());
  if (compress2(stream.data(), &stream_size, plain.data(), plain_size, Z_BEST_COMPRESSION) !=
      Z_OK) {
    throw std::bad_alloc();
  }
  stream.resize(stream_size);

  std::vector<std::uint8_t> out;
  append_big_endian(out, kV2.compressed_cookie | kCookieWordSize);
  append_big_endian(out, static_cast<std::uint32_t>(stream.size()));
  out.insert(out.end(), stream.begin(), stream.end());
  return base64_encode(out);
}

Histogram decode_histogram(std::string_view base64) {
  return decode_sparse_histogram(base64).dense();
}

SparseHistogram decode_sparse_histogram(std::string_view base64) {
  if (base64.starts_with(kDoubleHistogram)) {
    throw FormatError(
        "a DoubleHistogram, whose values are no whole numbers; such logs are not read here, record "
        "with a Histogram of whole nanoseconds or microseconds");
  }
  const std::vector<std::uint8_t> compressed = base64_decode(base64);
  if (compressed.size() < kCompressedHeaderSize) throw FormatError("histogram: too short");
  const Version& version = version_of(read_big_endian<std::uint32_t>(compressed, 0),
                                      &Version::compressed_cookie, "histogram");
  Inflater inflater(zlib_stream_in(compressed));
  std::vector<std::uint8_t> bytes(version.header_size);
  if (inflater.read(bytes) < bytes.size()) throw FormatError("histogram header: too short");
  const auto cookie = read_big_endian<std::uint32_t>(bytes, 0);
  if (&version_of(cookie, &Version::plain_cookie, "histogram header") != &version) {
    throw FormatError("histogram header: of another version than what is around it");
  }
  const Header header = read_header(version, bytes);
  const std::vector<std::uint8_t> counts = inflate_counts(inflater, header);
  expect_stream_end(inflater);
  return decode_counts(header, counts);
}

}  // namespace walbench::metrics
