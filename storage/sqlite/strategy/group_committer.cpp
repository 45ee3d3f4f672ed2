// Group commit: one transaction for all iterations that want to write.
//
// A COMMIT costs several times what an UPDATE does, and only one transaction can write at a time.
// So iterations do not write themselves. Each leaves its transaction in a queue and is suspended,
// which frees its thread; one committer takes all that are there, makes one transaction of them,
// and has the iterations resumed once the COMMIT has returned.
//
//   iteration     ... co_await apply(write) --push--> arrivals
//                                                        | take (all at once)
//   committer     linger -> BEGIN IMMEDIATE -> UPDATE x n -> COMMIT -> resume x n -> (again)
//                                                                         |
//   iteration                          ... goes on, up to its next write  <
//
// Who waits for whom. A iteration waits for its group to be durable, and a group for the one before
// it. The committer waits for no one but the iterations that it lingers for (below), and, with
// writers of other processes, in SQLite's busy handler.
//
// Why the linger. The larger the group, the cheaper each write in it, but a group cannot be larger
// than what is in flight. Without waiting, the committer takes the first few that are back, and
// while it commits these the rest queue up: two half-groups take turns for ever, at the price of a
// COMMIT each. So before it begins it waits until all that may write soon have queued, or
// kLinger has passed. Who waits for an API's answer does not count (see
// SuspendingStore::expect_writers).
//
// Who carries on. If no other iteration has queued when a group is durable, the committer would be
// idle until some of the resumed iterations write again; waking another thread to run them would
// cost more than they do. Then it runs them itself, and finds their next writes queued. That is the
// closed loop in which the API answers at once. If others have queued meanwhile (iterations that
// come back from API calls), every moment spent on the finished group keeps these waiting; then it
// hands the finished group over as one task and commits the next. resume() is called with which of
// the two it is.
//
// When writes are durable. A write is acknowledged, by resuming its iteration, after its COMMIT has
// returned: as durable as PRAGMA synchronous makes it, and safe from a kill of the process in any
// case. Whatever is queued or in an open transaction at a crash has not been acknowledged.
//
// Invariants:
//   1. A request is decided once: durable, or failed. Its waiter is resumed once, after that.
//   2. No request is touched after its waiter's resumption has begun, nor is anything of the
//      iteration's.
//   3. A row that is not as expected fails its own request: what its earlier statements changed is
//      undone (PreparedConnection::run), and the group goes on without it. The same with a
//      statement that SQLite refuses but undoes by itself (a constraint).
//   4. A refused BEGIN or COMMIT, and a statement at which SQLite gave up the whole transaction,
//      fail every request of the group, by name, and no other.
//   5. Sleeping loses no arrival: submit() pushes, then looks at `sleeping_`; the committer sets
//      `sleeping_`, then looks at the list. All four are sequentially consistent, so one of them
//      sees the other.
//   6. submit() touches the committer after the push, when its iteration may already be over. Who
//      resumes iterations must see to it that no thread is inside submit() when the committer goes.

#include "storage/sqlite/strategy/group_committer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <ranges>
#include <string>
#include <utility>

#include "storage/probes.hpp"

namespace walbench::storage {
namespace {

constexpr std::chrono::nanoseconds kLinger = std::chrono::microseconds(50);

/// Names the transactions of a group that failed; of a large group the first ones.
std::string names_of(std::span<WriteRequest* const> group) {
  constexpr std::size_t kMostNames = 100;
  std::string names;
  for (const WriteRequest* const request : group.first(std::min(group.size(), kMostNames))) {
    names.append(names.empty() ? "" : ", ").append(request->transaction->subject);
  }
  if (group.size() > kMostNames) {
    names += fmt::format(" and {} more", group.size() - kMostNames);
  }
  return names;
}

}  // namespace

GroupCommitter::GroupCommitter(WriterContext& context, Resumer& resumer)
    : context_(context),
      resumer_(resumer),
      most_in_group_(static_cast<std::size_t>(context.axes.commit.most_in_group())),
      connection_(context.connect()) {
  thread_ = std::thread([this] { run(); });
}

GroupCommitter::~GroupCommitter() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  woken_.notify_one();
  thread_.join();
}

void GroupCommitter::submit(WriteRequest& request) {
  WALBENCH_PROBE1(lock_asked, request.transaction->subject.data());
  arrivals_.push(request);
  if (!sleeping_.load(std::memory_order_seq_cst)) return;
  // Taken and let go, so that the committer is either before its look at the list or asleep.
  { const std::lock_guard lock(mutex_); }
  woken_.notify_one();
}

metrics::GroupsCommitted GroupCommitter::figures() const {
  metrics::GroupsCommitted figures;
  for (std::size_t size = 0; size < sizes_.size(); ++size) {
    if (sizes_[size] == 0) continue;
    figures.groups += sizes_[size];
    figures.writes += sizes_[size] * static_cast<std::int64_t>(size);
    figures.size_max = static_cast<std::int64_t>(size);
  }
  std::int64_t seen = 0;
  for (std::size_t size = 0; size < sizes_.size() && 2 * seen < figures.groups; ++size) {
    seen += sizes_[size];
    figures.size_p50 = static_cast<std::int64_t>(size);
  }
  return figures;
}

