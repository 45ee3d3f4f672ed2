#include "storage/sqlite/strategy/writer_queue.hpp"

namespace walbench::storage {

FifoQueue::FifoQueue() {
  for (std::uint32_t index = 1; index < kSlots; ++index) {
    slots_[index].served.store(index - kSlots, std::memory_order_relaxed);
  }
}

void FifoQueue::enter() {
  const std::uint32_t ticket = next_ticket_.fetch_add(1, std::memory_order_relaxed);
  const std::atomic<std::uint32_t>& served = slot(ticket).served;
  for (std::uint32_t seen = served.load(std::memory_order_acquire); seen != ticket;
       seen = served.load(std::memory_order_acquire)) {
    served.wait(seen, std::memory_order_relaxed);
  }
  ticket_inside_ = ticket;
}

void FifoQueue::leave() {
  const std::uint32_t next = ticket_inside_ + 1;
  // Sequentially consistent, though release would do for what the queue protects: libstdc++ 12
  // wakes only when it sees a waiter counted, and must not look before others can see this store.
  slot(next).served.store(next, std::memory_order_seq_cst);
  slot(next).served.notify_all();
}

std::unique_ptr<WriterQueue> make_queue(QueueAxis axis) {
  switch (axis) {
    case QueueAxis::sqlite: return nullptr;
    case QueueAxis::mutex: return std::make_unique<MutexQueue>();
    case QueueAxis::fifo: return std::make_unique<FifoQueue>();
  }
  return nullptr;
}

}  // namespace walbench::storage
