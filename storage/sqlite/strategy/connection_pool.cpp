#include "storage/sqlite/strategy/connection_pool.hpp"

#include "storage/storage_error.hpp"

namespace walbench::storage {

TransactionWriter& ConnectionPool::borrow() {
  std::unique_lock lock(mutex_);
  if (cancelled_) throw WriteCancelled();
  if (!free_.empty()) {
    TransactionWriter& latest = *free_.back();
    free_.pop_back();
    return latest;
  }
  Waiter waiter;
  waiting_.push_back(&waiter);
  waiter.woken.wait(lock, [&] { return waiter.given != nullptr || cancelled_; });
  // One that was handed over before the cancellation is used: whoever waits in vain is no longer
  // in the list.
  if (waiter.given == nullptr) throw WriteCancelled();
  return *waiter.given;
}

void ConnectionPool::give_back(TransactionWriter& writer) {
  const std::lock_guard lock(mutex_);
  if (waiting_.empty()) {
    free_.push_back(&writer);
    return;
  }
  Waiter& first = *waiting_.front();
  waiting_.pop_front();
  first.given = &writer;
  first.woken.notify_one();
}

void ConnectionPool::cancel() {
  const std::lock_guard lock(mutex_);
  cancelled_ = true;
  for (Waiter* const waiter : waiting_) {
    waiter->woken.notify_one();
  }
  waiting_.clear();
}

}  // namespace walbench::storage