void GroupCommitter::run() {
  resumer_.committer_starts();
  while (gather()) {
    const std::size_t size = std::min(waiting_.size(), most_in_group_);
    decide(std::span(waiting_).first(size));
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(size));
    const bool more = !waiting_.empty() || !arrivals_.is_empty();
    resumer_.resume(decided_, more ? Resumer::Next::a_group : Resumer::Next::nothing);
  }
}

/// Has something in `waiting_`, or returns false: the committer is to stop.
bool GroupCommitter::gather() {
  take_arrivals();
  if (waiting_.empty() && !sleep_until_arrival()) return false;
  linger();
  return true;
}

bool GroupCommitter::sleep_until_arrival() {
  {
    std::unique_lock lock(mutex_);
    sleeping_.store(true, std::memory_order_seq_cst);
    woken_.wait(lock, [this] { return stopping_ || !arrivals_.is_empty(); });
    sleeping_.store(false, std::memory_order_relaxed);
  }
  take_arrivals();
  return !waiting_.empty();
}

void GroupCommitter::linger() {
  const auto complete = [this] {
    const auto queued = static_cast<std::int64_t>(waiting_.size());
    return waiting_.size() >= most_in_group_ ||
           queued >= expected_.load(std::memory_order_relaxed) ||
           cancelled_.load(std::memory_order_relaxed);
  };
  if (complete()) return;
  const metrics::Clock& clock = *context_.clock;
  const std::int64_t until_ns = clock.now_ns() + kLinger.count();
  while (!complete() && clock.now_ns() < until_ns) {
    std::this_thread::yield();
    take_arrivals();
  }
}

void GroupCommitter::take_arrivals() {
  WriteRequest* next = arrivals_.take();
  while (next != nullptr) {
    waiting_.push_back(std::exchange(next, next->next));
  }
}

void GroupCommitter::decide(std::span<WriteRequest* const> group) {
  if (cancelled_.load(std::memory_order_relaxed)) {
    const std::exception_ptr cancelled = std::make_exception_ptr(WriteCancelled());
    for (WriteRequest* const request : group) {
      request->failure = cancelled;
    }
  } else {
    commit(group);
  }
  decided_.clear();
  std::ranges::transform(group, std::back_inserter(decided_), &WriteRequest::waiter);
}

void GroupCommitter::commit(std::span<WriteRequest* const> group) {
  const ThreadBusyWait waited_before = CountingVfs::thread_busy_wait();
  const Connection& connection = connection_.connection();
  const int begun = connection_.begin();
  const std::int64_t slept_ns = CountingVfs::thread_busy_wait().slept_ns - waited_before.slept_ns;
  if (begun != SQLITE_OK) {
    SqliteError refusal(connection.handle(), begun, "BEGIN IMMEDIATE");
    refusal.set_slept_ns(slept_ns);
    fail_all(group, refusal);
    return;
  }
  WALBENCH_PROBE1(lock_held, group.front()->transaction->subject.data());
  run_all(group, context_.clock->now_ns(), slept_ns);
  if (!connection.in_transaction()) return;  // given up, and every request has failed

  CommitWaits waits;
  const int committed = connection_.commit(waits);
  for (WriteRequest* const request : group) {
    request->checkpoint_wait_ns = waits.checkpoint_ns;
    request->sync_wait_ns = waits.sync_ns;
  }
  if (committed != SQLITE_OK) {
    fail_all(group, SqliteError(connection.handle(), committed, "COMMIT"));
    return;
  }
  sizes_[group.size()] += 1;
  for (WriteRequest* const request : std::ranges::reverse_view(group)) {
    if (request->failure) continue;
    request->closes_group = true;
    break;
  }
}

void GroupCommitter::run_all(std::span<WriteRequest* const> group, std::int64_t held_ns,
                             std::int64_t busy_wait_ns) {
  for (WriteRequest* const request : group) {
    request->held_ns = held_ns;
    request->busy_wait_ns = busy_wait_ns;
    const Refusal refusal = run_one(*request);
    if (!refusal.refused()) continue;
    const SqliteError error = connection_.error_of(*request->transaction, refusal);
    if (!connection_.connection().in_transaction()) {
      fail_all(group, error);
      return;
    }
    request->failure = std::make_exception_ptr(error);
  }
}

/// An exception fails this request alone.
Refusal GroupCommitter::run_one(WriteRequest& request) {
  try {
    return connection_.run(*request.transaction);
  } catch (...) {
    request.failure = std::current_exception();
    return {};
  }
}

/// Undoes what is open and fails every request of the group. Those that had failed by themselves
/// keep their own reason.
void GroupCommitter::fail_all(std::span<WriteRequest* const> group, const SqliteError& error) {
  GroupNotCommitted refusal(
      fmt::format("a group of {} was not committed and none of it acknowledged: {}; it consists "
                  "of {}",
                  group.size(), context_.vfs->explain(error).what(), names_of(group)),
      error.kind(), error.remedy());
  refusal.set_slept_ns(error.slept_ns());
  const std::exception_ptr failure = std::make_exception_ptr(refusal);
  connection_.roll_back();
  for (WriteRequest* const request : group) {
    if (!request->failure) request->failure = failure;
  }
}

}  // namespace walbench::storage
