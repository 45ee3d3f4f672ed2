#pragma once

#include <sqlite3.h>

#include <functional>
#include <stop_token>

#include "storage/sqlite/sqlite.hpp"

namespace walbench::storage {

/// Ends a connection's statements with SQLITE_INTERRUPT once a stop is requested. Both ways are
/// needed: sqlite3_interrupt ends no statement that begins later, and SQLite before 3.41 calls no
/// progress handler while integrity_check reads the file.
class EndedByStop {
 public:
  /// Both must outlive this.
  EndedByStop(const Connection& connection, const std::stop_token& stop)
      : interrupt_(stop, [&connection] { sqlite3_interrupt(connection.handle()); }) {
    sqlite3_progress_handler(
        connection.handle(), kInstructions,
        [](void* token) { return static_cast<std::stop_token*>(token)->stop_requested() ? 1 : 0; },
        const_cast<std::stop_token*>(&stop));
  }
  EndedByStop(const EndedByStop&) = delete;
  EndedByStop& operator=(const EndedByStop&) = delete;
  ~EndedByStop() = default;

 private:
  static constexpr int kInstructions = 10'000;  ///< of SQLite's machine, between two looks

  std::stop_callback<std::function<void()>> interrupt_;
};

}  // namespace walbench::storage
