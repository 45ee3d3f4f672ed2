#include "storage/sqlite/busy_handler.hpp"

#include <algorithm>
#include <utility>

#include "metrics/splitmix.hpp"

namespace walbench::storage {
BusyHandler::BusyHandler(const BusyHandlerAxis& axis, std::chrono::nanoseconds timeout,
                         std::uint64_t seed, BusySleep sleep)
    : axis_(axis), timeout_(timeout), sleep_(std::move(sleep)), random_(seed) {}

void BusyHandler::install(const Connection& connection) {
  if (is_sqlite()) {
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(timeout_);
    sqlite3_busy_timeout(connection.handle(), static_cast<int>(ms.count()));
    return;
  }
  const auto called = [](void* self, int number) {
    return static_cast<BusyHandler*>(self)->wait(number) ? 1 : 0;
  };
  sqlite3_busy_handler(connection.handle(), called, this);
}

bool BusyHandler::wait(std::int64_t number) {
  if (refused_calls_ >= 0) {
    ++refused_calls_;
    return false;
  }
  if (number == 0) slept_ = {};
  if (slept_ >= timeout_) return false;
  const auto slept = sleep_(std::min(delay(number), timeout_ - slept_), number == 0);
  slept_ += slept.value_or(std::chrono::nanoseconds(0));
  return slept.has_value();
}

void BusyHandler::pause(std::int64_t number) {
  static_cast<void>(sleep_(delay(number), number == 0));
}

bool BusyHandler::is_called_by(const Connection& connection) {
  refused_calls_ = 0;
  const int code = sqlite3_exec(connection.handle(), "BEGIN IMMEDIATE", nullptr, nullptr, nullptr);
  const bool called = (code & 0xFF) == SQLITE_BUSY && refused_calls_ == 1;
  refused_calls_ = -1;
  if (code == SQLITE_OK) connection.execute("ROLLBACK");
  return called;
}

std::chrono::nanoseconds BusyHandler::delay(std::int64_t number) {
  const std::chrono::nanoseconds longest = axis_.longest_delay(number);
  if (!axis_.has_jitter()) return longest;
  constexpr double kNumbers = 0x1p53;
  const double share = static_cast<double>(metrics::splitmix64(random_) >> 11U) / kNumbers;
  const double ns = share * static_cast<double>(longest.count());
  return std::max(BusyHandlerAxis::kShortest,
                  std::chrono::nanoseconds(static_cast<std::int64_t>(ns)));
}

}  // namespace walbench::storage
