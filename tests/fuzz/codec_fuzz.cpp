// Would catch: an encoded histogram that crashes the decoder or takes all memory, and one that is
// not the same after it was encoded again. The first byte chooses the form: with and without base64
// and zlib, whose checksum hardly any made-up input passes.

#include <span>

#include "metrics/format_error.hpp"
#include "metrics/histogram/histogram_codec.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace walbench;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  try {
    if (data[0] == 'H') {
      const auto sparse = metrics::decode_sparse_histogram(fuzz::text_of(data, size));
      metrics::HistogramSum sum;
      sum.add(sparse);
      fuzz::require(sum.histogram() == sparse.dense(), "a sum of one is the one");
    } else {
      const auto histogram = metrics::decode_uncompressed(std::span(data + 1, size - 1));
      fuzz::require(histogram.total_count() >= 0, "counts are not negative");
      const auto again = metrics::decode_uncompressed(metrics::encode_uncompressed(histogram));
      fuzz::require(again == histogram, "encoding loses nothing");
    }
  } catch (const metrics::FormatError&) {
  }
  return 0;
}
