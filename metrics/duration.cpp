#include "metrics/duration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <stdexcept>

namespace walbench::metrics {
namespace {

struct Unit {
  std::string_view name;
  double ns;
};

constexpr std::array<Unit, 6> kUnits = {{
    {"ns", 1.0},
    {"us", 1e3},
    {"ms", 1e6},
    {"s", 1e9},
    {"min", 60e9},
    {"h", 3600e9},
}};
constexpr double kLongestNs = 100.0 * 365.25 * 24 * 3600e9;

[[noreturn]] void refuse(std::string_view text, std::string_view why) {
  throw std::invalid_argument(fmt::format(
      "'{}' {}; write a number and a unit (ns, us, ms, s, min, h), as in 250ms, 2s or 6h", text,
      why));
}

}  // namespace

std::chrono::nanoseconds parse_duration(std::string_view text) {
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
  if (error != std::errc() || !std::isfinite(number)) refuse(text, "is not a duration");
  if (std::signbit(number)) refuse(text, "is negative");
  const std::string_view unit(rest, static_cast<std::size_t>(end - rest));
  if (unit.empty() && number == 0) return {};
  if (unit.empty()) refuse(text, "has no unit");
  const auto* const found = std::ranges::find(kUnits, unit, &Unit::name);
  if (found == kUnits.end()) refuse(text, "has an unknown unit");
  if (number * found->ns > kLongestNs) refuse(text, "is longer than 100 years");
  return std::chrono::nanoseconds(std::llround(number * found->ns));
}

std::string format_duration(std::chrono::nanoseconds duration) {
  const auto ns = static_cast<double>(duration.count());
  if (ns < 1e3) return fmt::format("{} ns", duration.count());
  if (ns < 999.5e3) return fmt::format("{:.3g} us", ns / 1e3);
  if (ns < 999.5e6) return fmt::format("{:.3g} ms", ns / 1e6);
  if (ns < 99.5e9) return fmt::format("{:.3g} s", ns / 1e9);
  const auto seconds = std::llround(ns / 1e9);
  if (seconds <= 600) return fmt::format("{} s", seconds);
  if (seconds < 3600) return fmt::format("{} min {} s", seconds / 60, seconds % 60);
  const auto minutes = seconds / 60;
  return minutes % 60 == 0 ? fmt::format("{} h", minutes / 60)
                           : fmt::format("{} h {} min", minutes / 60, minutes % 60);
}

std::string exact_duration(std::chrono::nanoseconds duration) {
  const std::int64_t ns = duration.count();
  if (ns == 0) return "0";
  Unit longest = kUnits.front();
  for (const Unit& unit : kUnits) {
    if (ns % static_cast<std::int64_t>(unit.ns) == 0) longest = unit;
  }
  return fmt::format("{}{}", ns / static_cast<std::int64_t>(longest.ns), longest.name);
}

}  // namespace walbench::metrics
