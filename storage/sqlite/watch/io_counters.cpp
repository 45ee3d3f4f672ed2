#include "storage/sqlite/watch/io_counters.hpp"

namespace walbench::storage {
namespace {

constexpr std::int64_t kWalHeaderBytes = 32;
constexpr std::int64_t kWalFrameHeaderBytes = 24;

/// The page size in a WAL header: a big-endian 32-bit number at offset 8.
std::int64_t page_size_in_wal_header(const void* data) {
  const auto* const bytes = static_cast<const unsigned char*>(data);
  return (std::int64_t{bytes[8]} << 24) | (std::int64_t{bytes[9]} << 16) |
         (std::int64_t{bytes[10]} << 8) | std::int64_t{bytes[11]};
}

void add(std::atomic<std::int64_t>& value, std::int64_t amount) {
  value.fetch_add(amount, std::memory_order_relaxed);
}

void raise_to(std::atomic<std::int64_t>& value, std::int64_t least) {
  std::int64_t seen = value.load(std::memory_order_relaxed);
  while (seen < least && !value.compare_exchange_weak(seen, least, std::memory_order_relaxed)) {
  }
}

}  // namespace

IoFigures IoCounters::figures() const {
  const auto read = [](const std::atomic<std::int64_t>& value) {
    return value.load(std::memory_order_relaxed);
  };
  return {.wal = {.size_start_bytes = read(wal_size_start_bytes_),
                  .size_end_bytes = read(wal_size_bytes_),
                  .growth_bytes = read(wal_growth_bytes_),
                  .peak_bytes = read(wal_peak_bytes_),
                  .bytes_written = read(wal_bytes_written_),
                  .frames = read(wal_frames_),
                  .checkpoints = read(checkpoints_),
                  .checkpoint_ns = read(checkpoint_ns_),
                  .checkpoint_longest_ns = read(checkpoint_longest_ns_),
                  .wal_syncs = read(wal_syncs_),
                  .db_syncs = read(db_syncs_),
                  .db_bytes_written = read(db_bytes_written_),
                  .wal_writes = read(wal_writes_),
                  .db_writes = read(db_writes_)},
          .busy_longest_us = read(busy_longest_us_)};
}

void IoCounters::restart() {
  for (std::atomic<std::int64_t>* const count :
       {&wal_bytes_written_, &wal_writes_, &wal_frames_, &db_writes_, &wal_growth_bytes_,
        &wal_syncs_, &db_bytes_written_, &db_syncs_, &checkpoints_, &checkpoint_ns_,
        &checkpoint_longest_ns_, &busy_longest_us_}) {
    count->store(0, std::memory_order_relaxed);
  }
  const std::int64_t size_bytes = wal_size_bytes_.load(std::memory_order_relaxed);
  wal_size_start_bytes_.store(size_bytes, std::memory_order_relaxed);
  wal_peak_bytes_.store(size_bytes, std::memory_order_relaxed);
  const std::lock_guard lock(mutex_);
  times_ = IoTimes();
}

IoTimes IoCounters::times() const {
  const std::lock_guard lock(mutex_);
  return times_;
}

// A frame is two writes, its header and, right behind it, its page. Either may be written again
// alone: the header when a transaction's checksums are made anew, the page when a transaction
// changes it a second time. So a frame is counted where a page follows upon its header.
void IoCounters::wal_written(const void* data, std::int64_t amount, std::int64_t offset,
                             std::int64_t& frame_begun_at) {
  add(wal_bytes_written_, amount);
  add(wal_writes_, 1);
  if (offset == 0 && amount == kWalHeaderBytes) {
    wal_page_bytes_.store(page_size_in_wal_header(data), std::memory_order_relaxed);
  }
  const std::int64_t page_bytes = wal_page_bytes_.load(std::memory_order_relaxed);
  if (amount == page_bytes && offset == frame_begun_at + kWalFrameHeaderBytes) add(wal_frames_, 1);
  frame_begun_at = amount == kWalFrameHeaderBytes ? offset : -1;

  const std::int64_t end = offset + amount;
  const std::int64_t size = wal_size_bytes_.load(std::memory_order_relaxed);
  if (end > size) {
    add(wal_growth_bytes_, end - size);
    wal_size_bytes_.store(end, std::memory_order_relaxed);
    if (end > wal_peak_bytes_.load(std::memory_order_relaxed)) {
      wal_peak_bytes_.store(end, std::memory_order_relaxed);
    }
  }
}

void IoCounters::wal_size_becomes(std::int64_t bytes) {
  wal_size_bytes_.store(bytes, std::memory_order_relaxed);
}

// A histogram holds an hour at least; what takes longer than that would be lost to it, not counted.
void IoCounters::wal_synced(std::int64_t ns) {
  add(wal_syncs_, 1);
  const std::lock_guard lock(mutex_);
  static_cast<void>(times_.wal_sync.record(ns));
}

void IoCounters::db_written(std::int64_t amount) {
  add(db_bytes_written_, amount);
  add(db_writes_, 1);
}

void IoCounters::db_synced(std::int64_t ns) {
  add(db_syncs_, 1);
  const std::lock_guard lock(mutex_);
  static_cast<void>(times_.db_sync.record(ns));
}

void IoCounters::checkpointed(std::int64_t took_ns) {
  add(checkpoints_, 1);
  add(checkpoint_ns_, took_ns);
  raise_to(checkpoint_longest_ns_, took_ns);
  const std::lock_guard lock(mutex_);
  static_cast<void>(times_.checkpoint.record(took_ns));
}

void IoCounters::busy_slept(std::int64_t series_us) {
  raise_to(busy_longest_us_, series_us);
}

}  // namespace walbench::storage
