// The WAL-reset bug, shown. A checkpoint reads the header of the wal-index, and then, without the
// write lock, how much of the WAL is in the database already. If a commit starts the WAL over in
// between, a SQLite with the bug takes the new WAL for checkpointed as far as the old one went: the
// frames that are written up to there never reach the database. Nothing is damaged, so that
// integrity_check is content; what was acknowledged is gone.
//
// Each row counts its updates, and so does its writer: a lost one is missing for ever after. A row
// fills a page.

#include "storage/sqlite/checks/wal_reset_trial.hpp"

#include <atomic>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "metrics/splitmix.hpp"
#include "storage/sqlite/sqlite.hpp"
#include "storage/sqlite/watch/counting_vfs.hpp"

namespace walbench::storage {
namespace {

constexpr int kRowsOfAWriter = 50;
constexpr std::chrono::milliseconds kRound(250);
constexpr const char* kBusyTimeout = "PRAGMA busy_timeout=10000";

std::uint64_t mixed(std::uint64_t number) {
  return metrics::splitmix64(number);
}

/// The pauses, and what happened during them.
class CheckpointPauses final : public VfsPolicy {
 public:
  explicit CheckpointPauses(const WalResetTrial& trial) : trial_(trial) {}

  VfsAnswer before(const VfsCall& call) override {
    constexpr std::int64_t kCheckpointLock = 1;
    if (call.operation == VfsOperation::shm_lock && call.offset == kCheckpointLock &&
        (call.flags & SQLITE_SHM_LOCK) != 0) {
      return before_checkpoint();
    }
    // The WAL's header is written whenever it starts over.
    const bool starts_over =
        call.operation == VfsOperation::write && call.file == FileKind::wal && call.offset == 0;
    if (starts_over) starts_.fetch_add(1);
    // Without a page: a checkpoint has read the header of the wal-index.
    if (call.operation == VfsOperation::unfetch && call.amount == 0) in_checkpoint();
    return {};
  }

  void tell(WalResetFound& found) const {
    found.checkpoints = checkpoints_.load();
    found.overlaps = overlaps_.load();
  }

 private:
  VfsAnswer before_checkpoint() {
    const auto number = static_cast<std::uint64_t>(checkpoints_.fetch_add(1));
    const std::uint64_t random = mixed(number);
    const auto longest = static_cast<std::uint64_t>(trial_.before_checkpoint.count());
    if (longest == 0 || random % 2 != 0) return {};
    return {.pause = std::chrono::microseconds((random >> 8U) % (longest + 1))};
  }

  void in_checkpoint() {
    const std::int64_t started_before = starts_.load();
    std::this_thread::sleep_for(trial_.in_checkpoint);
    if (starts_.load() != started_before) overlaps_.fetch_add(1);
  }

  const WalResetTrial& trial_;
  std::atomic<std::int64_t> checkpoints_ = 0;
  std::atomic<std::int64_t> starts_ = 0;
  std::atomic<std::int64_t> overlaps_ = 0;
};

/// Ends a round at the end of a scope.
class RoundEnd {
 public:
  explicit RoundEnd(std::atomic<bool>& ending) : ending_(ending) {}
  RoundEnd(const RoundEnd&) = delete;
  RoundEnd& operator=(const RoundEnd&) = delete;
  ~RoundEnd() { ending_.store(true); }

 private:
  std::atomic<bool>& ending_;
};

class Trial {
 public:
  Trial(const WalResetTrial& trial, const std::filesystem::path& database)
      : trial_(trial),
        path_(database.string()),
        groups_of_a_writer_(kRowsOfAWriter / trial.rows_each),
        acknowledged_(static_cast<std::size_t>(trial.writers * groups_of_a_writer_)),
        pauses_(trial) {
    vfs_.set_policy(&pauses_);
    make_database();
  }

  WalResetFound run(std::chrono::nanoseconds longest, const std::stop_token& stop) {
    const auto began = std::chrono::steady_clock::now();
    WalResetFound found;
    for (std::int64_t round = 0; !found.met() && !stop.stop_requested(); ++round) {
      found.took = std::chrono::steady_clock::now() - began;
      if (found.took >= longest) break;
      run_round(round, stop);
      compare(found);
    }
    found.took = std::chrono::steady_clock::now() - began;
    pauses_.tell(found);
    return found;
  }

 private:
  void make_database() const {
    const Connection connection(path_, nullptr);
    connection.execute("PRAGMA journal_mode=WAL");
    connection.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, v INTEGER, pad TEXT)");
    connection.execute("WITH RECURSIVE n(id) AS (SELECT 0 UNION ALL SELECT id + 1 FROM n LIMIT " +
                       std::to_string(trial_.rows_each * static_cast<int>(acknowledged_.size())) +
                       ") INSERT INTO t SELECT id, 0, hex(randomblob(1500)) FROM n");
  }

  std::unique_ptr<Connection> connect() const {
    auto connection = std::make_unique<Connection>(path_, vfs_.name());
    connection->execute(kBusyTimeout);
    // A process that is killed loses nothing by it, and syncs would make overlaps rare.
    connection->execute("PRAGMA synchronous=OFF");
    connection->execute(trial_.automatic ? "PRAGMA wal_autocheckpoint=1000"
                                         : "PRAGMA wal_autocheckpoint=0");
    return connection;
  }

