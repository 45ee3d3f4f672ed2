#include "engine/workload/lifecycle/api_delay.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numbers>
#include <stdexcept>

#include "metrics/duration.hpp"

namespace walbench::engine {
namespace {

constexpr double kLongestNs = 3600e9;
constexpr double kLargestSigma = 5;

double duration_ns(std::string_view text) {
  const auto ns = static_cast<double>(metrics::parse_duration(text).count());
  if (ns > kLongestNs) {
    throw std::invalid_argument(
        fmt::format("'{}' is longer than an hour, which is where histograms end", text));
  }
  return ns;
}

double sigma(std::string_view text) {
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value, std::chars_format::fixed);
  if (error != std::errc() || rest != end || std::isnan(value) || value < 0 ||
      value > kLargestSigma) {
    throw std::invalid_argument(
        fmt::format("'{}' is no sigma; write a number from 0 to {}", text, kLargestSigma));
  }
  return value;
}

}  // namespace

ApiDelay::ApiDelay(std::chrono::nanoseconds constant)
    : first_ns_(static_cast<double>(constant.count())), text_(metrics::exact_duration(constant)) {}

ApiDelay ApiDelay::parse(const std::string& text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos) {
    ApiDelay delay;
    delay.first_ns_ = duration_ns(text);
    delay.text_ = text;
    return delay;
  }
  const std::string_view name = std::string_view(text).substr(0, colon);
  const std::string_view arguments = std::string_view(text).substr(colon + 1);
  const std::size_t comma = arguments.find(',');
  const std::string_view first = arguments.substr(0, comma);
  const std::string_view second =
      comma == std::string_view::npos ? std::string_view() : arguments.substr(comma + 1);

  ApiDelay delay;
  delay.text_ = text;
  if (name == "exp" && comma == std::string_view::npos) {
    delay.shape_ = Shape::exponential;
    delay.first_ns_ = duration_ns(first);
  } else if (name == "uniform" && !second.empty()) {
    delay.shape_ = Shape::uniform;
    delay.first_ns_ = duration_ns(first);
    delay.second_ = duration_ns(second);
    if (delay.second_ < delay.first_ns_) {
      throw std::invalid_argument(fmt::format("'{}' ends before it begins", text));
    }
  } else if (name == "lognormal" && !second.empty()) {
    delay.shape_ = Shape::lognormal;
    delay.first_ns_ = duration_ns(first);
    delay.second_ = sigma(second);
  } else {
    throw std::invalid_argument(fmt::format(
        "'{}' is no delay; write a duration as in 50ms, or uniform:10ms,90ms, exp:50ms or "
        "lognormal:50ms,0.5 (median and sigma)",
        text));
  }
  return delay;
}

std::chrono::nanoseconds ApiDelay::mean() const {
  double ns = first_ns_;
  if (shape_ == Shape::uniform) ns = (first_ns_ + second_) / 2;
  if (shape_ == Shape::lognormal) ns = first_ns_ * std::exp(second_ * second_ / 2);
  return std::chrono::nanoseconds(std::llround(ns));
}

std::chrono::nanoseconds ApiDelay::draw(double one, double other) const {
  double ns = 0;
  switch (shape_) {
    case Shape::constant: ns = first_ns_; break;
    case Shape::uniform: ns = first_ns_ + one * (second_ - first_ns_); break;
    case Shape::exponential: ns = -first_ns_ * std::log(one); break;
    case Shape::lognormal: {
      // Box and Muller's transform of two uniform numbers into a normal one.
      const double normal = std::sqrt(-2 * std::log(one)) * std::cos(2 * std::numbers::pi * other);
      ns = first_ns_ * std::exp(second_ * normal);
      break;
    }
  }
  return std::chrono::nanoseconds(std::llround(std::min(ns, kLongestNs)));
}

}  // namespace walbench::engine
