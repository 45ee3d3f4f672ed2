#include "engine/workload/script/random_stream.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>
#include <stdexcept>

#include "metrics/splitmix.hpp"

namespace walbench::engine {
namespace {

/// The number of values from `least` to `most`.
std::int64_t size_of(std::int64_t least, std::int64_t most) {
  if (least > most) {
    throw std::domain_error(fmt::format("the range from {} to {} is empty", least, most));
  }
  std::int64_t size = 0;
  if (__builtin_sub_overflow(most, least, &size) || __builtin_add_overflow(size, 1, &size)) {
    throw std::domain_error(fmt::format("the range from {} to {} is too large", least, most));
  }
  return size;
}

/// `share`, from 0 to 1, as a place among `size` values.
std::int64_t place(double share, std::int64_t size) {
  const double scaled = std::floor(share * static_cast<double>(size));
  // Doubles near 2^63 round up to it.
  return scaled >= static_cast<double>(size) ? size - 1 : static_cast<std::int64_t>(scaled);
}

/// The functions of rejection-inversion for h(x) = x^-s: its integral H, and the inverse of that.
/// expm1 and log1p keep them exact where s is near 1.
class Zipf {
 public:
  Zipf(double parameter, double size)
      : s_(parameter),
        size_(size),
        first_(integral(1.5) - 1),
        last_(integral(size + 0.5)),
        always_within_(2 - inverse(integral(2.5) - density(2))) {}

  double draw(RandomStream& random) const {
    while (true) {
      const double area = last_ + random.unit() * (first_ - last_);
      const double x = inverse(area);
      const double k = std::clamp(std::floor(x + 0.5), 1.0, size_);
      if (k - x <= always_within_ || area >= integral(k + 0.5) - density(k)) return k;
    }
  }

 private:
  double density(double x) const { return std::exp(-s_ * std::log(x)); }

  double integral(double x) const {
    const double log = std::log(x);
    const double power = (1 - s_) * log;
    return (std::abs(power) < 1e-12 ? 1 : std::expm1(power) / power) * log;
  }

  double inverse(double area) const {
    const double power = std::max(area * (1 - s_), -1.0);  // rounding may pass -1
    return std::exp((std::abs(power) < 1e-12 ? 1 : std::log1p(power) / power) * area);
  }

  double s_;
  double size_;
  double first_;
  double last_;
  double always_within_;
};

}  // namespace

RandomStream::RandomStream(std::uint64_t seed, std::uint64_t number) {
  std::uint64_t mixed = number;
  seed += metrics::splitmix64(mixed);
  for (std::uint64_t& word : state_) {
    word = metrics::splitmix64(seed);
  }
}

std::uint64_t RandomStream::bits() {
  const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t shifted = state_[1] << 17U;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

double RandomStream::unit() {
  return static_cast<double>(bits() >> 11U) * 0x1.0p-53;
}

std::int64_t random_uniform(RandomStream& random, std::int64_t least, std::int64_t most) {
  const auto last = static_cast<std::uint64_t>(size_of(least, most)) - 1;
  // As many bits as the range needs; a number outside of it is drawn again.
  const std::uint64_t mask = last == 0 ? 0 : ~std::uint64_t{0} >> std::countl_zero(last);
  std::uint64_t drawn = 0;
  do {
    drawn = (random.bits() >> 1U) & mask;
  } while (drawn > last);
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(least) + drawn);
}

std::int64_t random_exponential(RandomStream& random, std::int64_t least, std::int64_t most,
                                double parameter) {
  const std::int64_t size = size_of(least, most);
  if (!(parameter > 0)) {
    throw std::domain_error(
        fmt::format("the parameter of random_exponential is {}, and must be above 0", parameter));
  }
  const double cut = -std::expm1(-parameter);  // the share that is kept
  const double share = -std::log1p(-cut * random.unit()) / parameter;
  return least + place(share, size);
}

std::int64_t random_gaussian(RandomStream& random, std::int64_t least, std::int64_t most,
                             double parameter) {
  const std::int64_t size = size_of(least, most);
  if (!(parameter >= 2) || std::isinf(parameter)) {
    throw std::domain_error(
        fmt::format("the parameter of random_gaussian is {}, and must be at least 2", parameter));
  }
  double deviation = 0;
  do {  // Box, Muller 1958
    const double radius = std::sqrt(-2 * std::log(1 - random.unit()));
    deviation = radius * std::sin(2 * std::numbers::pi * random.unit());
  } while (std::abs(deviation) >= parameter);
  return least + place((deviation + parameter) / (2 * parameter), size);
}

std::int64_t random_zipfian(RandomStream& random, std::int64_t least, std::int64_t most,
                            double parameter) {
  const std::int64_t size = size_of(least, most);
  const bool allowed = parameter >= 1.001 && parameter <= 1000;  // false for NaN
  if (!allowed) {
    throw std::domain_error(fmt::format(
        "the parameter of random_zipfian is {}, and must be from 1.001 to 1000", parameter));
  }
  if (size == 1) return least;
  const double k = Zipf(parameter, static_cast<double>(size)).draw(random);
  return least + std::min(static_cast<std::int64_t>(std::min(k, 0x1.fffffffffffffp62)), size) - 1;
}

}  // namespace walbench::engine