  void run_round(std::int64_t round, const std::stop_token& stop) {
    ending_.store(false);
    run_threads(round, stop);
    shared_.reset();
  }

  void run_threads(std::int64_t round, const std::stop_token& stop) {
    std::vector<std::jthread> threads;
    const RoundEnd end(ending_);  // tells the threads before they are joined, whatever fails here
    if (trial_.beside) threads.emplace_back([this] { guarded([this] { checkpoint(); }); });
    if (trial_.one_connection) shared_ = connect();
    for (int writer = 0; writer < trial_.writers; ++writer) {
      threads.emplace_back([this, writer, round] { guarded([&] { write(writer, round); }); });
    }
    static_cast<void>(steady_clock().sleep_for(kRound, stop));
  }

  template <typename Work>
  void guarded(const Work& work) {
    try {
      work();
    } catch (const std::exception& error) {
      const std::lock_guard lock(mutex_);
      if (trouble_.empty()) trouble_ = error.what();
      ending_.store(true);
    }
  }

  void checkpoint() const {
    const std::unique_ptr<Connection> connection = connect();
    for (std::uint64_t number = 0; !ending_.load(); ++number) {
      int frames = 0;
      int checkpointed = 0;
      const int code = sqlite3_wal_checkpoint_v2(
          connection->handle(), nullptr,
          SQLITE_CHECKPOINT_PASSIVE + static_cast<int>(*trial_.beside), &frames, &checkpointed);
      if (code != SQLITE_BUSY && code != SQLITE_LOCKED) connection->check(code, "a checkpoint");
      rest(trial_.beside_rests, mixed(number));
    }
  }

  void write(int writer, std::int64_t round) {
    const std::unique_ptr<Connection> own = trial_.one_connection ? nullptr : connect();
    const Connection& connection = own ? *own : *shared_;
    std::unique_lock turn(turns_);  // one connection may be that of all
    Statement update = connection.prepare("UPDATE t SET v = v + 1 WHERE id BETWEEN ? AND ?");
    turn.unlock();
    std::uint64_t number = mixed(static_cast<std::uint64_t>(round * trial_.writers + writer));
    const bool takes_turns = trial_.one_connection || trial_.queue;
    while (!ending_.load()) {
      const std::uint64_t random = mixed(++number);
      const auto group =
          static_cast<std::int64_t>(static_cast<std::uint64_t>(writer * groups_of_a_writer_) +
                                    random % static_cast<std::uint64_t>(groups_of_a_writer_));
      if (takes_turns) turn.lock();
      update.bind(1, group * trial_.rows_each);
      update.bind(2, (group + 1) * trial_.rows_each - 1);
      const int code = update.run();
      if (code == SQLITE_OK) {
        acknowledged_[static_cast<std::size_t>(group)] += 1;
      } else if ((code & 0xFF) != SQLITE_BUSY) {
        connection.check(code, "an update");
      }
      if (takes_turns) turn.unlock();
      if ((random >> 8U) % static_cast<std::uint64_t>(trial_.rests_one_in) == 0)
        rest(trial_.rest, random >> 16U);
    }
    turn.lock();
    update = Statement();
  }

  static void rest(std::chrono::microseconds longest, std::uint64_t random) {
    if (longest.count() == 0) return;
    const auto most = static_cast<std::uint64_t>(longest.count());
    std::this_thread::sleep_for(std::chrono::microseconds(random % (most + 1)));
  }

  /// On a new connection, when all others have closed.
  void compare(WalResetFound& found) {
    found.trouble = trouble_;
    found.commits = 0;
    found.lost = 0;
    for (const std::int64_t count : acknowledged_) {
      found.commits += count;
    }
    found.updates = found.commits * trial_.rows_each;
    try {
      const Connection connection(path_, nullptr);
      found.lost = found.updates - connection.query_int64("SELECT sum(v) FROM t");
      if (found.lost != 0) found.integrity = connection.query_text("PRAGMA integrity_check");
    } catch (const SqliteError& error) {
      if (found.trouble.empty()) found.trouble = error.what();
    }
  }

  const WalResetTrial& trial_;
  const std::string path_;
  const int groups_of_a_writer_;
  std::vector<std::int64_t> acknowledged_;  ///< commits by group of rows; each has one writer
  CheckpointPauses pauses_;
  CountingVfs vfs_;  ///< gone before its policy, and after the connections
  std::unique_ptr<Connection> shared_;
  std::mutex turns_;
  std::atomic<bool> ending_ = false;
  std::mutex mutex_;
  std::string trouble_;  ///< guarded by mutex_ while threads run
};

}  // namespace

WalResetFound try_wal_reset(const WalResetTrial& trial, const std::filesystem::path& database,
                            std::chrono::nanoseconds longest, const std::stop_token& stop) {
  return Trial(trial, database).run(longest, stop);
}

}  // namespace walbench::storage
