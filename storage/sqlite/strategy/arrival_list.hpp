#pragma once

#include <atomic>

namespace walbench::storage {

/// Hands items from any number of threads to one, without a lock and without memory of its own:
/// items are linked through their member `next`. The taker gets everything that has arrived in one
/// step, which is what a group commit wants.
///
/// Invariants:
///   1. `newest_` heads a list in which each item points to the one pushed before it. It is only
///      ever put before, or taken as a whole, so no ABA can arise.
///   2. push() releases and take() acquires on `newest_`; what the pusher wrote into an item
///      happened before the taker reads it, also for items pushed earlier (pushes are
///      read-modify-writes, so they continue the release sequence).
///   3. An item belongs to the list from push() until take() returns it.
///   4. push() and is_empty() are sequentially consistent with other such operations: see
///      GroupCommitter on sleeping.
template <typename Item>
class ArrivalList {
 public:
  /// Adds an item. Any thread.
  void push(Item& item) {
    Item* newest = newest_.load(std::memory_order_relaxed);
    do {
      item.next = newest;
    } while (!newest_.compare_exchange_weak(newest, &item, std::memory_order_seq_cst,
                                            std::memory_order_relaxed));
  }

  /// Takes all items: the one that came first, linked to those that came later. Null if there
  /// is none. The taker's thread only.
  Item* take() {
    Item* newest = newest_.exchange(nullptr, std::memory_order_acquire);
    Item* oldest = nullptr;
    while (newest != nullptr) {
      Item* const earlier = newest->next;
      newest->next = oldest;
      oldest = newest;
      newest = earlier;
    }
    return oldest;
  }

  bool is_empty() const { return newest_.load(std::memory_order_seq_cst) == nullptr; }

 private:
  alignas(64) std::atomic<Item*> newest_ = nullptr;
};

}  // namespace walbench::storage
