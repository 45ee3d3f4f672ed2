#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace walbench::metrics {

/// Reads a duration with its unit: `250ms`, `2s`, `1.5s`, `6h`; units ns, us, ms, s, min, h. A bare
/// `0` needs none. Throws std::invalid_argument, with a sentence, for anything else, for negative
/// durations and for more than 100 years.
std::chrono::nanoseconds parse_duration(std::string_view text);

/// The duration in the unit in which it reads best: `310 us`, `1.03 s`, `300 s`, `12 min 5 s`, `6
/// h`.
std::string format_duration(std::chrono::nanoseconds duration);

/// As parse_duration() reads it, in the largest unit in which it is a whole number: `1500us`, `2s`,
/// `0`. Not negative.
std::string exact_duration(std::chrono::nanoseconds duration);

}  // namespace walbench::metrics
