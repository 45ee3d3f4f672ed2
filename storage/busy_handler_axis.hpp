#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace walbench::storage {

/// How long a connection waits between its tries to get a lock that another one holds.
class BusyHandlerAxis {
 public:
  using Delay = std::chrono::nanoseconds;
  static constexpr Delay kShortest = std::chrono::microseconds(1);
  static constexpr Delay kLongest = std::chrono::minutes(1);

  /// SQLite's own: 1, 2, 5, 10, 15, 20, 25, 25, 25, 50, 50 ms, then 100 ms for ever.
  static constexpr BusyHandlerAxis sqlite() { return {}; }
  /// The same before every try.
  static constexpr BusyHandlerAxis constant(Delay delay) {
    return BusyHandlerAxis(Kind::constant, delay, delay);
  }
  /// Drawn evenly from 0 to `first`, then to twice as much each time, and to `cap` at most: full
  /// jitter. `first` is no more than `cap`.
  static constexpr BusyHandlerAxis exponential(Delay first, Delay cap) {
    return BusyHandlerAxis(Kind::exponential, first, cap);
  }
  /// `sqlite`, `constant:1ms`, `exponential:500us..100ms`; nothing for any other text, for delays
  /// outside kShortest to kLongest, and for a first one above the cap.
  static std::optional<BusyHandlerAxis> parse(std::string_view name);

  std::string name() const;

  constexpr bool is_sqlite() const { return kind_ == Kind::sqlite; }
  constexpr bool has_jitter() const { return kind_ == Kind::exponential; }

  /// Before the try of that number (0, 1, ...) after the first one; with jitter, at most.
  Delay longest_delay(std::int64_t number) const;

  constexpr bool operator==(const BusyHandlerAxis&) const = default;

 private:
  enum class Kind : std::uint8_t { sqlite, constant, exponential };
  constexpr BusyHandlerAxis() = default;
  constexpr BusyHandlerAxis(Kind kind, Delay first, Delay cap)
      : kind_(kind), first_(first), cap_(cap) {}

  Kind kind_ = Kind::sqlite;
  Delay first_{0};
  Delay cap_{0};
};

}  // namespace walbench::storage
