#include "tools/report/value_column.hpp"

#include <fmt/format.h>

#include <charconv>
#include <istream>
#include <string>
#include <string_view>
#include <system_error>

namespace walbench::tools {
namespace {

constexpr std::size_t kLongestLine = 64;

[[noreturn]] void refuse(std::int64_t line, std::string_view why) {
  throw ValueColumnError(fmt::format(
      "line {} {}; write one latency a line, as a whole number of nanoseconds", line, why));
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r";
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

void record_line(std::string_view text, std::int64_t line, std::int64_t expected_interval_ns,
                 metrics::Histogram& histogram) {
  const std::string_view number = trimmed(text);
  if (number.empty()) return;
  std::int64_t value = 0;
  const char* const end = number.data() + number.size();
  const auto [rest, error] = std::from_chars(number.data(), end, value);
  if (error == std::errc::result_out_of_range) refuse(line, "is out of range");
  if (error != std::errc() || rest != end) refuse(line, "is not a whole number");
  if (value < 0) refuse(line, "is negative");
  if (!histogram.record_corrected(value, expected_interval_ns)) {
    refuse(line, fmt::format("does not fit: the histogram ends at {} ns",
                             histogram.geometry().highest_trackable_value));
  }
}

}  // namespace

void record_column(std::istream& input, std::int64_t expected_interval_ns,
                   metrics::Histogram& histogram) {
  std::string text;
  std::int64_t line = 1;
  std::streambuf& buffer = *input.rdbuf();
  using Traits = std::streambuf::traits_type;
  for (auto c = buffer.sbumpc(); c != Traits::eof(); c = buffer.sbumpc()) {
    if (c == '\n') {
      record_line(text, line, expected_interval_ns, histogram);
      text.clear();
      ++line;
    } else if (text.size() == kLongestLine) {
      refuse(line, "is too long for a number");
    } else {
      text += Traits::to_char_type(c);
    }
  }
  record_line(text, line, expected_interval_ns, histogram);
}

}  // namespace walbench::tools
