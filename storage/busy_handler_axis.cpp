#include "storage/busy_handler_axis.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <stdexcept>

#include "metrics/duration.hpp"

namespace walbench::storage {
namespace {

using std::string_view;

constexpr string_view kConstant = "constant:";
constexpr string_view kExponential = "exponential:";
constexpr string_view kUpTo = "..";
constexpr std::array<int, 12> kSqliteMs = {1, 2, 5, 10, 15, 20, 25, 25, 25, 50, 50, 100};

std::optional<BusyHandlerAxis::Delay> delay(string_view text) {
  try {
    const BusyHandlerAxis::Delay parsed = metrics::parse_duration(text);
    const bool fits = parsed >= BusyHandlerAxis::kShortest && parsed <= BusyHandlerAxis::kLongest;
    return fits ? std::optional(parsed) : std::nullopt;
  } catch (const std::invalid_argument&) {
    return std::nullopt;
  }
}

}  // namespace

std::optional<BusyHandlerAxis> BusyHandlerAxis::parse(string_view name) {
  if (name == "sqlite") return sqlite();
  if (name.starts_with(kConstant)) {
    const auto always = delay(name.substr(kConstant.size()));
    return always ? std::optional(constant(*always)) : std::nullopt;
  }
  if (!name.starts_with(kExponential)) return std::nullopt;
  name.remove_prefix(kExponential.size());
  const std::size_t dots = name.find(kUpTo);
  if (dots == string_view::npos) return std::nullopt;
  const auto first = delay(name.substr(0, dots));
  const auto cap = delay(name.substr(dots + kUpTo.size()));
  if (!first || !cap || *first > *cap) return std::nullopt;
  return exponential(*first, *cap);
}

std::string BusyHandlerAxis::name() const {
  switch (kind_) {
    case Kind::sqlite: return "sqlite";
    case Kind::constant: return std::string(kConstant) + metrics::exact_duration(first_);
    case Kind::exponential: break;
  }
  return std::string(kExponential) + metrics::exact_duration(first_) + std::string(kUpTo) +
         metrics::exact_duration(cap_);
}

BusyHandlerAxis::Delay BusyHandlerAxis::longest_delay(std::int64_t number) const {
  if (is_sqlite()) {
    const auto last = static_cast<std::int64_t>(kSqliteMs.size()) - 1;
    return std::chrono::milliseconds(kSqliteMs[static_cast<std::size_t>(std::min(number, last))]);
  }
  Delay longest = first_;
  for (std::int64_t doubled = 0; doubled < number && longest < cap_; ++doubled) {
    longest *= 2;
  }
  return std::min(longest, cap_);
}

}  // namespace walbench::storage
