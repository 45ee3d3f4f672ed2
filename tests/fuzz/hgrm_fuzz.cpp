// Would catch: a .hgrm text that crashes the parser, or is read as something that contradicts
// itself.

#include "metrics/format_error.hpp"
#include "metrics/histogram/hgrm.hpp"
#include "metrics/histogram/percentile_curve.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace walbench;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto files = metrics::parse_distributions(fuzz::text_of(data, size));
    fuzz::require(!files.empty(), "never empty");
    for (metrics::HgrmFile file : files) {
      file.tell_in_milliseconds(metrics::ValueUnit::us);
      fuzz::require(file.total_count >= 0, "counts are not negative");
      double before = 0;
      for (const double p : {0.0, 50.0, 99.0, 99.99}) {
        const auto told = file.value_at_percentile(p);
        if (!told) continue;
        fuzz::require(!told->above || *told->above <= told->value, "a range has two ends in order");
        fuzz::require(!file.stated.empty() || told->value >= before, "percentiles are in order");
        before = told->value;
      }
      static_cast<void>(metrics::percentile_curve(file));
    }
  } catch (const metrics::FormatError&) {
  }
  return 0;
}
