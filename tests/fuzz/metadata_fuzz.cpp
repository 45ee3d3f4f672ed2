// Would catch: metadata of a .hgrm file that crashes its reader, or changes when it is written
// again.

#include "metrics/format_error.hpp"
#include "metrics/result/hgrm_metadata.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace walbench;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const std::string_view text = fuzz::text_of(data, size);
    if (metrics::is_values_metadata(text)) return 0;
    const std::string once = metrics::hgrm_metadata(metrics::parse_hgrm_metadata(text));
    const std::string twice = metrics::hgrm_metadata(metrics::parse_hgrm_metadata(once));
    fuzz::require(once == twice, "what was written is read back");
  } catch (const metrics::FormatError&) {
  }
  return 0;
}
