#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/histogram/histogram.hpp"
#include "metrics/histogram/sparse_histogram.hpp"

namespace walbench::metrics {

/// HdrHistogram's V2 encoding, as the reference (Java 2.1.11) writes and reads it: a 40 byte header
/// with the geometry, then the counts as variable-length numbers in which runs of zeros are one
/// number. Compressed, it is wrapped in a zlib stream; in text, that is base64 and starts
/// "HISTFAAA". The two older versions (V0 and V1, whose counts have a fixed size) are read too. A
/// decoded histogram keeps memory only up to its last sample. Encoding is lossless. All functions
/// here are pure and may be called from any thread.

/// The longest counts array that is encoded or decoded: 32 MiB of counts, enough for 1 ns .. 1 h
/// at 5 significant digits. Decoding never uses more memory than a small multiple of the counts its
/// input's geometry needs, however far the input would inflate.
inline constexpr std::size_t kMaxCodedCountsLength = std::size_t{1} << 22;

/// Base64 of the compressed form. Throws std::invalid_argument when the histogram has more than
/// kMaxCodedCountsLength counts.
std::string encode_histogram(const Histogram& histogram);

/// Reads what encode_histogram() or another writer of V0, V1 or V2 wrote, with the geometry found
/// there. Throws FormatError when any part of it is malformed, cut off, too long or inconsistent,
/// and when the geometry needs more than kMaxCodedCountsLength counts.
Histogram decode_histogram(std::string_view base64);
SparseHistogram decode_sparse_histogram(std::string_view base64);

/// The same without compression and base64: header and counts. Same errors.
std::vector<std::uint8_t> encode_uncompressed(const Histogram& histogram);
Histogram decode_uncompressed(std::span<const std::uint8_t> bytes);

}  // namespace walbench::metrics
