#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace walbench::engine {

/// How long the API's calls take: always the same, or drawn from a distribution. A value.
class ApiDelay {
 public:
  /// A constant delay; none by default.
  ApiDelay() = default;
  explicit ApiDelay(std::chrono::nanoseconds constant);

  /// Reads a duration (`50ms`), or `uniform:a,b`, `exp:mean`, `lognormal:median,sigma` with
  /// durations a, b, mean and median, and sigma, the standard deviation of the delay's logarithm,
  /// from 0 to 5. Throws std::invalid_argument with a sentence.
  static ApiDelay parse(const std::string& text);

  bool is_constant() const { return shape_ == Shape::constant; }
  std::chrono::nanoseconds mean() const;

  /// A delay for two independent random numbers, each in (0, 1]. At most an hour, which is where
  /// histograms end.
  std::chrono::nanoseconds draw(double one, double other) const;

  /// As parse() reads it.
  const std::string& text() const { return text_; }

  bool operator==(const ApiDelay&) const = default;

 private:
  enum class Shape : std::uint8_t { constant, uniform, exponential, lognormal };

  Shape shape_ = Shape::constant;
  double first_ns_ = 0;  ///< the constant, a, the mean, or the median
  double second_ = 0;    ///< b in ns, or sigma
  std::string text_ = "0";
};

}  // namespace walbench::engine
