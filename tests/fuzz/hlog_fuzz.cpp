// Would catch: an interval log that crashes its reader, or has an interval at a time that no clock
// tells.

#include <cmath>
#include <stdexcept>

#include "metrics/result/loaded_log.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace walbench;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static fuzz::MemoryFile file;
  if (size == 0) return 0;
  const metrics::Reading windows{.window_seconds = 10};
  try {
    const auto log =
        metrics::load_log(file.holding(fuzz::text_of(data, size)),
                          data[0] % 2 == 0 ? metrics::Reading{} : windows, [](std::uintmax_t) {});
    for (const auto& stream : log.streams) {
      std::int64_t count = 0;
      for (const auto& row : stream.rows) {
        const bool sane = std::isfinite(row.start_seconds) && row.length_seconds >= 0;
        fuzz::require(sane, "times are some");
        count += row.count;
      }
      fuzz::require(count == stream.total.total_count(), "the total is that of all intervals");
    }
  } catch (const std::runtime_error&) {
  }
  return 0;
}
