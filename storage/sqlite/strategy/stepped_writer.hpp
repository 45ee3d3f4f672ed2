#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "storage/sqlite/strategy/prepared_connection.hpp"
#include "storage/sqlite/strategy/writer_context.hpp"
#include "storage/sqlite/strategy/writer_queue.hpp"
#include "storage/stepped_session.hpp"

namespace walbench::storage {

/// Runs transactions step by step on a connection of a store's. If others share the connection, it
/// holds the queue's turn during each transaction, also if that only reads. Where the store's
/// transactions take the write lock at BEGIN, so do these.
class SteppedWriter final : public SteppedSession {
 public:
  /// Both must outlive it.
  SteppedWriter(WriterContext& context, PreparedConnection& connection);
  SteppedWriter(const SteppedWriter&) = delete;
  SteppedWriter& operator=(const SteppedWriter&) = delete;
  ~SteppedWriter() override { roll_back(); }

  void begin(const StepBegin& how) override;
  StatementRows execute(const StatementCall& call, bool wants_row) override;
  void commit() override;
  void roll_back() noexcept override;

  /// Counts a wait for the connection as a part of the next transaction's wait for the write lock.
  void add_pool_wait(std::int64_t waited_ns);

  StepTimings take_timings() override;
  const StepTimings& timings() const override { return timings_; }

 private:
  enum class State : std::uint8_t {
    idle,
    reading,  ///< in a transaction that will not write
    asking,   ///< in one that may, and does not hold the write lock
    writing,  ///< the write lock is held
  };
  class Step;

  void enter(bool writes);
  void leave();
  void snapshot_begins();
  void snapshot_ends();
  StatementRows run(const StatementCall& call, Statement& statement, bool wants_row);
  void keep_row(const Statement& statement);
  void check(int code, const std::string& operation) const;

  WriterContext& context_;
  PreparedConnection& connection_;
  const bool shares_connection_;
  State state_ = State::idle;
  std::optional<QueueTurn> turn_;
  StepTimings timings_;
  // The last row that was wanted, and the texts in it.
  std::vector<Value> row_;
  std::deque<std::string> texts_;
};

}  // namespace walbench::storage
