#include "storage/sqlite/timestamp.hpp"

#include <chrono>
#include <cstdint>

namespace walbench::storage {
namespace {

/// Writes `value` with leading zeros and returns the end of it.
char* write_digits(char* out, std::int64_t value, int digits) {
  for (char* digit = out + digits; digit != out; value /= 10) {
    *--digit = static_cast<char>('0' + value % 10);
  }
  return out + digits;
}

}  // namespace

TimestampText timestamp_now() {
  using std::chrono::microseconds;
  using std::chrono::seconds;
  const auto now = std::chrono::floor<microseconds>(std::chrono::system_clock::now());
  const auto second = std::chrono::floor<seconds>(now);
  const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(second));
  const std::chrono::hh_mm_ss time(now - std::chrono::floor<std::chrono::days>(now));
  TimestampText text{};
  char* end = write_digits(text.data(), static_cast<int>(date.year()), 4);
  const auto append = [&end](char separator, std::int64_t value, int digits) {
    *end = separator;
    end = write_digits(end + 1, value, digits);
  };
  append('-', static_cast<unsigned>(date.month()), 2);
  append('-', static_cast<unsigned>(date.day()), 2);
  append('T', time.hours().count(), 2);
  append(':', time.minutes().count(), 2);
  append(':', time.seconds().count(), 2);
  append('.', time.subseconds().count(), 6);
  return text;
}

}  // namespace walbench::storage
