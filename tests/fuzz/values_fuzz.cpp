// Would catch: a column of values that crashes its reader, or of which more samples are counted
// than it has lines.

#include <algorithm>
#include <sstream>

#include "tests/fuzz/fuzz.hpp"
#include "tools/report/value_column.hpp"

using namespace walbench;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(fuzz::text_of(data, size));
  // Most of a big histogram's time would go into its memory.
  const metrics::HistogramGeometry small{.highest_trackable_value = 1'000'000,
                                         .significant_digits = 1};
  for (const std::int64_t interval : {0, 1000}) {
    metrics::Histogram histogram(small);
    try {
      std::istringstream column(text);
      tools::record_column(column, interval, histogram);
      const auto lines = std::ranges::count(text, '\n') + 1;
      fuzz::require(interval > 0 || histogram.total_count() <= lines, "a sample a line");
    } catch (const tools::ValueColumnError&) {
    }
  }
  return 0;
}
