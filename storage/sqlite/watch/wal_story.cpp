// Who held a read lock when it was refused cannot be asked in the same instant. So that nobody is
// missed who let it go right after: a holder is noted before it asks for its lock and until after
// it has let it go, with the time of that, and the refused one reads the clock before it asks.

#include "storage/sqlite/watch/wal_story.hpp"

#include <algorithm>
#include <utility>

namespace walbench::storage {
namespace {

constexpr const char* kInTurns = "readers in turns";
constexpr const char* kWriters = "writers";
constexpr const char* kOutside = "outside";

std::string name_of(std::int64_t reader) {
  return reader == 0 ? kWriters : "reader " + std::to_string(reader);
}

/// What has kept the thread's checkpoint so far, and the locks that it had asked for.
struct Kept {
  ReadLocks locks;
  WalRefusal by;
};
thread_local std::optional<Kept> thread_checkpoint_kept;

// Of SQLite's wal-index, in numbers of 32 bits: the first copy of its header, and WalCkptInfo.
constexpr std::size_t kLastFrame = 16 / 4;
constexpr std::size_t kFramesMoved = 96 / 4;
constexpr std::size_t kReadMarks = 100 / 4;

/// How many frames a checkpoint must leave behind if it does not get that lock. Whoever holds
/// lock 0 reads the database file itself, which must not be written then.
std::int64_t frames_left(const volatile std::uint32_t* wal_index, int lock) {
  if (wal_index == nullptr) return 0;
  const std::int64_t last = wal_index[kLastFrame];
  const std::size_t mark = lock == 0 ? kFramesMoved : kReadMarks + static_cast<std::size_t>(lock);
  return std::max<std::int64_t>(last - wal_index[mark], 0);
}

bool was_in_the_way(const SnapshotHolder& holder, ReadLocks locks, std::int64_t asked_ns) {
  if ((holder.held & locks.bits()) != 0) return true;
  return (holder.left & locks.bits()) != 0 && holder.left_ns > asked_ns;
}

}  // namespace

SnapshotHolder* WalStory::connected() {
  if (!follows_) return nullptr;
  const std::lock_guard lock(mutex_);
  return &holders_.emplace_back();
}

void WalStory::disconnected(SnapshotHolder* holder) {
  if (holder == nullptr) return;
  const std::int64_t now_ns = clock_.now_ns();
  const std::lock_guard lock(mutex_);
  end_hold(*holder, now_ns);
  holders_.remove_if([holder](const SnapshotHolder& each) { return &each == holder; });
}

void WalStory::name_reader(SnapshotHolder* holder, SnapshotReader reader) {
  if (holder == nullptr) return;
  const std::lock_guard lock(mutex_);
  holder->reader = std::move(reader);
}

void WalStory::asks(SnapshotHolder* holder, ReadLocks locks) {
  if (holder == nullptr) return;
  const std::int64_t now_ns = clock_.now_ns();
  const std::lock_guard lock(mutex_);
  if (holder->held == 0) {
    holder->since_ns = now_ns;
    holder->in_the_way = false;
  }
  holder->held |= locks.bits();
}

void WalStory::refused(SnapshotHolder* holder, ReadLocks locks) {
  if (holder == nullptr) return;
  const std::lock_guard lock(mutex_);
  holder->held &= ~locks.bits();
}

/// By the only thread that uses the connection then.
void WalStory::took_snapshot(SnapshotHolder* holder) {
  if (holder == nullptr || !holder->reader.on_first_snapshot) return;
  std::exchange(holder->reader.on_first_snapshot, {})();
}

void WalStory::left(SnapshotHolder* holder, ReadLocks locks) {
  if (holder == nullptr) return;
  const std::int64_t now_ns = clock_.now_ns();
  const std::lock_guard lock(mutex_);
  holder->left = holder->held & locks.bits();
  holder->left_ns = now_ns;
  holder->held &= ~locks.bits();
  if (holder->held == 0) end_hold(*holder, now_ns);
}

void WalStory::end_hold(SnapshotHolder& holder, std::int64_t at_ns) {
  if (!std::exchange(holder.in_the_way, false)) return;
  std::int64_t& longest_ns = longest_by_reader_ns_[holder.reader.number];
  longest_ns = std::max(longest_ns, at_ns - holder.since_ns);
}

WalRefusal WalStory::refusal(const SnapshotHolder* asking, ReadLocks locks, std::int64_t asked_ns) {
  WalRefusal refusal{.at_ns = asked_ns};
  if (!follows_) return refusal;
  const std::lock_guard lock(mutex_);
  std::vector<const SnapshotHolder*> readers;
  for (SnapshotHolder& each : holders_) {
    if (&each == asking || !was_in_the_way(each, locks, asked_ns)) continue;
    if ((each.held & locks.bits()) != 0) each.in_the_way = true;
    if (each.reader.number == 0) {
      refusal.by_writer = true;
    } else {
      readers.push_back(&each);
    }
  }
  std::ranges::stable_sort(readers, {}, &SnapshotHolder::since_ns);
  for (const SnapshotHolder* const each : readers) {
    refusal.readers.push_back(each->reader.number);
  }
  return refusal;
}

void WalStory::decided(const ReadLockCall& call, int code, std::int64_t asked_ns) {
  const bool starts_over = call.locks.count > 1;
  std::optional<Kept>& kept = thread_checkpoint_kept;
  if (code == SQLITE_OK) {
    // A checkpoint that waits asks again and again.
    if (call.checkpoints && kept && kept->locks == call.locks) kept.reset();
    if (!call.checkpoints && starts_over) started_over();
    return;
  }
  if (code != SQLITE_BUSY) return;
  WalRefusal refused = refusal(call.holder, call.locks, asked_ns);
  refused.limits_checkpoint = !starts_over;
  if (!starts_over) refused.frames = frames_left(call.wal_index, call.locks.first);
  if (call.checkpoints) {
    kept = {call.locks, std::move(refused)};
  } else {
    could_not(refused);
  }
}

void WalStory::checkpoint_ended() {
  if (!thread_checkpoint_kept) return;
  could_not(thread_checkpoint_kept->by);
  thread_checkpoint_kept.reset();
}

metrics::WalKeeper& WalStory::keeper(const std::string& who) {
  const auto found = std::ranges::find(figures_.keepers, who, &metrics::WalKeeper::who);
  if (found != figures_.keepers.end()) return *found;
  return figures_.keepers.emplace_back(metrics::WalKeeper{.who = who});
}

void WalStory::could_not(const WalRefusal& refusal) {
  const std::lock_guard lock(mutex_);
  figures_.refused += 1;
  figures_.limited_checkpoints += refusal.limits_checkpoint ? 1 : 0;
  figures_.frames_most = std::max(figures_.frames_most, refusal.frames);
  if (!stretch_) stretch_.emplace(Stretch{.growth_before_bytes = counters_.growth_bytes()});
  if (!follows_) return;

  Stretch& stretch = *stretch_;
  if (!refusal.readers.empty()) {
    if (++stretch.reader_times == 1) stretch.there_each_time = refusal.readers;
    std::erase_if(stretch.there_each_time, [&](std::int64_t reader) {
      return std::ranges::find(refusal.readers, reader) == refusal.readers.end();
    });
    stretch.reader_frames_most = std::max(stretch.reader_frames_most, refusal.frames);
    return;
  }
  metrics::WalKeeper& other = keeper(refusal.by_writer ? kWriters : kOutside);
  other.times += 1;
  other.frames_most = std::max(other.frames_most, refusal.frames);
  if (refusal.by_writer) return;
  if (!stretch.outside_since_ns) stretch.outside_since_ns = refusal.at_ns;
  other.longest_ns = std::max(other.longest_ns, refusal.at_ns - *stretch.outside_since_ns);
}

void WalStory::end_stretch() {
  if (!stretch_) return;
  const Stretch stretch = *std::exchange(stretch_, std::nullopt);
  figures_.growth_bytes += counters_.growth_bytes() - stretch.growth_before_bytes;
  if (stretch.reader_times == 0) return;
  metrics::WalKeeper& reader =
      keeper(stretch.there_each_time.empty() ? kInTurns : name_of(stretch.there_each_time.front()));
  reader.times += stretch.reader_times;
  reader.frames_most = std::max(reader.frames_most, stretch.reader_frames_most);
}

void WalStory::started_over() {
  const std::lock_guard lock(mutex_);
  figures_.restarts += 1;
  end_stretch();
}

metrics::WalReuse WalStory::figures() const {
  const std::int64_t now_ns = clock_.now_ns();
  const std::lock_guard lock(mutex_);
  WalStory ended(clock_, counters_);
  ended.stretch_ = stretch_;
  ended.figures_ = figures_;
  ended.longest_by_reader_ns_ = longest_by_reader_ns_;
  for (SnapshotHolder each : holders_) {
    ended.end_hold(each, now_ns);
  }
  ended.end_stretch();
  for (metrics::WalKeeper& each : ended.figures_.keepers) {
    for (const auto& [reader, longest_ns] : ended.longest_by_reader_ns_) {
      const bool is_its = each.who == name_of(reader) || (each.who == kInTurns && reader != 0);
      if (is_its) each.longest_ns = std::max(each.longest_ns, longest_ns);
    }
  }
  std::ranges::stable_sort(ended.figures_.keepers, std::greater(), &metrics::WalKeeper::times);
  return std::move(ended.figures_);
}

void WalStory::restart() {
  const std::lock_guard lock(mutex_);
  for (SnapshotHolder& each : holders_) {
    each.in_the_way = false;
  }
  longest_by_reader_ns_.clear();
  stretch_.reset();
  figures_ = {};
}

}  // namespace walbench::storage
