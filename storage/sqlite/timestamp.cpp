#include "storage/sqlite/timestamp.hpp"

#include <fmt/format.h>

#include <chrono>

namespace walbench::storage {

TimestampText timestamp_now() {
  using std::chrono::microseconds;
  using std::chrono::seconds;
  const auto now = std::chrono::floor<microseconds>(std::chrono::system_clock::now());
  const auto second = std::chrono::floor<seconds>(now);
  const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(second));
  const std::chrono::hh_mm_ss time(now - std::chrono::floor<std::chrono::days>(now));
  TimestampText text{};
  fmt::format_to_n(text.data(), text.size() - 1, "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}",
                   static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                   static_cast<unsigned>(date.day()), time.hours().count(), time.minutes().count(),
                   time.seconds().count(), time.subseconds().count());
  return text;
}

}  // namespace walbench::storage
