#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>

#include "storage/busy_handler_axis.hpp"
#include "storage/sqlite/sqlite.hpp"

namespace walbench::storage {

/// Sleeps between two tries, the first time in a wait if `is_first`. Returns how long it slept;
/// nothing, without sleeping, if nobody is to wait any more.
using BusySleep =
    std::function<std::optional<std::chrono::nanoseconds>(std::chrono::nanoseconds, bool is_first)>;

/// Waits for the locks that others keep from one connection, in SQLite's place. It gives up when
/// its sleeps of one wait, as long as they really took, reach the timeout; SQLite's own counts what
/// it asked for. A wait begins with the call of number 0. Used by the connection's thread; stays
/// where it is while the connection is open.
class BusyHandler {
 public:
  /// `seed` is that of the jitter, if there is any.
  BusyHandler(const BusyHandlerAxis& axis, std::chrono::nanoseconds timeout, std::uint64_t seed,
              BusySleep sleep);
  BusyHandler(const BusyHandler&) = delete;
  BusyHandler& operator=(const BusyHandler&) = delete;
  ~BusyHandler() = default;

  /// Has SQLite call this for that connection; with the axis at `sqlite`, SQLite's own busy handler
  /// with the timeout.
  void install(const Connection& connection);

  /// True if SQLite's own busy handler is at work instead.
  bool is_sqlite() const { return axis_.is_sqlite(); }

  /// One call by SQLite; false: it is to give up.
  bool wait(std::int64_t number);

  /// Sleeps as before the try of that number, whatever the timeout.
  void pause(std::int64_t number);

  /// Whether SQLite calls this when it does not get the write lock, which another connection must
  /// hold meanwhile. Takes no time.
  bool is_called_by(const Connection& connection);

 private:
  std::chrono::nanoseconds delay(std::int64_t number);

  const BusyHandlerAxis axis_;
  const std::chrono::nanoseconds timeout_;
  const BusySleep sleep_;
  std::uint64_t random_;
  std::chrono::nanoseconds slept_{0};  ///< in this wait
  std::int64_t refused_calls_ = -1;    ///< while 0 or more every call is refused, and counted
};

}  // namespace walbench::storage
