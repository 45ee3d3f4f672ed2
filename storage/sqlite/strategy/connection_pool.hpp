#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <vector>

#include "storage/sqlite/strategy/transaction_writer.hpp"

namespace walbench::storage {

/// Lends connections, first come, first served: one that is given back goes to whoever has waited
/// longest. Thread safe.
class ConnectionPool {
 public:
  ConnectionPool() = default;
  ConnectionPool(const ConnectionPool&) = delete;
  ConnectionPool& operator=(const ConnectionPool&) = delete;
  ~ConnectionPool() = default;

  /// Blocks until one is free. It is the caller's alone until it is given back. Throws
  /// WriteCancelled after cancel().
  TransactionWriter& borrow();

  /// Also for one that was not in the pool yet; it must outlive the pool's last borrow().
  void give_back(TransactionWriter& writer);

  /// From now on nobody gets one.
  void cancel();

 private:
  struct Waiter {
    std::condition_variable woken;
    TransactionWriter* given = nullptr;
  };

  std::mutex mutex_;  // guards what follows
  bool cancelled_ = false;
  std::vector<TransactionWriter*> free_;  ///< empty while somebody waits
  std::deque<Waiter*> waiting_;           ///< in the order of their arrival
};

}  // namespace walbench::storage
