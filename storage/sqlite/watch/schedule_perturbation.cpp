#include "storage/sqlite/watch/schedule_perturbation.hpp"

#include <sqlite3.h>

#include <cmath>

#include "metrics/splitmix.hpp"

namespace walbench::storage {
namespace {

struct Chance {
  std::uint64_t one_in = 0;  ///< so many calls pauses; 0: none does
  int shortness = 1;         ///< its pause is the longest one times a share to that power
};

/// Rare calls, between which much changes, pause often and long; those of every transaction little,
/// so that a checkpoint that pauses meets many commits, and often one that is the first of a WAL.
Chance chance_of(const VfsCall& call) {
  constexpr std::int64_t kCheckpointLock = 1;
  constexpr Chance kRare = {2, 1};
  switch (call.operation) {
    case VfsOperation::open:
    case VfsOperation::lock:
    case VfsOperation::sync:
    case VfsOperation::shm_map:
    case VfsOperation::unfetch: return kRare;
    case VfsOperation::shm_lock:
      if (call.offset == kCheckpointLock && (call.flags & SQLITE_SHM_LOCK) != 0) return kRare;
      return {8, 4};
    case VfsOperation::read:
    case VfsOperation::write: return {256, 2};
    case VfsOperation::remove:
    case VfsOperation::truncate:
    case VfsOperation::fetch: break;
  }
  return {};
}

struct ThreadCalls {
  std::uint64_t instance = 0;
  std::uint64_t thread = 0;
  std::uint64_t calls = 0;
};
thread_local ThreadCalls thread_calls;

std::atomic<std::uint64_t> instances = 0;

}  // namespace

SchedulePerturbation::SchedulePerturbation(const Perturbation& plan)
    : plan_(plan), instance_(instances.fetch_add(1) + 1) {}

VfsAnswer SchedulePerturbation::before(const VfsCall& call) {
  constexpr std::uint64_t kThreadFactor = 1ULL << 40U;
  if (!active_.load(std::memory_order_relaxed)) return {};
  if (thread_calls.instance != instance_) thread_calls = {instance_, threads_.fetch_add(1), 0};
  const Chance chance = chance_of(call);
  std::uint64_t random = plan_.seed + thread_calls.thread * kThreadFactor + thread_calls.calls++;
  random = metrics::splitmix64(random);
  if (chance.one_in == 0 || metrics::splitmix64(random) % chance.one_in != 0) return {};
  constexpr double kNumbers = 1ULL << 53U;
  const double share = static_cast<double>(metrics::splitmix64(random) >> 11U) / kNumbers;
  const auto longest = static_cast<double>(plan_.longest.count());
  return {.pause = std::chrono::nanoseconds(
              static_cast<std::int64_t>(std::pow(share, chance.shortness) * longest))};
}

}  // namespace walbench::storage
