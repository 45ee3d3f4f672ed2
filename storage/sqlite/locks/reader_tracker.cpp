#include "storage/sqlite/locks/reader_tracker.hpp"

#include <algorithm>
#include <set>
#include <tuple>

namespace walbench::storage {
namespace {

bool is_read_mark(LockByte lock) {
  return lock >= LockByte::read_mark_0 && lock <= LockByte::read_mark_4;
}

std::size_t mark_of(LockByte lock) {
  return static_cast<std::size_t>(lock) - static_cast<std::size_t>(LockByte::read_mark_0);
}

bool is_reader(const LockHolder& holder, JournalMode mode) {
  if (holder.exclusive) return false;
  return mode == JournalMode::wal ? is_read_mark(holder.lock) : holder.lock == LockByte::shared;
}

/// The frame that the mark names; 0 where there is none.
std::uint32_t frame_of(LockByte lock, const LockSnapshot& snapshot) {
  if (!snapshot.wal_index || !is_read_mark(lock)) return 0;
  return snapshot.wal_index->marks[mark_of(lock)];
}

}  // namespace

void ReaderTracker::count(const Open& open, std::int64_t until_ns, bool cut, ReaderSeen& seen) {
  const std::int64_t length = until_ns - open.since_ns;
  if (length < seen.longest_ns) return;
  seen.longest_ns = length;
  seen.longest_is_cut = open.cut || cut;
}

void ReaderTracker::end(const Place& place, const Open& open, std::int64_t at_ns) {
  Reader& reader = readers_.at(place.first);
  count(open, at_ns, false, reader.seen);
  if (--reader.open == 0) reader.seen.read_ns += at_ns - reader.reads_since_ns;
}

void ReaderTracker::add(const LockSnapshot& snapshot, std::int64_t at_ns) {
  const bool first = !std::exchange(any_, true);
  const std::int64_t between = first ? at_ns : last_ns_ + (at_ns - last_ns_) / 2;
  std::set<Place> now;
  std::set<LockByte> shared;
  for (const LockHolder& holder : snapshot.holders) {
    if (!is_reader(holder, snapshot.mode)) continue;
    now.emplace(holder.pid, holder.lock);
    shared.insert(holder.lock);
  }
  for (auto each = open_.begin(); each != open_.end();) {
    const auto& [place, open] = *each;
    // The kernel names one of those who share a byte; the others are seen in complete snapshots.
    const bool hidden = !snapshot.complete && shared.contains(place.second);
    const bool there = now.contains(place) || hidden;
    const bool goes_on =
        there && (!snapshot.wal_index || open.mark == frame_of(place.second, snapshot));
    if (!goes_on) end(place, open, between);
    each = goes_on ? std::next(each) : open_.erase(each);
  }
  for (const Place& place : now) {
    if (open_.contains(place)) continue;
    Reader& reader = readers_[place.first];
    if (reader.open++ == 0) reader.reads_since_ns = between;
    open_[place] = {frame_of(place.second, snapshot), between, first};
  }
  for (const auto& [place, open] : open_) {
    if (!snapshot.wal_index) break;
    std::uint32_t& kept = readers_.at(place.first).seen.frames_kept;
    kept = std::max(kept, snapshot.wal_index->kept_by(mark_of(place.second)));
  }
  last_ns_ = at_ns;
}

std::vector<ReaderSeen> ReaderTracker::readers() const {
  std::map<pid_t, ReaderSeen> all;
  for (const auto& [pid, reader] : readers_) {
    all[pid] = reader.seen;
    all[pid].pid = pid;
    all[pid].reading_at_last_look = reader.open > 0;
    if (reader.open > 0) all[pid].read_ns += last_ns_ - reader.reads_since_ns;
  }
  for (const auto& [place, open] : open_) {
    count(open, last_ns_, true, all.at(place.first));
  }
  std::vector<ReaderSeen> sorted;
  sorted.reserve(all.size());
  for (const auto& [pid, seen] : all) {
    sorted.push_back(seen);
  }
  std::ranges::sort(sorted, [](const ReaderSeen& one, const ReaderSeen& other) {
    return std::tuple(-one.longest_ns, -one.read_ns, one.pid) <
           std::tuple(-other.longest_ns, -other.read_ns, other.pid);
  });
  return sorted;
}

}  // namespace walbench::storage
