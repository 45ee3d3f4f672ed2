#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>

#include "storage/axes.hpp"
#include "storage/storage_error.hpp"

namespace walbench::storage {

/// Lets one writer of this process through at a time. Thread safe; not recursive. After cancel() it
/// still hands turns on, so that those who wait learn of it one after another.
class WriterQueue {
 public:
  WriterQueue() = default;
  WriterQueue(const WriterQueue&) = delete;
  WriterQueue& operator=(const WriterQueue&) = delete;
  virtual ~WriterQueue() = default;

  /// Blocks until the caller is the one inside.
  virtual void enter() = 0;
  /// Lets the next one in. Only by the one inside.
  virtual void leave() = 0;

  /// From now on every turn fails; see QueueTurn.
  void cancel() { cancelled_.store(true, std::memory_order_relaxed); }
  bool cancelled() const { return cancelled_.load(std::memory_order_relaxed); }

 private:
  std::atomic<bool> cancelled_ = false;
};

/// std::mutex: a thread that is running takes it, so one thread may barge in again and again while
/// the others sleep. High throughput, long tails.
class MutexQueue final : public WriterQueue {
 public:
  void enter() override { mutex_.lock(); }
  void leave() override { mutex_.unlock(); }

 private:
  std::mutex mutex_;
};

/// First come, first served: a ticket lock whose waiters sleep, each on the slot of its own ticket,
/// so that leaving wakes one. Short tails, at the price of a hand-over to a sleeping thread a
/// write.
///
/// Invariants:
///   1. Tickets are drawn and served in the same order, without gaps.
///   2. The slot of ticket t holds t once t may enter; before that, an older ticket's number.
///   3. leave() releases and enter() acquires on that slot, so what one writer did happened before
///      the next one enters.
///   4. `ticket_inside_` belongs to the thread inside.
/// More than kSlots waiters share slots: they wake now and then for nothing, and are still in
/// order.
class FifoQueue final : public WriterQueue {
 public:
  FifoQueue();
  void enter() override;
  void leave() override;

 private:
  static constexpr std::uint32_t kSlots = 64;
  struct alignas(64) Slot {
    std::atomic<std::uint32_t> served = 0;
  };
  Slot& slot(std::uint32_t ticket) { return slots_[ticket % kSlots]; }

  std::array<Slot, kSlots> slots_;
  std::atomic<std::uint32_t> next_ticket_ = 0;
  std::uint32_t ticket_inside_ = 0;
};

/// The queue for that axis, or null for `sqlite`, which has none.
std::unique_ptr<WriterQueue> make_queue(QueueAxis axis);

/// Enters a queue, if there is one, and leaves it at the end of the scope.
class QueueTurn {
 public:
  /// Throws WriteCancelled if the queue was cancelled meanwhile.
  explicit QueueTurn(WriterQueue* queue) : queue_(queue) {
    if (queue_ == nullptr) return;
    queue_->enter();
    if (!queue_->cancelled()) return;
    queue_->leave();
    throw WriteCancelled();
  }
  QueueTurn(const QueueTurn&) = delete;
  QueueTurn& operator=(const QueueTurn&) = delete;
  ~QueueTurn() {
    if (queue_ != nullptr) queue_->leave();
  }

 private:
  WriterQueue* queue_;
};

}  // namespace walbench::storage
