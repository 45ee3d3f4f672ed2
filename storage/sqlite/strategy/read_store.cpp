#include "storage/sqlite/strategy/read_store.hpp"

#include <sqlite3.h>

#include <chrono>
#include <stdexcept>
#include <utility>

#include "storage/sqlite/strategy/stepped_writer.hpp"

namespace walbench::storage {
namespace {

constexpr int kProgressInstructions = 10'000;

void make_reader(const Connection& connection, SnapshotReader reader, std::stop_token& stop) {
  connection.execute("PRAGMA query_only=ON");
  sqlite3_db_config(connection.handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  CountingVfs::name_reader(connection.handle(), std::move(reader));
  sqlite3_progress_handler(
      connection.handle(), kProgressInstructions,
      [](void* token) { return static_cast<std::stop_token*>(token)->stop_requested() ? 1 : 0; },
      &stop);
}

/// Steps that hold their snapshot and end when the store is cancelled.
class HeldSteps final : public SteppedSession {
 public:
  HeldSteps(WriterContext& context, PreparedConnection& connection, std::chrono::nanoseconds hold,
            const std::stop_token& stop)
      : clock_(*context.clock), steps_(context, connection), hold_(hold), stop_(stop) {}

  void begin(const StepBegin& /*how*/) override {
    guarded([this] { steps_.begin({.writes = false}); });
    open_ = true;
  }

  /// A statement by itself has a transaction around it if its snapshot is to be held.
  StatementRows execute(const StatementCall& call, bool wants_row) override {
    const bool alone = !open_ && hold_.count() > 0;
    if (alone) begin({.writes = false});
    const StatementRows rows = guarded([&] { return steps_.execute(call, wants_row); });
    if (alone) commit();
    return rows;
  }

  void commit() override {
    hold();
    guarded([this] { steps_.commit(); });
    open_ = false;
  }

  void roll_back() noexcept override {
    steps_.roll_back();
    open_ = false;
  }

  StepTimings take_timings() override { return steps_.take_timings(); }
  const StepTimings& timings() const override { return steps_.timings(); }

 private:
  void hold() const {
    const std::int64_t since_ns = steps_.timings().snapshot_since_ns;
    if (since_ns == 0) return;
    const std::chrono::nanoseconds left(since_ns + hold_.count() - clock_.now_ns());
    if (left.count() > 0 && !clock_.sleep_for(left, stop_)) throw WriteCancelled();
  }

  /// The store's cancel() interrupts a statement, and lets none begin.
  template <typename Call>
  auto guarded(const Call& call) -> decltype(call()) {
    if (stop_.stop_requested()) throw WriteCancelled();
    try {
      return call();
    } catch (const StorageError& error) {
      if (error.kind() == ErrorKind::interrupted && stop_.stop_requested()) throw WriteCancelled();
      throw;
    }
  }

  const metrics::Clock& clock_;
  SteppedWriter steps_;
  const std::chrono::nanoseconds hold_;
  const std::stop_token& stop_;
  bool open_ = false;
};

class ReadSession final : public Session {
 public:
  ReadSession(WriterContext& context, PreparedConnection& connection, std::chrono::nanoseconds hold,
              const std::stop_token& stop)
      : steps_(context, connection, hold, stop) {}

  PendingWrite apply(const Transaction& /*transaction*/) override {
    throw std::logic_error("a reader's connection takes no whole transactions");
  }
  SteppedSession* steps() override { return &steps_; }
  bool times_statement_apart() const override { return false; }
  bool has_queue() const override { return false; }
  std::optional<ConnectTimings> close() override { return std::nullopt; }

 private:
  HeldSteps steps_;
};

}  // namespace

ReadStore::ReadStore(std::string db_path, const ConnectionSettings& settings, ReadAccess access,
                     CountingVfs& vfs)
    : context_{.db_path = std::move(db_path),
               .settings = settings,
               .axes = {},
               .statements = std::move(access.user.statements),
               .vfs = &vfs,
               .clock = access.user.clock,
               .times_snapshots = true},
      hold_(access.hold) {
  for (std::size_t reader = 0; reader < access.user.workers; ++reader) {
    const PreparedConnection& opened = connections_.emplace_back(context_.connect());
    SnapshotReader named{.number = static_cast<std::int64_t>(reader) + 1};
    if (access.on_first_snapshot) {
      named.on_first_snapshot = [tell = access.on_first_snapshot, reader] { tell(reader); };
    }
    make_reader(opened.connection(), std::move(named), stopped_);
  }
}

std::unique_ptr<Session> ReadStore::open_session(std::size_t worker) {
  context_.vfs->rethrow_failure();
  return std::make_unique<ReadSession>(context_, connections_[worker], hold_, stopped_);
}

}  // namespace walbench::storage
